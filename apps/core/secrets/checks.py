"""Whether the keys of this instance can be used."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from apps.core.secrets.encryption import fernets

HINT = "Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


@register(Tags.security)
def check_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Missing or malformed keys, and one that is also the key of the sessions."""
    try:
        fernets()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint=HINT, id="core.E001")]
    if settings.SECRET_KEY in settings.FIELD_ENCRYPTION_KEYS:
        return [Error("FIELD_ENCRYPTION_KEYS must not hold SECRET_KEY.", hint=HINT, id="core.E002")]
    return []
