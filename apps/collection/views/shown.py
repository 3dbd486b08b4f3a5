"""What the pages of the collection are made of, ready for their components."""

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.collection.enums import SourceState
from apps.collection.models import Run, Source
from apps.core.declarations import Text
from apps.core.interface import Viewer
from apps.core.numbers import format_number, format_percent


@dataclass(frozen=True, kw_only=True)
class Figure:
    label: Text
    value: Text
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Tab:
    label: Text
    url: str
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    label: Text
    status: str
    url: str = ""


def kept_figure(run: Run) -> Figure:
    share = run.rows_kept / run.rows_read if run.rows_read else None
    note = _("%(share)s of the records read") % {"share": format_percent(share, 1)} if share is not None else ""
    return Figure(label=_("Rows kept"), value=format_number(run.rows_kept), note=note)


def rejects_figure(run: Run, source: Source) -> Figure:
    most = _("at most %(share)s") % {"share": format_percent(float(source.max_rejected_share) / 100, 1)}
    share = run.rejected_share
    note = f"{format_percent(share, 1)}, {most}" if share is not None else most
    return Figure(label=_("Rejected"), value=format_number(run.rows_rejected), note=note)


def size_text(size: int | None) -> str:
    return filesizeformat(size) if size else "–"


# --- Where one is in the pages of a source --------------------------------------------------------
PAGES = ("collection:source_location", "collection:source_settings", "collection:source_rules")


def steps_of(source: Source | None, here: str) -> list[Step]:
    """The way to an open source. A step that was passed can be gone back to."""
    labels = (_("Where the data is"), _("Settings and trial"), _("Purpose, columns, limits"))
    current = PAGES.index(here)
    return [
        Step(
            label=label,
            status="done" if rank < current else "current" if rank == current else "todo",
            url=reverse(name, args=[source.slug]) if source and rank < current else "",
        )
        for rank, (name, label) in enumerate(zip(PAGES, labels, strict=True))
    ]


def tabs_of(source: Source, here: str, viewer: Viewer) -> list[Tab]:
    """The pages of a source that is not a draft any more; alone, the first is no tab."""
    if source.state == SourceState.DRAFT or not viewer.has_perm("collection.change_source"):
        return []
    labels = (_("Overview"), _("Where the data is"), _("Settings and trial"), _("Purpose, columns, limits"))
    return [
        Tab(label=label, url=reverse(name, args=[source.slug]), is_current=name == here)
        for name, label in zip(("collection:source", *PAGES), labels, strict=True)
    ]


def rights_of(viewer: Any) -> dict[str, bool]:
    """What the page offers to this person."""
    return {
        "can_change": viewer.has_perm("collection.change_source"),
        "can_collect": viewer.has_perm("collection.collect_source"),
        "can_delete": viewer.has_perm("collection.delete_source"),
        "can_read_rejections": viewer.has_perm("collection.view_rejection"),
        "can_see_segments": viewer.has_perm("collection.view_segment"),
    }
