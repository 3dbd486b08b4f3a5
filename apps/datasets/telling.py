"""Builds in words. Their rows keep codes and numbers, which are read in two languages."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.gates import Check, Verdict
from apps.core.numbers import format_number, format_percent
from apps.core.work import Failure
from apps.datasets.enums import BuildState
from apps.datasets.failures import BuildFailure
from apps.datasets.judging import CheckName
from apps.datasets.models import Build
from apps.datasets.recipes.rules import RULE_KINDS
from apps.datasets.recipes.rules.base import RuleCheck

Words: TypeAlias = Callable[[Check], Check]


def failure_of(build: Build) -> Failure | None:
    """Why this build failed, in the language of the moment; None if it did not."""
    if build.state != BuildState.FAILED:
        return None
    return BuildFailure.recorded(build.error_code, build.error_details)


def verdict_of(build: Build) -> Verdict | None:
    """What its gate decided, in the language of the moment; None if it was never judged."""
    judged = build.judged
    return judged and replace(judged, checks=tuple(_told(check) for check in judged.checks))


def _told(check: Check) -> Check:
    """A check in words; as it is written, if it is one that this release no longer makes."""
    return WORDS[check.name](check) if check.name in WORDS else check


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


def _references_found(check: Check) -> Check:
    return replace(
        check,
        name=_("What is referred to is there"),
        measured=_set_aside(check.measured),
        expected=_("known: %(names)s") % {"names": check.expected},
    )


def _rule(check: Check, *, measured: str, expected: str) -> Check:
    """A check of a rule that people wrote: its name, and what they say where it does not hold."""
    return replace(
        check,
        name=_rule_name(check.label),
        measured=measured,
        expected=expected,
        message="" if check.passed else check.message,
    )


def _rule_name(label: str) -> str:
    """The name that people gave it, or what it asks for, and of which columns, where they gave none."""
    kind, _parenthesis, columns = label.removesuffix(")").partition("(")
    if kind not in RULE_KINDS:
        return _("Rule “%(name)s”") % {"name": label}
    facts = {"rule": RULE_KINDS[kind].label, "columns": columns}
    return _("%(rule)s: %(columns)s") % facts if columns else str(RULE_KINDS[kind].label)


def _rule_broken(check: Check) -> Check:
    count, share = check.measured.split()
    least = Decimal(check.expected)
    return _rule(
        check,
        measured=_breaking(count, share),
        expected=_("%(share)s at most") % {"share": _percent(check.expected)} if least else _("no row that breaks it"),
    )


def _rule_set_aside(check: Check) -> Check:
    count, share = check.measured.split()
    measured = _set_aside(count)
    if int(count):
        measured = _("%(count)s (%(share)s)") % {"count": measured, "share": _percent(share)}
    expected = _("%(share)s at most") % {"share": _percent(check.expected)} if check.expected else _("set aside")
    return _rule(check, measured=measured, expected=expected)


def _rule_filled(check: Check) -> Check:
    return _rule(
        check,
        measured=_("%(share)s filled") % {"share": _percent(check.measured)},
        expected=_("%(share)s at least") % {"share": _percent(check.expected)},
    )


def _rule_age(check: Check) -> Check:
    return _rule(
        check,
        measured=_days(check.measured) if check.measured else _("no date"),
        expected=_("%(days)s at most") % {"days": _days(check.expected)},
    )


def _rule_rows(check: Check) -> Check:
    least, _separator, most = check.expected.partition(" ")
    bounds = [
        _("%(count)s at least") % {"count": format_number(int(least))} if least else "",
        _("%(count)s at most") % {"count": format_number(int(most))} if most else "",
    ]
    return _rule(check, measured=_rows(check.measured), expected=", ".join(filter(None, bounds)))


def _rule_change(check: Check) -> Check:
    change = Decimal(check.measured)
    told = {
        -1: _("%(share)s fewer rows than in the version before"),
        0: _("as many rows as in the version before"),
        1: _("%(share)s more rows than in the version before"),
    }
    return _rule(
        check,
        measured=told[(change > 0) - (change < 0)] % {"share": _percent(str(abs(change)))},
        expected=_("a change of %(share)s at most") % {"share": _percent(check.expected)},
    )


def _rule_shift(check: Check) -> Check:
    return _rule(
        check,
        measured=_("a shift of %(shift)s") % {"shift": format_number(float(check.measured), 3)},
        expected=_("%(shift)s at most") % {"shift": format_number(float(check.expected), 3)},
    )


WORDS: dict[str, Words] = {
    RuleCheck.BROKEN: _rule_broken,
    RuleCheck.SET_ASIDE: _rule_set_aside,
    RuleCheck.FILLED: _rule_filled,
    RuleCheck.AGE: _rule_age,
    RuleCheck.ROWS: _rule_rows,
    RuleCheck.CHANGE: _rule_change,
    RuleCheck.SHIFT: _rule_shift,
    CheckName.ROWS_KEPT: _rows_kept,
    CheckName.REJECTED_SHARE: _rejected_share,
    CheckName.ROWS_AS_BEFORE: _rows_as_before,
    CheckName.REQUIRED_FILLED: _required_filled,
    CheckName.NO_DUPLICATE: _no_duplicate,
    CheckName.REFERENCES_FOUND: _references_found,
}


def _rows(count: str) -> str:
    number = int(count)
    return ngettext("%(count)s row", "%(count)s rows", number) % {"count": format_number(number)}


def _set_aside(count: str) -> str:
    number = int(count)
    if not number:
        return _("no row set aside")
    return ngettext("%(count)s row set aside", "%(count)s rows set aside", number) % {"count": format_number(number)}


def _breaking(count: str, share: str) -> str:
    number = int(count)
    if not number:
        return _("no row")
    told = ngettext("%(count)s row, %(share)s of them all", "%(count)s rows, %(share)s of them all", number)
    return told % {"count": format_number(number), "share": _percent(share)}


def _days(count: str) -> str:
    number = int(count)
    return ngettext("%(count)s day", "%(count)s days", number) % {"count": format_number(number)}


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
