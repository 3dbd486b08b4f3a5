"""Settings and secrets as programs give them, apart, and what is wrong with them, told where they wrote it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from pydantic import BaseModel
from rest_framework.exceptions import ValidationError

from apps.collection.exceptions import SourceRefused
from apps.collection.grouping import place_of
from apps.collection.models import Source
from apps.collection.planning import find_connector
from apps.collection.sealing import secret_names, unseal, with_kept


def changed_config(kind: str, given: Mapping[str, Any], *, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that `given` asks for, secrets among them as the acts take them; `kept` are those of today.

    Raises ValidationError for a secret among the settings, and for a secret that the connector does not have.
    """
    names = secret_names(find_connector(kind).Config)
    settings, secrets = given.get("settings", kept), given.get("secrets", {})
    if misplaced := sorted(names & set(settings)):
        message = _("This is a secret: give it among the secrets.")
        raise ValidationError({"settings": {name: [message] for name in misplaced}})
    if unknown := sorted(set(secrets) - names):
        message = _("This kind of source has no such secret.")
        raise ValidationError({"secrets": {name: [message] for name in unknown}})
    return {**settings, **secrets}


def settings_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of the settings, without the secrets, which are given apart."""
    schema, secrets = model.model_json_schema(), secret_names(model)
    schema["properties"] = {name: each for name, each in schema["properties"].items() if name not in secrets}
    required = [name for name in schema.pop("required", ()) if name not in secrets]
    return schema | ({"required": required} if required else {})


def config_to_try(source: Source, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of this source with those that are `given` in their place, in full and in clear.

    Raises SourceRefused where its secrets would be sent elsewhere.
    """
    changed = changed_config(source.kind, given, kept=source.config)
    config = with_kept(before=source.config, after=changed, kept=unseal(source.secrets))
    return {name: value for name, value in config.items() if value is not None}


@contextmanager
def pointing(kind: str) -> Iterator[None]:
    """Tell what an act refuses as values that are not valid, each at its place in the body."""
    try:
        yield
    except SourceRefused as refusal:
        if not set(refusal.fields) - {NON_FIELD_ERRORS}:
            raise
        names = secret_names(find_connector(kind).Config)
        told: dict[str, Any] = {}
        for field, message in sorted(refusal.fields.items()):
            *way, last = _place(field, names)
            level: Any = told
            for step in way:
                level = level.setdefault(step, {}) if isinstance(level, dict) else level
            if isinstance(level, dict):  # what holds it may be refused as a whole already
                level[last] = [message]
        raise ValidationError(told) from refusal


def _place(field: str, secrets: frozenset[str]) -> tuple[str, ...]:
    place = place_of(field)
    if place[0] == "settings" and len(place) > 1 and place[1] in secrets:
        return ("secrets", place[1])
    return ("non_field_errors",) if field == NON_FIELD_ERRORS else place
