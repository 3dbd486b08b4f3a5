"""Renewing the encryption of what is stored, after a key was put in front of the others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, router, transaction

from apps.core.declarations import Declarations
from apps.core.secrets.encryption import Secret, Undecipherable
from apps.core.secrets.fields import EncryptedTextField


@dataclass(kw_only=True)
class Rotation:
    """Where the rotation of one field stands."""

    label: str
    stored: int = 0
    stale: int = 0
    undecipherable: list[str] = field(default_factory=list)

    def renew(self, secret: Secret) -> Secret | None:
        """Count this secret, and give it under the first key if another encrypted it; None if it stays as it is."""
        self.stored += 1
        try:
            if secret.is_current:
                return None
            renewed = secret.renewed()
        except Undecipherable as error:
            self.undecipherable.append(error.subject)
            return None
        self.stale += 1
        return renewed


@dataclass(frozen=True, kw_only=True)
class EncryptedPlace:
    """Where an app keeps ciphertexts outside of an encrypted field, in a library's table for instance.

    It declares them in its `encrypted.py` as `DECLARED: list[EncryptedPlace]`. `rotate` is given whether to write.
    """

    rotate: Callable[[bool], Rotation]


encrypted_places = Declarations("encrypted", EncryptedPlace)


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    for model in apps.get_models():
        for own in model._meta.local_fields:
            if isinstance(own, EncryptedTextField):
                yield model, own


def rotate_secrets(*, write: bool, batch_size: int = 200) -> Iterator[Rotation]:
    """Encrypt with the first key what another encrypted; where each field stands, after each batch.

    A batch is one transaction, and what is under the first key is left alone: it may be stopped at any moment and run
    again, while the platform works. Without `write`, only counts. What no key opens is told and left as it is.
    """
    for model, own in encrypted_fields():
        rotation = Rotation(label=f"{model._meta.label}.{own.name}")
        rows = model._base_manager.filter(**{f"{own.name}__isnull": False}).order_by("pk")
        last = None
        while True:
            with transaction.atomic(using=router.db_for_write(model)):
                batch = rows if last is None else rows.filter(pk__gt=last)
                secrets = list(batch.select_for_update(of=("self",)).values_list("pk", own.name)[:batch_size])
                for pk, secret in secrets:
                    renewed = rotation.renew(secret.named(f"{model._meta.label_lower}:{pk}"))
                    if renewed and write:
                        model._base_manager.filter(pk=pk).update(**{own.name: renewed})
            yield rotation
            if len(secrets) < batch_size:
                break
            last = secrets[-1][0]
    for place in encrypted_places.all():
        yield place.rotate(write)
