"""The settings of a source in words, under the names that its connector gives them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Choices
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.collection.connectors import CONNECTORS


def describe_config(kind: str, config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What each setting is called, and what it is, in the order of the forms; those that are left out are not there."""
    fields = CONNECTORS[kind].Config.model_fields
    # A database keeps the names of a JSON object in an order of its own.
    names = [*(name for name in fields if name in config), *(name for name in config if name not in fields)]
    return [
        (
            capfirst(str(fields[name].title or name.replace("_", " "))) if name in fields else _plain(name),
            _value(config[name], fields[name].annotation if name in fields else None),
        )
        for name in names
        if config[name] not in (None, "", [], (), {})
    ]


def _plain(name: str) -> str:
    return str(capfirst(name.replace("_", " ")))


def _value(value: Any, annotation: Any) -> str:
    for kind in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(kind, type) and issubclass(kind, Choices) and value in kind.values:
            return str(kind(value).label)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return str(value.get("name") or ", ".join(f"{name}: {_value(each, None)}" for name, each in value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(_value(each, None) for each in value)
    return str(value)
