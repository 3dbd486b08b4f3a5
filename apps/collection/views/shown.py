"""What the pages of the collection are made of, ready for their components."""

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.enums import SourceState
from apps.collection.models import Run, Source
from apps.core.declarations import Text
from apps.core.interface import Viewer
from apps.core.numbers import format_number, format_percent

LEAST_SHARE = 0.001


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
    read = ngettext("out of %(number)s record read", "out of %(number)s records read", run.rows_read)
    note = read % {"number": format_number(run.rows_read)}
    return Figure(label=_("Rows kept"), value=format_number(run.rows_kept), note=note)


def rejects_figure(run: Run, source: Source) -> Figure:
    most = _("at most %(share)s") % {"share": allowed_share(source)}
    share = run.rejected_share
    note = f"{share_text(share)}, {most}" if share is not None else most
    return Figure(label=_("Rejected"), value=format_number(run.rows_rejected), note=note)


def allowed_share(source: Source) -> str:
    """How much of what is read may be rejected: “5%”, “0.25%”."""
    share = float(source.max_rejected_share)
    return format_percent(share / 100, 0 if share.is_integer() else 2)


def share_text(share: float) -> str:
    """A share with one decimal; what would round to nothing is not nothing."""
    if 0 < share < LEAST_SHARE:
        return _("under %(share)s") % {"share": format_percent(LEAST_SHARE, 1)}
    return format_percent(share, 1)


def size_text(size: int | None) -> str:
    return filesizeformat(size) if size else "–"


# --- Where one is in the pages of a source --------------------------------------------------------
KIND = "collection:source_new"
PAGES = ("collection:source_location", "collection:source_settings", "collection:source_rules")


def steps_of(source: Source | None, here: str) -> list[Step]:
    """The way to an open source. A step that was passed can be gone back to."""
    pages = (KIND, *PAGES)
    labels = (_("Kind"), _("Where the data is"), _("Settings and trial"), _("Purpose, columns, limits"))
    current = pages.index(here)
    return [
        Step(
            label=label,
            status="done" if rank < current else "current" if rank == current else "todo",
            url=_step_url(name, source) if rank < current else "",
        )
        for rank, (name, label) in enumerate(zip(pages, labels, strict=True))
    ]


def _step_url(name: str, source: Source | None) -> str:
    """The address of a step. The kind of a source that is there does not change any more."""
    if name == KIND:
        return "" if source else reverse(KIND)
    return reverse(name, args=[source.slug]) if source else ""


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
