"""What a metric is: a number that says how good answers are, in words that nobody should misread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from apps.core.declarations import Text
from apps.inference.encoding import Array

# What was true, then what was answered, to the value; None where it makes no sense of these rows.
Compute: TypeAlias = Callable[[Array, Array], float | None]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """`explanation` says what the number means, and what it hides. `is_share` numbers go from 0 to 1 and are told as
    percentages; `is_counted` ones are the share of rows that are right, whose interval is Wilson's; `in_unit` ones are
    in the unit of the target; `is_scaled` ones are parts of an error, which `scaled_by` is told.

    `compute` is given the truth and the answers: positions among the classes, -1 for a class that the model never saw,
    and probabilities of shape (rows, classes); or numbers and numbers.
    """

    name: str
    label: Text
    explanation: Text
    compute: Compute
    is_higher_better: bool = True
    is_share: bool = False
    is_counted: bool = False
    in_unit: bool = False
    is_scaled: bool = False

    def better(self, one: float, other: float) -> bool:
        return one > other if self.is_higher_better else one < other

    def scaled_by(self, scale: float | None) -> "Metric":
        """The same as parts of this error, if it is a scaled one: it then makes no sense of any row without one."""
        if not self.is_scaled:
            return self

        def compute(truth: Array, answered: Array) -> float | None:
            value = self.compute(truth, answered)
            return None if value is None or not scale else value / scale

        return replace(self, compute=compute, is_scaled=False)
