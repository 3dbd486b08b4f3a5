"""What is at the gate, and the names of what is looked at."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from apps.core.gates import Check, Severity
from apps.inference.enums import FieldType
from apps.inference.measures import Metric, metric_named
from apps.inference.predictors import Predictor
from apps.inference.signature import Field, Signature
from apps.inference.spec import ModelSpec
from apps.inference.trained import Package, Sets, Trained


class CheckName(StrEnum):
    """Each is a `Check.name`, stored; `telling` puts them in words."""

    FORMAT = "format"
    FILLED = "filled"
    TARGET_FILLED = "target_filled"
    ROWS_OF_CLASS = "rows_of_class"
    LABEL_NOISE = "label_noise"
    TARGET_VARIES = "target_varies"
    ONE_FIELD_TELLS = "one_field_tells"
    NAMED_IN_TEXT = "named_in_text"
    NUMBERS_ROWS = "numbers_rows"
    SAME_ROWS = "same_rows"
    DUPLICATES = "duplicates"
    NEAR_DUPLICATES = "near_duplicates"
    TEST_ROWS = "test_rows"
    TRAIN_ROWS = "train_rows"
    TEST_ROWS_OF_CLASS = "test_rows_of_class"
    TIME_ORDER = "time_order"
    GROUPS_APART = "groups_apart"
    ORDER_OF_ROWS = "order_of_rows"
    PREPARED_NUMBERS = "prepared_numbers"
    PREPARED_COLUMNS = "prepared_columns"
    CONVERGES = "converges"
    BETTER_THAN_BASELINE = "better_than_baseline"
    METRIC = "metric"
    METRIC_OF_SLICE = "metric_of_slice"
    WORST_SLICE = "worst_slice"
    NOT_WORSE_THAN_CHAMPION = "not_worse_than_champion"
    AS_GOOD_AS_CHAMPION = "as_good_as_champion"
    ROBUST_TO = "robust_to"
    PARITY = "parity"
    GOLDEN = "golden_rows"
    CONVERTED = "converted"
    LATENCY = "latency"
    SIZE = "size"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A model that was trained, its declaration, its package, and that package opened."""

    trained: Trained
    spec: ModelSpec
    package: Package
    predictor: Predictor

    @property
    def sets(self) -> Sets:
        return self.trained.sets

    @property
    def signature(self) -> Signature:
        return self.sets.signature

    @property
    def classes(self) -> Sequence[str]:
        return self.signature.output.classes

    @property
    def metric(self) -> Metric:
        """The metric by which versions are compared."""
        return metric_named(self.spec.task, self.spec.metric, scale=self.sets.scale)

    @property
    def texts(self) -> list[Field]:
        return [each for each in self.signature.fields if each.type == FieldType.TEXT]

    @cached_property
    def both(self) -> Mapping[str, list[Any]]:
        """The values of each field in all rows, those to learn from first."""
        return {name: [*self.sets.train.columns[name], *self.sets.test.columns[name]] for name in self.signature.names}


def at_most(
    name: CheckName, measured: float, limit: float, severity: Severity = Severity.BLOCKING, **about: str
) -> Check:
    """A number that must not pass a limit; both are stored as they are, to six significant figures."""
    return _compared(name, measured <= limit, measured, limit, severity, about)


def at_least(
    name: CheckName, measured: float, limit: float, severity: Severity = Severity.BLOCKING, **about: str
) -> Check:
    """A number that must reach a limit."""
    return _compared(name, measured >= limit, measured, limit, severity, about)


def standing_out(checks: Iterable[Check], *, by: Callable[[Iterable[Check]], Check]) -> Iterator[Check]:
    """Of the same check made on many things: those that do not hold, or else the one that is nearest to its limit."""
    made = list(checks)
    failing = [check for check in made if not check.passed]
    if made:
        yield from failing or [by(made)]


def highest(checks: Iterable[Check]) -> Check:
    """The one that measures the most."""
    return max(checks, key=lambda check: float(check.measured))


def lowest(checks: Iterable[Check]) -> Check:
    """The one that measures the least."""
    return min(checks, key=lambda check: float(check.measured))


def _compared(
    name: CheckName, passed: bool, measured: float, limit: float, severity: Severity, about: Mapping[str, str]
) -> Check:
    return Check(
        name=name, passed=passed, measured=f"{measured:.6g}", expected=f"{limit:.6g}", severity=severity, **about
    )
