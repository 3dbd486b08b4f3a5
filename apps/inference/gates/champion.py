"""Whether it may take the place of the version in service, on the same rows of the test set."""

from collections.abc import Iterator

from apps.core.gates import Check, Severity
from apps.inference.gates.case import Case, CheckName
from apps.inference.gates.resampling import gain
from apps.inference.gates.thresholds import CHAMPION_MARGIN
from apps.inference.measures import given, truth_of


def look(case: Case) -> Iterator[Check]:
    """It blocks where the new one is worse for sure: the whole interval of the difference is below zero. It warns where
    nothing proves that it is as good, within a margin: the test of non-inferiority; so it does where the metric makes
    no sense of these rows."""
    champion, target = case.trained.champion, case.sets.test.target
    if champion is None or target is None or not len(target):
        return
    metric = case.metric
    found = gain(metric, target, case.trained.answers, champion, case.classes)
    if found:
        yield Check(
            name=CheckName.NOT_WORSE_THAN_CHAMPION, passed=found.high >= 0, measured=str(found), label=metric.name
        )
    margin = CHAMPION_MARGIN * abs(metric.compute(truth_of(target, case.classes), given(champion)) or 0.0)
    yield Check(
        name=CheckName.AS_GOOD_AS_CHAMPION,
        passed=found is not None and found.low >= -margin,
        measured=str(found or ""),
        expected=f"{-margin:.6g}",
        severity=Severity.WARNING,
        label=metric.name,
    )
