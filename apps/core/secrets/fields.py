"""The model field."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from apps.core.secrets.encryption import Secret
from apps.core.secrets.forms import SecretFormField

if TYPE_CHECKING:
    Base = models.Field["Secret | str | None", "Secret | None"]
else:
    Base = models.Field


class SecretAttribute(DeferredAttribute):
    """On an instance: a text is encrypted when it is set, and an error names the row."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        secret = super().__get__(instance, cls)
        if instance is None or not isinstance(secret, Secret):
            return secret
        return secret.named(f"{instance._meta.label_lower}:{instance.pk}")

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class EncryptedTextField(Base):
    """A text that is encrypted in the database. Null is the only way to have none; it can only be looked up by that."""

    descriptor_class = SecretAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"null": True})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        del kwargs["null"]
        return name, "apps.core.secrets.EncryptedTextField", args, kwargs

    def get_internal_type(self) -> str:
        return "TextField"

    def to_python(self, value: Any) -> Any:
        return Secret.of(value) if isinstance(value, str) and value else value or None

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Secret | None:
        return None if value is None else Secret(value)

    def get_prep_value(self, value: Any) -> Any:
        value = self.to_python(super().get_prep_value(value))
        return value.stored if isinstance(value, Secret) else value

    def get_lookup(self, lookup_name: str) -> Any:
        # The same text is encrypted differently each time: any comparison would be false, or of ciphertexts.
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def value_to_string(self, obj: models.Model) -> str:
        """Nothing: `dumpdata` and whatever else serialises rows leave secrets out, and loading them back sets none."""
        return ""

    def formfield(self, **kwargs: Any) -> Any:
        """Write-only, wherever a form is made from the model: the administration included."""
        return super().formfield(**{"form_class": SecretFormField, **kwargs})
