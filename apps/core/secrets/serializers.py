"""A secret in the API: write-only, with a flag that says whether there is one.

    class ConnectionSerializer(serializers.ModelSerializer):
        has_password = HasSecretField(source="password")

        class Meta:
            fields = ["password", "has_password"]

`password` left out of a request stays as it is; null removes it.
"""

from typing import Any

from rest_framework import serializers

from apps.core.secrets.fields import EncryptedTextField
from apps.core.secrets.forms import MAX_LENGTH


class SecretSerializerField(serializers.CharField):
    """Accepts a secret, never gives one."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_LENGTH)
        super().__init__(**kwargs | {"write_only": True, "trim_whitespace": False, "style": {"input_type": "password"}})


class HasSecretField(serializers.BooleanField):
    """Whether a secret is stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"read_only": True})

    def get_attribute(self, instance: Any) -> bool:
        return super().get_attribute(instance) is not None


def map_model_field() -> None:
    """Make every ModelSerializer treat secrets so, without its author having to think of it."""
    serializers.ModelSerializer.serializer_field_mapping[EncryptedTextField] = SecretSerializerField
