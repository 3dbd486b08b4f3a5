"""An evaluation report in words: what a page and a comment on a merge request say of it, in the language of the moment.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from apps.core.interface import Tone
from apps.core.numbers import MINUS, decimals_for, format_number, format_percent
from apps.inference.enums import Task
from apps.inference.measures import METRICS, Metric
from apps.inference.models import Evaluation
from apps.inference.report import Gap, Measure, Report, Scored
from apps.inference.signature import Signature


@dataclass(frozen=True, kw_only=True)
class Line:
    """A metric of the report. `difference` is with the champion on the same rows; its tone and word say whether that is
    certain, which is not so where the interval holds zero."""

    name: str
    label: str
    value: str
    interval: str = ""
    baseline: str = ""
    champion: str = ""
    difference: str = ""
    tone: Tone = Tone.INFO
    word: str = ""
    explanation: str = ""
    is_primary: bool = False


@dataclass(frozen=True, kw_only=True)
class ClassLine:
    """What becomes of one class."""

    name: str
    rows: int
    learnt: int
    precision: str
    recall: str


@dataclass(frozen=True, kw_only=True)
class SliceLine:
    """How well it does on the rows where a column has a value."""

    column: str
    value: str
    rows: int
    score: str
    interval: str


@dataclass(frozen=True)
class Told:
    """A report, ready to read; `labels` are what people call the classes, `unit` that of the numbers it answers,
    `titles` what people call the columns."""

    report: Report
    labels: Mapping[str, str]
    unit: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, signature: Signature | None = None, *, unit: str = "") -> "Told":
        """In the words of the version that was made, by its signature, if one was."""
        report = Report.from_json(evaluation.report)
        if signature is None:
            return cls(report, {}, unit)
        classes = {name: signature.output.label_of(name) for name in signature.output.classes}
        titles = {each.name: each.title for each in signature.fields}
        return cls(report, classes, signature.output.unit, titles)

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        return {metric.name: metric for metric in METRICS[Task(self.report.task)]}

    @property
    def metric(self) -> str:
        """What the metric that versions are compared by is called."""
        return self._label(self.report.metric)

    @cached_property
    def lines(self) -> list[Line]:
        """The metrics, the one that versions are compared by first."""
        lines = [self._line(scored) for scored in self.report.scores]
        return sorted(lines, key=lambda line: not line.is_primary)

    @property
    def primary(self) -> Line | None:
        return next((line for line in self.lines if line.is_primary), None)

    @property
    def has_champion(self) -> bool:
        return any(line.champion for line in self.lines)

    @property
    def sentence(self) -> str:
        """The report in one sentence: the first metric, beside the baseline and the champion."""
        line = self.primary
        if line is None:
            return _("Its rows are not labelled: no metric tells how good it is.")
        facts = {"metric": line.label, "value": line.value, "baseline": line.baseline, "champion": line.champion}
        if line.champion:
            said = _(
                "%(metric)s: %(value)s, against %(baseline)s for the baseline "
                "and %(champion)s for the version in service."
            )
        elif line.baseline:
            said = _("%(metric)s: %(value)s, against %(baseline)s for the baseline.")
        else:
            said = _("%(metric)s: %(value)s.")
        return said % facts

    @property
    def slices(self) -> list[SliceLine]:
        """The worst first, as the report has them."""
        return [
            SliceLine(
                column=self.titles.get(each.column, each.column),
                value=each.value or "–",
                rows=each.rows,
                score=self.said(self.report.metric, each.measure.value),
                interval=self.between(self.report.metric, each.measure),
            )
            for each in self.report.slices
        ]

    @property
    def classes(self) -> list[ClassLine]:
        return [
            ClassLine(
                name=self.class_named(each.name),
                rows=each.rows,
                learnt=each.learnt,
                precision=format_percent(each.precision.value, 1) if each.precision else "–",
                recall=format_percent(each.recall.value, 1) if each.recall else "–",
            )
            for each in self.report.classes
        ]

    def class_named(self, name: str) -> str:
        return self.labels.get(name, name) or _("Never seen")

    def said(self, name: str, value: float | None) -> str:
        """A value of this metric, ready to read; "" if there is none."""
        if value is None:
            return ""
        metric = self.metrics.get(name)
        if metric and metric.is_share:
            return format_percent(round(value, 3), 1)
        return format_number(round(value, 3), 3, self.unit if metric and metric.in_unit else "")

    def between(self, name: str, measure: Measure) -> str:
        """Between which values it would be 19 times out of 20."""
        if measure.low is None or measure.high is None:
            return ""
        return _("%(low)s to %(high)s") % {"low": self.said(name, measure.low), "high": self.said(name, measure.high)}

    def _label(self, name: str) -> str:
        metric = self.metrics.get(name)
        return str(metric.label) if metric else name

    def _line(self, scored: Scored) -> Line:
        name, metric = scored.name, self.metrics.get(scored.name)
        tone, word = _compared(scored.over_champion)
        return Line(
            name=name,
            label=self._label(name),
            value=self.said(name, scored.model.value),
            interval=self.between(name, scored.model),
            baseline=self.said(name, scored.baseline.value) if scored.baseline else "",
            champion=self.said(name, scored.champion.value) if scored.champion else "",
            difference=self._signed(name, scored.over_champion) if scored.over_champion else "",
            tone=tone,
            word=word,
            explanation=str(metric.explanation) if metric else "",
            is_primary=name == self.report.metric,
        )

    def _signed(self, name: str, gap: Gap) -> str:
        difference = round(gap.difference, 3)
        sign = "+" if difference > 0 else MINUS if difference < 0 else ""
        return f"{sign}{self.said(name, abs(difference))}"


def _compared(gap: Gap | None) -> tuple[Tone, str]:
    if gap is None:
        return Tone.INFO, ""
    if not gap.is_sure or not round(gap.difference, 3):  # what is shown as nothing is not told as something
        return Tone.OFF, _("No certain difference")
    return (Tone.OK, _("Better")) if gap.is_better else (Tone.BAD, _("Worse"))


def value_said(value: str | float) -> str:
    """A class, or a number to three figures or so, as it was true or answered."""
    return value if isinstance(value, str) else format_number(round(value, decimals_for([value])))
