"""What pages are made of, and what each app shows in the shell: its section of the navigation, its stages, its work.

An app writes them in its `interface.py` as `DECLARED: list[Interface]`; the home page, the navigation, the search and
the site map are made from them. Each function takes the person who looks and answers only what that person may see.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Declarations, Text
from apps.core.gates import GateState

# The project's user or AnonymousUser. Their model stands above core, which therefore cannot name it.
Viewer: TypeAlias = Any


class Tone(StrEnum):
    """How things are, shown by a colour and a shape and always joined to a word."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    WAIT = "wait"
    OFF = "off"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A key figure; `note` says what to compare it with."""

    label: Text
    value: Text
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One of the pages of an object."""

    label: Text
    url: str
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a work: `status` is `done`, `current` or `todo`; `word` says how it went, in this tone."""

    label: Text
    status: str
    url: str = ""
    tone: str = ""
    word: Text = ""


def steps_of(labels: Sequence[Text], done: int, *, tone: Tone = Tone.OFF, word: Text = "") -> list[Step]:
    """The phases of a work, so many of them done; `word` tells how it goes in the next one, unless that one waits."""
    told = [Step(label=label, status="done", tone=Tone.OK, word=_("Done")) for label in labels[:done]]
    if word and done < len(labels):
        told.append(Step(label=labels[done], status="current", tone=tone, word=word))
    return [*told, *(Step(label=label, status="todo") for label in labels[len(told) :])]


@dataclass(frozen=True, kw_only=True)
class Section:
    """An area of the main navigation, shown to whoever has `permission` (empty: to everyone)."""

    label: Text
    url_name: str
    rank: int
    permission: str = ""

    def is_open_to(self, viewer: Viewer) -> bool:
        return not self.permission or bool(viewer.has_perm(self.permission))


@dataclass(frozen=True, kw_only=True)
class SitePage:
    """A page that a person may want to find from the search or the site map; its address takes no argument."""

    label: Text
    url_name: str
    summary: Text = ""
    permission: str = ""
    signed_in: bool = False

    def is_open_to(self, viewer: Viewer) -> bool:
        if self.permission:
            return bool(viewer.has_perm(self.permission))
        return bool(viewer.is_authenticated or not self.signed_in)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One lock of the flight: a stage, the figure that sums it up, and the gate at its exit.

    `is_held` says that the stage still lives on the version from before the gate that closed.
    """

    label: Text
    rank: int
    gate: GateState
    url: str = ""
    figure: Text = ""
    unit: Text = ""
    note: Text = ""
    gate_note: Text = ""
    gate_url: str = ""
    gate_link: Text = ""
    is_held: bool = False


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something that waits for this person; the most pressing first (lowest `rank`)."""

    label: Text
    url: str
    detail: Text = ""
    due: Text = ""
    tone: Tone = Tone.INFO
    rank: int = 100


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """One line of the latest runs."""

    label: Text
    url: str
    source: Text
    started_at: datetime
    state: Text
    tone: Tone
    rows: int | None = None
    rejects: int | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened, for the timeline of the home page."""

    at: datetime
    text: Text
    tone: Tone = Tone.INFO
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One answer of the search; `kind` names what it is (“User”, “Dataset”)."""

    label: Text
    url: str
    kind: Text
    summary: Text = ""


@dataclass(frozen=True, kw_only=True)
class Interface:
    """All that one app shows in the shell. Everything is optional."""

    section: Section | None = None
    pages: Sequence[SitePage] = ()
    stages: Callable[[Viewer], Sequence[Stage]] | None = None
    tasks: Callable[[Viewer], Sequence[Task]] | None = None
    runs: Callable[[Viewer], Sequence[RunLine]] | None = None
    events: Callable[[Viewer], Sequence[Event]] | None = None
    search: Callable[[Viewer, str], Sequence[Hit]] | None = None


interfaces = Declarations("interface", Interface)

DECLARED = [
    Interface(
        pages=[
            SitePage(label=_("Home"), url_name="home"),
            SitePage(label=_("Search"), url_name="search"),
            SitePage(
                label=_("Help"), url_name="help", summary=_("How to read a page, the flight of locks, the keyboard")
            ),
            SitePage(label=_("Site map"), url_name="site_map"),
            SitePage(label=_("API"), url_name="api-docs"),
            SitePage(
                label=_("Accessibility"),
                url_name="accessibility",
                summary=_("What works for everyone, what does not yet, and whom to tell"),
            ),
            SitePage(label=_("Legal notice"), url_name="legal_notice"),
            SitePage(
                label=_("Personal data"),
                url_name="privacy",
                summary=_("What this site keeps about people, why, and for how long"),
            ),
        ]
    )
]
