"""Checks in words, in the language of the moment: what was looked at, what was found, what was asked for, what to do.

A verdict is stored with codes and numbers (`judge`), and told each time it is read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.declarations import Text
from apps.core.gates import Check, Verdict
from apps.core.numbers import format_number, format_percent, format_size
from apps.inference.gates.case import CheckName
from apps.inference.measures import METRICS

Say: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Words:
    """How a check is told: its title, which may quote its label; how its measure and its bound read; what to do if it
    does not hold."""

    title: Text
    measured: Say
    expected: Say = str
    advice: Text = ""


def told(verdict: Verdict) -> Verdict:
    """The same verdict in words; checks that this release no longer makes stay as they were written."""
    return replace(verdict, checks=tuple(told_check(check) for check in verdict.checks))


def told_check(check: Check) -> Check:
    """One check in words."""
    words = WORDS.get(check.name)
    if words is None:
        return check
    quoted = {"label": CHANGES.get(check.label) or METRIC_LABELS.get(check.label, check.label)}
    advice = "" if check.passed else str(words.advice)
    return replace(
        check,
        name=str(words.title) % quoted,
        measured=words.measured(check.measured) if check.measured else _("nothing could be measured"),
        expected=words.expected(check.expected),
        message=" ".join(filter(None, [advice, check.message and _("Told by the conversion: %s") % check.message])),
    )


def _rows(count: str) -> str:
    number = int(float(count))
    return ngettext("%(count)s row", "%(count)s rows", number) % {"count": format_number(number)}


def _values(count: str) -> str:
    number = int(float(count))
    return ngettext("%(count)s value", "%(count)s values", number) % {"count": format_number(number)}


def _columns(count: str) -> str:
    number = int(float(count))
    return ngettext("%(count)s column", "%(count)s columns", number) % {"count": format_number(number)}


def _percent(share: str) -> str:
    return format_percent(float(share), 1)


def _number(value: str) -> str:
    return format_number(float(value), 3)


def _bound(value: str) -> str:
    """“≥ 0.8”, its number as the language writes it, to three decimals as what is measured."""
    sign, _space, number = value.rpartition(" ")
    return f"{sign}\N{NO-BREAK SPACE}{format_number(round(float(number), 3))}" if number else ""


def _gain(value: str) -> str:
    gain, low, high = (format_number(float(each), 3) for each in value.split())
    return _("%(gain)s, from %(low)s to %(high)s") % {"gain": gain, "low": low, "high": high}


def _slice(value: str) -> str:
    measured, rows = value.split()
    return _("%(measured)s, on %(rows)s") % {"measured": _number(measured), "rows": _rows(rows)}


def _gap(value: str) -> str:
    gap, *changed = value.split()
    told_gap = _("a gap of %(gap)s") % {"gap": format_number(float(gap))}
    if not changed:
        return told_gap
    number, rows = map(int, changed)
    other = ngettext("%(count)s answer changed", "%(count)s answers changed", number)
    return _("%(gap)s, %(changed)s out of %(rows)s") % {
        "gap": told_gap,
        "changed": other % {"count": format_number(number)},
        "rows": format_number(rows),
    }


def _steps(value: str) -> str:
    return _("it converged") if value == "0" else _("it was stopped before")


def _milliseconds(value: str) -> str:
    return format_number(round(float(value), 2), None, "ms")


def _size(value: str) -> str:
    return format_size(float(value))


def _none(_value: str) -> str:
    return _("none")


def _at_most(say: Say) -> Say:
    return lambda limit: _("%(limit)s at most") % {"limit": say(limit)}


def _at_least(say: Say) -> Say:
    return lambda limit: _("%(limit)s at least") % {"limit": say(limit)}


def _fixed(text: Text) -> Say:
    return lambda _value: str(text)


# What people call the metrics that checks quote.
METRIC_LABELS: Mapping[str, Text] = {each.name: each.label for metrics in METRICS.values() for each in metrics}
CHANGES: Mapping[str, Text] = {
    "typos": gettext_lazy("typos"),
    "accents": gettext_lazy("accents left out"),
    "capitals": gettext_lazy("capital letters"),
    "missing": gettext_lazy("a value left out"),
    "noise": gettext_lazy("measures off by a hundredth of their range"),
    "p50": gettext_lazy("median"),
    "p99": gettext_lazy("99th percentile"),
}

WORDS: Mapping[str, Words] = {
    CheckName.FORMAT: Words(
        title=gettext_lazy("Values of the type, and within the bounds, of the field"),
        measured=_rows,
        expected=_none,
        advice=gettext_lazy("Correct the recipe of the dataset, or the declaration of the field."),
    ),
    CheckName.FILLED: Words(
        title=gettext_lazy("Share of the rows that miss this field"),
        measured=_percent,
        expected=_at_most(_percent),
        advice=gettext_lazy("It teaches little. Look for the fault in the source, or leave the field out."),
    ),
    CheckName.TARGET_FILLED: Words(
        title=gettext_lazy("Rows without a target"),
        measured=_rows,
        expected=_none,
        advice=gettext_lazy("Keep only the rows whose answer is known, with the condition of the declaration."),
    ),
    CheckName.ROWS_OF_CLASS: Words(
        title=gettext_lazy("Rows of this class to learn from"),
        measured=_rows,
        expected=_at_least(_rows),
        advice=gettext_lazy("Collect more examples of it, join it to another class, or leave its rows out."),
    ),
    CheckName.LABEL_NOISE: Words(
        title=gettext_lazy("Rows that say the same as others and have another label"),
        measured=_percent,
        expected=_at_most(_percent),
        advice=gettext_lazy("No model can be right on these: have the labels read again."),
    ),
    CheckName.TARGET_VARIES: Words(
        title=gettext_lazy("Different values of the target"),
        measured=_values,
        expected=_at_least(_values),
        advice=gettext_lazy("All rows have the same answer: there is nothing to learn."),
    ),
    CheckName.ONE_FIELD_TELLS: Words(
        title=gettext_lazy("What this field alone tells of the target"),
        measured=_percent,
        expected=_at_most(_percent),
        advice=gettext_lazy("It gives the answer away. Is it known when the question is asked? If not, leave it out."),
    ),
    CheckName.NAMED_IN_TEXT: Words(
        title=gettext_lazy("Texts that name their own class"),
        measured=_percent,
        expected=_at_most(_percent),
        advice=gettext_lazy("Were they written, or completed, by somebody who knew the answer?"),
    ),
    CheckName.NUMBERS_ROWS: Words(
        title=gettext_lazy("Different values, as a share of the rows"),
        measured=_percent,
        expected=_at_most(_percent),
        advice=gettext_lazy("This field seems to number the rows: a model can only learn it by heart."),
    ),
    CheckName.SAME_ROWS: Words(
        title=gettext_lazy("Rows both to learn from and to judge by"),
        measured=_rows,
        expected=_none,
        advice=gettext_lazy("The scores say nothing. The split is at fault: report it."),
    ),
    CheckName.DUPLICATES: Words(
        title=gettext_lazy("Test rows that are among the rows to learn from"),
        measured=_percent,
        expected=_at_most(_percent),
        advice=gettext_lazy("Remove duplicates in the recipe, or split by group, so that they fall on the same side."),
    ),
    CheckName.NEAR_DUPLICATES: Words(
        title=gettext_lazy("Test texts nearly the same as a text to learn from"),
        measured=_percent,
        expected=_at_most(_percent),
        advice=gettext_lazy("Forms filled in by copy, signatures, tests? The scores are higher than in service."),
    ),
    CheckName.TEST_ROWS: Words(
        title=gettext_lazy("Rows to judge by"),
        measured=_rows,
        expected=_at_least(_rows),
        advice=gettext_lazy("Raise the share of the test set, or collect more rows."),
    ),
    CheckName.TRAIN_ROWS: Words(
        title=gettext_lazy("Rows to learn from"),
        measured=_rows,
        expected=_at_least(_rows),
        advice=gettext_lazy("Collect more rows, or widen the condition of the declaration."),
    ),
    CheckName.TEST_ROWS_OF_CLASS: Words(
        title=gettext_lazy("Rows of this class to judge by"),
        measured=_rows,
        expected=_at_least(_rows),
        advice=gettext_lazy("With so few, its score is a matter of luck."),
    ),
    CheckName.TIME_ORDER: Words(
        title=gettext_lazy("Test rows from before a row to learn from"),
        measured=_rows,
        expected=_none,
        advice=gettext_lazy("The model would be judged on a past that it knows. The split is at fault: report it."),
    ),
    CheckName.GROUPS_APART: Words(
        title=gettext_lazy("Groups on both sides of the split"),
        measured=_values,
        expected=_none,
        advice=gettext_lazy("The model would be judged on groups that it knows. The split is at fault: report it."),
    ),
    CheckName.ORDER_OF_ROWS: Words(
        title=gettext_lazy("A row is prepared alike, whatever those beside it"),
        measured=_gap,
        expected=_at_most(_gap),
        advice=gettext_lazy("A step of the pipeline looks at other rows: one row alone would get another answer."),
    ),
    CheckName.PREPARED_NUMBERS: Words(
        title=gettext_lazy("Prepared values that are not numbers"),
        measured=_values,
        expected=_none,
        advice=gettext_lazy("Fill in missing values in the preparation, or choose an estimator that takes them."),
    ),
    CheckName.PREPARED_COLUMNS: Words(
        title=gettext_lazy("Columns missing, or too many, once unexpected rows are prepared"),
        measured=_columns,
        expected=_none,
        advice=gettext_lazy("The preparation must make the same columns of all rows: see its categories."),
    ),
    CheckName.CONVERGES: Words(
        title=gettext_lazy("The training came to its end"),
        measured=_steps,
        expected=_fixed(gettext_lazy("it converged")),
        advice=gettext_lazy("Allow more steps, bring numbers to the same scale, or restrain the model more."),
    ),
    CheckName.BETTER_THAN_BASELINE: Words(
        title=gettext_lazy("Gain over the baseline (%(label)s)"),
        measured=_gain,
        expected=_fixed(gettext_lazy("above 0, the whole interval")),
        advice=gettext_lazy("Nothing proves that it learnt anything: other fields, other rows, or another estimator."),
    ),
    CheckName.METRIC: Words(
        title=gettext_lazy("Threshold of the declaration: %(label)s"),
        measured=_number,
        expected=_bound,
        advice=gettext_lazy("Improve the data or the model, or discuss the threshold: never to make a model pass."),
    ),
    CheckName.METRIC_OF_SLICE: Words(
        title=gettext_lazy("Threshold of the declaration, on a slice: %(label)s"),
        measured=_number,
        expected=_bound,
        advice=gettext_lazy("It answers less well to these people or cases: collect more of their rows."),
    ),
    CheckName.WORST_SLICE: Words(
        title=gettext_lazy("Worst slice: %(label)s"),
        measured=_slice,
        expected=_bound,
        advice=gettext_lazy("It answers less well to these people or cases than to all: say it in its limits."),
    ),
    CheckName.NOT_WORSE_THAN_CHAMPION: Words(
        title=gettext_lazy("Gain over the version in service (%(label)s)"),
        measured=_gain,
        expected=_fixed(gettext_lazy("not below 0, the whole interval")),
        advice=gettext_lazy("It is worse than what is in service, for sure: keep that one."),
    ),
    CheckName.AS_GOOD_AS_CHAMPION: Words(
        title=gettext_lazy("Proven as good as the version in service (%(label)s)"),
        measured=_gain,
        expected=_at_least(_number),
        advice=gettext_lazy("It may be worse: more test rows would tell, or a trial beside the version in service."),
    ),
    CheckName.ROBUST_TO: Words(
        title=gettext_lazy("Answers that change with %(label)s"),
        measured=_percent,
        expected=_at_most(_percent),
        advice=gettext_lazy("Add rows written so, or say it in its limits."),
    ),
    CheckName.PARITY: Words(
        title=gettext_lazy("The package answers as the model that was judged"),
        measured=_gap,
        expected=_at_most(_gap),
        advice=gettext_lazy("What would be served is not what was judged: report it."),
    ),
    CheckName.GOLDEN: Words(
        title=gettext_lazy("Golden rows get the same answers again"),
        measured=_gap,
        expected=_at_most(_gap),
        advice=gettext_lazy("The file, or the library that opens it, is not that of the training."),
    ),
    CheckName.CONVERTED: Words(
        title=gettext_lazy("Packaged as ONNX"),
        measured=str,
        expected=_fixed("ONNX"),
        advice=gettext_lazy("It is served as skops: slower to open, and by Écluse alone."),
    ),
    CheckName.LATENCY: Words(
        title=gettext_lazy("Time to answer one row, %(label)s"),
        measured=_milliseconds,
        expected=_at_most(_milliseconds),
        advice=gettext_lazy("Fewer trees or terms; or the machine was busy: train again."),
    ),
    CheckName.SIZE: Words(
        title=gettext_lazy("Size of the file"),
        measured=_size,
        expected=_at_most(_size),
        advice=gettext_lazy("Fewer trees or terms: every server keeps it in memory."),
    ),
}
