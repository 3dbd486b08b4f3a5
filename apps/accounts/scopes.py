"""What a token may touch: reading or writing, area by area. An area is an app that has an API."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Text

READ, WRITE = "read", "write"

# Its endpoints are open to all, or about the platform itself.
NOT_AN_AREA = "core"


@dataclass(frozen=True, kw_only=True)
class Area:
    """An app that programs can reach, and the two scopes it gives: `label:read` and `label:write`."""

    label: str
    name: Text

    @property
    def read(self) -> str:
        return f"{self.label}:{READ}"

    @property
    def write(self) -> str:
        return f"{self.label}:{WRITE}"


@cache
def areas() -> tuple[Area, ...]:
    """The areas of this instance, in the order of the installed apps."""
    return tuple(
        Area(label=config.label, name=config.verbose_name)
        for config in apps.get_app_configs()
        if config.name.startswith("apps.") and config.label != NOT_AN_AREA and find_spec(f"{config.name}.api")
    )


def scope_choices() -> list[tuple[str, Text]]:
    return [
        choice
        for area in areas()
        for choice in (
            (area.read, _("%(area)s: read") % {"area": area.name}),
            (area.write, _("%(area)s: read and write") % {"area": area.name}),
        )
    ]


def labels_of(scopes: Iterable[str]) -> list[str]:
    """What these scopes are called; one that no app gives any more keeps its code."""
    labels = dict(scope_choices())
    return [str(labels.get(scope, scope)) for scope in scopes]


def unknown_scopes(scopes: Iterable[str]) -> list[str]:
    known = {code for code, _label in scope_choices()}
    return [scope for scope in scopes if scope not in known]


def covers(held: Iterable[str], wanted: str) -> bool:
    """Whether these scopes allow what `wanted` names; the right to write includes the right to read."""
    area, _colon, mode = wanted.partition(":")
    return wanted in held or (mode == READ and f"{area}:{WRITE}" in held)
