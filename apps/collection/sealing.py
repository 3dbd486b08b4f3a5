"""The secrets of a source's settings: kept apart from them, encrypted, put back only where the source is called.

A connector's model marks them by their type, `SecretStr`. `Source.config` never holds them, so neither do plans, pages,
exports or logs; `Source.secrets` is one encrypted JSON of those that are given, by name.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, SecretStr

from apps.collection.exceptions import SourceRefused
from apps.core.secrets import Secret

ELSEWHERE = _("Type it again: it would be sent to another place than before, or less well protected.")
# The settings that say to whom secrets are sent, and how.
DESTINATIONS = ("url", "token_url", "host", "port", "endpoint", "system", "tls", "auth", "api_key_in", "api_key_name")


def secret_names(model: type[BaseModel]) -> frozenset[str]:
    """The settings of this model that are secrets."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))
    )


def as_settings(config: BaseModel) -> dict[str, Any]:
    """The settings as a source keeps them, in JSON: without what is secret, and what is as when it is left out."""
    secret = set(secret_names(type(config)))
    return config.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude=secret)


def secrets_of(config: BaseModel) -> dict[str, str]:
    """The secrets among these settings, in clear: for sealing them, or to try settings that are not saved."""
    given = {name: getattr(config, name) for name in secret_names(type(config))}
    return {name: value.get_secret_value() for name, value in sorted(given.items()) if value}


def is_elsewhere(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether these settings send secrets to another place than those before."""
    return any((before.get(name) or None) != (after.get(name) or None) for name in DESTINATIONS)


def with_kept(*, before: Mapping[str, Any], after: Mapping[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
    """The settings `after`, with the secrets that were kept for those of `before` and that they do not give.

    Raises SourceRefused where they would be sent to another place: whoever may change a source may not read them, nor
    have them sent to a place of their own.
    """
    left = [name for name in kept if name not in after]
    if left and is_elsewhere(before, after):
        message = str(ELSEWHERE)
        raise SourceRefused(message, fields={f"config.{name}": message for name in left})
    return {**kept, **after}


def seal(secrets: Mapping[str, str]) -> str | None:
    """As `Source.secrets` takes them; None if there are none."""
    return orjson.dumps(dict(secrets), option=orjson.OPT_SORT_KEYS).decode() if secrets else None


def unseal(sealed: Secret | None) -> dict[str, str]:
    """The secrets by name. Raises Undecipherable."""
    return dict(orjson.loads(sealed.reveal())) if sealed else {}
