"""The secrets of second factors, which allauth keeps as text inside the JSON of its own table (see `adapters.py`)."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from apps.core.secrets import Secret
from apps.core.secrets.rotation import EncryptedPlace, Rotation

KEYS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def rotate_second_factors(write: bool) -> Rotation:
    """Encrypt with the first key what another encrypted. One transaction for each, so that nobody waits to sign in."""
    rotation = Rotation(label="mfa.Authenticator.data")
    for pk in Authenticator.objects.filter(type__in=KEYS).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if factor is None:
                continue
            key = KEYS[factor.type]
            renewed = rotation.renew(Secret(factor.data[key], subject=f"mfa.authenticator:{pk}"))
            if renewed and write:
                factor.data[key] = renewed.stored
                factor.save(update_fields=["data"])
    return rotation


DECLARED = [EncryptedPlace(rotate=rotate_second_factors)]
