"""How good the answers of a version are, as the page of its watch tells it: what people say of them, what its own
probabilities promise, what its evaluation measured, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.interface import Tone
from apps.core.numbers import format_number, format_percent
from apps.inference.confidence import ENOUGH
from apps.inference.enums import Slot, Window
from apps.inference.models import ModelVersion, TrafficHour
from apps.inference.performance import Expected, Opinions, expected_accuracy, opinions_of
from apps.inference.report import Measure, Report

NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the sides from which answers are judged. `basis` is what the figure rests on."""

    label: str
    value: str
    interval: str
    basis: str
    caution: str


@dataclass(frozen=True)
class Performance:
    """The answers of one version over a time, of which there were `answers`."""

    version: ModelVersion
    report: Report | None
    opinions: Opinions
    answers: int
    expected: Expected | None

    @classmethod
    def of(
        cls, version: ModelVersion, window: Window, counts: Mapping[str, Any] | None, *, since: datetime, now: datetime
    ) -> "Performance":
        people = opinions_of([version.pk], {window: since})[version.pk, window]
        heard = TrafficHour.objects.filter(version=version).exclude(slot=Slot.SHADOW).between(since, now)
        evaluation = getattr(version.training, "evaluation", None)
        report = Report.from_json(evaluation.report) if evaluation else None
        expected = expected_accuracy((counts or {}).get("confidence"), report.calibration if report else [])
        return cls(version, report, people, heard.aggregate(rows=Sum("rows"))["rows"] or 0, expected)

    @property
    def has_classes(self) -> bool:
        return bool(self.version.signed.output.classes)

    @property
    def metric(self) -> str:
        return _("Right answers") if self.has_classes else _("Mean error")

    @cached_property
    def measured(self) -> Measure | None:
        """What the evaluation measured of the same."""
        scored = self.report.score("accuracy" if self.has_classes else "mae") if self.report else None
        return scored.model if scored else None

    @property
    def sides(self) -> list[Side]:
        return [self._of_people, self._expected, self._evaluated]

    @property
    def standing(self) -> tuple[Tone, str]:
        """Whether what people say fits what was measured, as far as can be told."""
        people, known = self._people, self._known
        if not known:
            return Tone.OFF, _("Nobody said whether these answers are right.")
        if known < ENOUGH or people is None or self.measured is None or self.measured.low is None:
            said = ngettext(
                "One opinion says how right an answer is: too few to conclude.",
                "%(count)s opinions say how right an answer is: too few to conclude, or nothing to compare them with.",
                known,
            )
            return Tone.OFF, said % {"count": format_number(known)}
        _value, low, high = people
        is_worse = high < self.measured.low if self.has_classes else low > (self.measured.high or 0.0)
        if is_worse:
            return Tone.WARN, _("People find it worse than its evaluation did, by more than chance.")
        return Tone.OK, _("What people say is no worse than what its evaluation measured.")

    @property
    def _known(self) -> int:
        """The opinions that the figure rests on: others do not say whether the answer was right, or how far it was."""
        return self.opinions.judged if self.has_classes else self.opinions.numbers

    @property
    def _people(self) -> tuple[float, float, float] | None:
        """What they say, and between which values chance alone leaves it."""
        said = self.opinions
        value, interval = (
            (said.accuracy, said.accuracy_interval) if self.has_classes else (said.mean_error, said.error_interval)
        )
        return (value, *interval) if value is not None and interval else None

    @property
    def _of_people(self) -> Side:
        said = self.opinions
        value = said.accuracy if self.has_classes else said.mean_error
        caution = _(
            "Those who give an opinion choose to: people who think that an answer is wrong often speak more than the "
            "others, or those who know the subject, or those whom a mistake costs most. The interval covers chance, "
            "not that choice."
        )
        if not self.has_classes:
            caution += " " + _(
                "The mean error is that of the opinions that give the right number; one that only says “right” gives "
                "none."
            )
        return Side(
            label=_("What people say"),
            value=self._said(value),
            interval=self._between(self._people[1:] if self._people else None),
            basis=self._opinions_told(),
            caution=caution,
        )

    def _opinions_told(self) -> str:
        said = self.opinions
        if not said.count:
            return _("No opinion")
        told = ngettext(
            "One opinion, on %(share)s of the answers; %(reviewed)s reviewed",
            "%(count)s opinions, on %(share)s of the answers; %(known)s of them tell, %(reviewed)s reviewed",
            said.count,
        )
        return told % {
            "count": format_number(said.count),
            "share": format_percent(min(1.0, said.count / self.answers), 1) if self.answers else NOTHING,
            "known": format_number(self._known),
            "reviewed": format_number(said.reviewed),
        }

    @property
    def _expected(self) -> Side:
        label = _("What its confidence promises")
        found = self.expected
        if not self.has_classes:
            caution = _("A model that answers with a number does not say how sure it is: nothing is promised.")
            return Side(label=label, value=NOTHING, interval="", basis="", caution=caution)
        if found is None:
            caution = _("Nothing was asked, or how often it is right by how sure it is was not measured.")
            return Side(label=label, value=NOTHING, interval="", basis="", caution=caution)
        return Side(
            label=label,
            value=format_percent(found.value, 1),
            interval=self._between((found.low, found.high)),
            basis=_("%(rows)s answers, whatever people say") % {"rows": format_number(found.rows)},
            caution=_(
                "Each answer counts for how often answers as sure were right on the rows of the evaluation (its own "
                "average confidence is %(announced)s). It holds only while what is asked looks like what it learnt "
                "from: after a drift, it may be sure and wrong."
            )
            % {"announced": format_percent(found.announced, 1)},
        )

    @property
    def _evaluated(self) -> Side:
        found = self.measured
        interval = (found.low, found.high) if found and found.low is not None and found.high is not None else None
        rows = format_number(self.version.training.rows_test)
        return Side(
            label=_("What its evaluation measured"),
            value=self._said(found.value if found else None),
            interval=self._between(interval),
            basis=_("%(rows)s rows kept apart from training") % {"rows": rows} if found else "",
            caution=_("Before it came in service, on rows of then: what is asked since may be harder."),
        )

    def _said(self, value: float | None) -> str:
        if value is None:
            return NOTHING
        if self.has_classes:
            return format_percent(value, 1)
        return format_number(value, 2 if abs(value) < 10 else 1, unit=self.version.signed.output.unit)

    def _between(self, interval: tuple[float, float] | None) -> str:
        if interval is None:
            return ""
        low, high = interval
        return _("%(low)s to %(high)s") % {"low": self._said(max(low, 0.0)), "high": self._said(high)}
