"""What the page of a source tells of what it holds, when it is collected, what was agreed, and its sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.enums import LoadMode, Reaction
from apps.collection.forms.contract import TYPE_NAMES
from apps.collection.forms.sheet import SHEET_FIELDS
from apps.collection.models import Run, Segment, Source
from apps.collection.rhythms import Rhythm
from apps.collection.standing import schedule_trouble
from apps.collection.views.shown import Moment, moments_of
from apps.core.numbers import format_number

FEEDING_SHOWN = 10
RUNS_FORESEEN = 3
COLUMNS_TOLD = 20


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a source holds today: the runs that make it, the latest first, and how much they are together."""

    runs: Sequence[Run] = ()
    count: int = 0
    rows: int = 0
    size: int = 0

    @property
    def latest(self) -> Run | None:
        return self.runs[0] if self.runs else None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a source is collected by itself; `trouble` says what is wrong with that."""

    rhythm: Rhythm | None
    moments: Sequence[Moment]
    trouble: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What is said of a source, by name, and the names of what is not said yet."""

    said: Sequence[tuple[str, str]]
    missing: Sequence[str]


def held_of(source: Source) -> Held:
    feeding = source.feeding_runs()
    runs = list(feeding.order_by("-pk").defer("plan")[:FEEDING_SHOWN])
    if not runs:
        return Held()
    sums = feeding.order_by().aggregate(count=Count("pk"), rows=Sum("rows_kept"))
    size = Segment.objects.filter(run__in=feeding.order_by()).aggregate(size=Sum("size"))["size"]
    return Held(runs=runs, count=sums["count"], rows=sums["rows"], size=size or 0)


def schedule_of(source: Source, *, now: datetime) -> Schedule:
    return Schedule(
        rhythm=Rhythm.of(source.cron) if source.is_scheduled else None,
        moments=moments_of(source.upcoming(after=now, count=RUNS_FORESEEN), source.time_zone),
        trouble=schedule_trouble(source, now=now),
    )


def contract_pairs(source: Source) -> list[tuple[str, str]]:
    """What is agreed, under its names: what is left to itself is not told."""
    pairs = [
        (_("Each run reads"), str(LoadMode(source.mode).label)),
        (_("A record is identified by"), ", ".join(source.key_columns)),
        (_("Expected columns"), _columns_text(source.expected_columns)),
        (_("If a column is missing"), _reaction(source.on_missing_column)),
        (_("If a column is new"), _reaction(source.on_new_column)),
        (_("If a type changed"), _reaction(source.on_changed_type)),
        (_("Parts read at the same time"), format_number(source.parallel_parts) if source.parallel_parts > 1 else ""),
        (_("A run stops after"), _caps_text(source)),
    ]
    return [(name, said) for name, said in pairs if said]


def sheet_of(source: Source) -> Sheet:
    fields: dict[str, Any] = {field.name: field for field in Source._meta.fields}
    names = {name: str(capfirst(fields[name].verbose_name)) for name in SHEET_FIELDS}
    said = {name: _said(source, name) for name in SHEET_FIELDS}
    return Sheet(
        said=[(names[name], text) for name, text in said.items() if text],
        missing=[names[name] for name, text in said.items() if not text],
    )


def _said(source: Source, name: str) -> str:
    shown: Any = getattr(source, f"get_{name}_display", None)
    return str(shown()) if shown else str(getattr(source, name))


def _columns_text(expected: Sequence[dict[str, str]]) -> str:
    if not expected:
        return _("Those of the last run that passed")
    told = [_column_text(each) for each in expected[:COLUMNS_TOLD]]
    left = len(expected) - len(told)
    if left:
        told.append(ngettext("and %(count)s more", "and %(count)s more", left) % {"count": format_number(left)})
    return ", ".join(told)


def _column_text(expected: dict[str, str]) -> str:
    kind = expected.get("type", "")
    name = expected["name"]
    return f"{name} ({str(TYPE_NAMES.get(kind, kind)).lower()})" if kind else name


def _reaction(reaction: str) -> str:
    said = {
        Reaction.ACCEPT: _("It is accepted without a word"),
        Reaction.WARN: _("The gate warns"),
        Reaction.STOP: _("The run is held at the gate"),
    }
    return said[Reaction(reaction)]


def _caps_text(source: Source) -> str:
    caps = []
    if source.max_rows:
        said = ngettext("%(number)s record", "%(number)s records", source.max_rows)
        caps.append(said % {"number": format_number(source.max_rows)})
    if source.max_minutes:
        caps.append(_("%(number)s min") % {"number": format_number(source.max_minutes)})
    if source.max_megabytes:
        caps.append(_("%(number)s MB") % {"number": format_number(source.max_megabytes)})
    return _(" or ").join(caps)
