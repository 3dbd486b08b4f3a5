"""Builds in words. Their rows keep codes and numbers, which are read in two languages."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.gates import Check, Verdict
from apps.core.numbers import format_number, format_percent
from apps.datasets.enums import BuildState
from apps.datasets.failures import failure_named
from apps.datasets.judging import CheckName
from apps.datasets.models import Build

Words: TypeAlias = Callable[[Check], Check]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a build failed: what happened, what to do, and what only helps whoever maintains the instance."""

    title: str
    advice: str
    detail: str = ""


def failure_of(build: Build) -> Failure | None:
    """Why this build failed, in the language of the moment; None if it did not."""
    if build.state != BuildState.FAILED:
        return None
    failure = failure_named(build.error_code)
    detail = ", ".join(f"{name}: {value}" for name, value in build.error_details.items())
    try:
        title, advice = str(failure.title) % build.error_details, str(failure.advice) % build.error_details
    except KeyError:  # recorded by an older release, without what its words quote today
        title, advice = str(failure.title), str(failure.advice)
    return Failure(title=title, advice=advice, detail=detail)


def verdict_of(build: Build) -> Verdict | None:
    """What its gate decided, in the language of the moment; None if it was never judged."""
    judged = build.judged
    return judged and replace(judged, checks=tuple(_told(check) for check in judged.checks))


def _told(check: Check) -> Check:
    """A check in words; as it is written, if it is one that this release no longer makes."""
    try:
        return WORDS[CheckName(check.name)](check)
    except ValueError:
        return check


def _rows_kept(check: Check) -> Check:
    return replace(
        check,
        name=_("Rows that the recipe keeps"),
        measured=_rows(check.measured),
        expected=_("one at least"),
        message="" if check.passed else _("Nothing would be published. See the rows set aside, and why."),
    )


def _rejected_share(check: Check) -> Check:
    return replace(
        check,
        name=_("Share of the rows set aside"),
        measured=_percent(check.measured),
        expected=_("%(share)s at most") % {"share": _percent(check.expected)},
        message=""
        if check.passed
        else _("Correct the source or the recipe, or allow a larger share in the settings of the dataset."),
    )


def _rows_as_before(check: Check) -> Check:
    return replace(
        check,
        name=_("Rows, beside the version before"),
        measured=_rows(check.measured),
        expected=_("%(count)s at least, half of the version before") % {"count": format_number(int(check.expected))},
        message="" if check.passed else _("Far fewer rows than before: make sure that the source is whole."),
    )


def _required_filled(check: Check) -> Check:
    return replace(
        check,
        name=_("Required columns are filled"),
        measured=_missing(check.measured),
        expected=_("a value in: %(columns)s") % {"columns": check.expected},
    )


def _no_duplicate(check: Check) -> Check:
    return replace(
        check,
        name=_("No duplicate"),
        measured=_set_aside(check.measured),
        expected=_("unique: %(columns)s") % {"columns": check.expected},
    )


WORDS: dict[CheckName, Words] = {
    CheckName.ROWS_KEPT: _rows_kept,
    CheckName.REJECTED_SHARE: _rejected_share,
    CheckName.ROWS_AS_BEFORE: _rows_as_before,
    CheckName.REQUIRED_FILLED: _required_filled,
    CheckName.NO_DUPLICATE: _no_duplicate,
}


def _rows(count: str) -> str:
    number = int(count)
    return ngettext("%(count)s row", "%(count)s rows", number) % {"count": format_number(number)}


def _set_aside(count: str) -> str:
    number = int(count)
    if not number:
        return _("no row set aside")
    return ngettext("%(count)s row set aside", "%(count)s rows set aside", number) % {"count": format_number(number)}


def _missing(count: str) -> str:
    number = int(count)
    if not number:
        return _("no value missing")
    told = ngettext(
        "%(count)s value missing, its row set aside", "%(count)s values missing, their rows set aside", number
    )
    return told % {"count": format_number(number)}


def _percent(percents: str) -> str:
    share = Decimal(percents)
    return format_percent(float(share / 100), 0 if share == share.to_integral() else 2)
