"""What happened to a run, in the words of whoever reads: the error, the gate's checks, the rejected records.

Runs keep codes and numbers, never sentences: the worker that wrote them spoke no one's language.
"""

import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.connectors.base import Rejected
from apps.collection.contract import CheckName, Stop
from apps.collection.enums import EventCode, PageFailure, RejectionReason, RunState
from apps.collection.exceptions import CollectionError
from apps.collection.models import Rejection, Run, RunEvent
from apps.core.gates import Check, Verdict
from apps.core.numbers import format_number
from apps.core.problems import find_problem_type
from apps.core.work import Failure


def failure_of(run: Run) -> Failure | None:
    """Why this run failed, None if it did not."""
    if run.state != RunState.FAILED:
        return None
    detail = " ".join([run.error_code, *(f"{name}={value}" for name, value in sorted(run.error_details.items()))])
    kind = _class_of(run.error_code)
    if kind is not None:
        title, advice = _filled(kind.title, run.error_details), _filled(kind.advice, run.error_details)
    elif problem := find_problem_type(run.error_code):
        title, advice = str(problem.title), str(problem.meaning)
    else:
        title, advice = str(CollectionError.title), str(CollectionError.advice)
    if run.error_kind in {"transient", "rate_limited"}:
        advice = " ".join([advice, _("It may pass: retry the run later, and it goes on from where it stopped.")])
    return Failure(title=title, advice=advice, detail=detail)


def verdict_of(run: Run) -> Verdict | None:
    """What the gate decided, its checks in words. The stored verdict stays as it is."""
    verdict = run.judged
    if verdict is None:
        return None
    return replace(verdict, checks=tuple(_told(check) for check in verdict.checks))


def reason_text(rejection: Rejection | Rejected) -> str:
    """Why this record was rejected, in a sentence."""
    label = str(RejectionReason(rejection.reason).label)
    sentence = _SENTENCES.get(RejectionReason(rejection.reason))
    details = rejection.details
    if rejection.reason == RejectionReason.PAGE_NOT_READ and details.get("why") in PageFailure.values:
        why = _filled(PageFailure(details["why"]).label, details)
        if count := details.get("count"):
            return ngettext(
                "%(count)s page was not asked for: %(why)s.", "%(count)s pages were not asked for: %(why)s.", count
            ) % {"count": count, "why": why}
        details = details | {"why": why}
    return _filled(sentence(), details, otherwise=label) if sentence else label


def event_text(event: RunEvent) -> str:
    """One line of the log of a run, in a sentence."""
    details = dict(event.details)
    if code := details.get("problem"):
        details["problem"] = _problem_title(str(code), details)
    if event.code == EventCode.JUDGED and "is_open" in details:
        return _("Judged: the gate opened.") if details["is_open"] else _("Judged: the gate stayed closed.")
    sentence = _EVENTS.get(EventCode(event.code))
    label = str(EventCode(event.code).label)
    return _filled(sentence(), details, otherwise=label) if sentence else label


def _problem_title(code: str, details: dict[str, Any]) -> str:
    kind = _class_of(code)
    # A whole family of errors has no title of its own: what programs are told of it says more.
    if kind is not None and (kind.title is not CollectionError.title or kind is CollectionError):
        return _filled(kind.title, details, otherwise=code)
    problem = find_problem_type(code)
    return str(problem.title) if problem else code


_EVENTS: dict[EventCode, Callable[[], str]] = {
    EventCode.PLANNED: lambda: _("Planned: parts to read: %(parts)s, columns: %(columns)s."),
    EventCode.PART_READ: lambda: _("The part “%(part)s” was read to its end."),
    EventCode.RETRIED: lambda: _("%(problem)s. Tried again after %(seconds)s s."),
    EventCode.PUT_OFF: lambda: _("%(problem)s. Put off for %(seconds)s s: the worker does something else meanwhile."),
    EventCode.PART_LEFT: lambda: _("%(problem)s. The part was left to another worker."),
    EventCode.STOPPED: lambda: _("Stopped before the end: a limit was passed."),
    EventCode.FAILED: lambda: _("Failed: %(problem)s."),
}


_SENTENCES: dict[RejectionReason, Callable[[], str]] = {
    RejectionReason.TOO_FEW_COLUMNS: lambda: _("%(expected)s cells were expected, and %(found)s found: too few."),
    RejectionReason.TOO_MANY_COLUMNS: lambda: _("%(expected)s cells were expected, and %(found)s found: too many."),
    RejectionReason.INVALID_ENCODING: lambda: _(
        "The byte %(byte)s, in the column “%(column)s”, is not a character in %(encoding)s."
    ),
    RejectionReason.CONTROL_CHARACTER: lambda: _("The column “%(column)s” holds a control character (%(byte)s)."),
    RejectionReason.CELL_TOO_LONG: lambda: _("The record is too long: a quote may not be closed."),
    RejectionReason.UNCLOSED_QUOTE: lambda: _("A quote is opened and not closed as it should."),
    RejectionReason.NOT_A_RECORD: lambda: _("A record was expected, and %(found)s found."),
    RejectionReason.UNREADABLE_VALUE: lambda: _("The value in the column “%(column)s” cannot be read: %(why)s."),
    RejectionReason.MISSING_FIELD: lambda: _("The page has nothing where “%(field)s” is looked for."),
    RejectionReason.PAGE_NOT_READ: lambda: _("The page could not be read: %(why)s."),
}


def _filled(text: Any, details: dict[str, Any], *, otherwise: str = "") -> str:
    try:
        return str(text) % details
    except (KeyError, TypeError, ValueError):
        return otherwise or str(text)


def _class_of(code: str) -> type[CollectionError] | None:
    # Each connector has errors of its own, known once it is imported.
    importlib.import_module("apps.collection.connectors")
    return next((each for each in CollectionError.kinds() if each.code == code), None)


def _told(check: Check) -> Check:
    """A check of this gate in words; one that the gate no longer makes stays as it was."""
    try:
        return _TELLING[CheckName(check.name)](check)
    except ValueError:
        return check


def _tell_records_read(check: Check) -> Check:
    return replace(
        check,
        name=_("Records were read"),
        measured=_number(check.measured),
        expected=_("one or more"),
        message="" if check.passed else _("The source is empty. Check its address, or the file."),
    )


def _tell_columns_present(check: Check) -> Check:
    if check.passed:
        return replace(check, name=_("All the expected columns are there"), measured="", expected="")
    expected = int(check.expected)
    return replace(
        check,
        name=_("Columns are missing"),
        expected=ngettext("%(count)s column", "%(count)s columns", expected) % {"count": _number(check.expected)},
        message=_("Ask the source why. If they are gone for good, change the columns to collect and the recipe."),
    )


def _tell_columns_known(check: Check) -> Check:
    if check.passed:
        return replace(check, name=_("No new column"), measured="", expected="")
    return replace(
        check,
        name=_("New columns"),
        expected=_("none"),
        message=_("They were collected. If they hold personal data that is not needed, choose the columns to collect."),
    )


def _tell_rejected_share(check: Check) -> Check:
    return replace(
        check,
        name=_("Share of rejected records"),
        measured=_percent(check.measured),
        expected=_("%(share)s at most") % {"share": _percent(check.expected)},
        message="" if check.passed else _("Read the rejected records: the file may be damaged, or read amiss."),
    )


def _tell_rejected_rows(check: Check) -> Check:
    return replace(
        check,
        name=_("Number of rejected records"),
        measured=_number(check.measured),
        expected=_("%(count)s at most") % {"count": _number(check.expected)},
        message="" if check.passed else _("Read the rejected records: the file may be damaged, or read amiss."),
    )


def _tell_types_unchanged(check: Check) -> Check:
    if check.passed:
        return replace(check, name=_("All the types are as agreed"), measured="", expected="")
    return replace(
        check,
        name=_("Types have changed"),
        expected=_("none"),
        message=_("Ask the source why. If it is for good, change what is expected, and the recipe."),
    )


_STOPS: dict[str, Callable[[], str]] = {
    Stop.COLUMNS: lambda: _("Nothing was read: the columns are not those that were agreed."),
    Stop.REJECTS: lambda: _("The reading stopped when the limit of rejected records could no longer be held."),
    Stop.ROWS: lambda: _("The reading stopped at the limit of records of this source."),
    Stop.TIME: lambda: _("The reading stopped at the limit of time of this source."),
    Stop.SIZE: lambda: _("The reading stopped at the limit of size of this source."),
}


def _tell_read_to_the_end(check: Check) -> Check:
    said = _STOPS.get(check.measured, _STOPS[Stop.REJECTS])
    return replace(check, name=_("Read to the end"), measured="", message=said())


_TELLING: dict[CheckName, Callable[[Check], Check]] = {
    CheckName.RECORDS_READ: _tell_records_read,
    CheckName.COLUMNS_PRESENT: _tell_columns_present,
    CheckName.COLUMNS_KNOWN: _tell_columns_known,
    CheckName.TYPES_UNCHANGED: _tell_types_unchanged,
    CheckName.REJECTED_SHARE: _tell_rejected_share,
    CheckName.REJECTED_ROWS: _tell_rejected_rows,
    CheckName.READ_TO_THE_END: _tell_read_to_the_end,
}


def _number(stored: str) -> str:
    return format_number(float(stored))


def _percent(stored: str) -> str:
    return f"{format_number(float(stored))}\u00a0%"
