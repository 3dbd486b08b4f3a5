"""What one estimator of the catalogue says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.inference.enums import FieldType, Task


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One thing that may be set: a number between two bounds, or one of `choices`. `is_whole` numbers are integers, and
    `may_be_none` says that null is a value too (no limit)."""

    name: str
    label: Text
    help: Text
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    is_whole: bool = False
    may_be_none: bool = False
    choices: tuple[Any, ...] = ()

    def why_refused(self, value: Any) -> str:
        """What is wrong with this value, in the language of the moment; "" if nothing is."""
        if value is None and self.may_be_none:
            return ""
        if self.choices:
            if value in self.choices:
                return ""
            return _("One of these is expected: %(expected)s.") % {"expected": ", ".join(map(str, self.choices))}
        if isinstance(value, bool) or not isinstance(value, int if self.is_whole else int | float):
            return _("A whole number is expected.") if self.is_whole else _("A number is expected.")
        if (self.minimum is not None and value < self.minimum) or (self.maximum is not None and value > self.maximum):
            bounds = {"minimum": f"{self.minimum:g}", "maximum": f"{self.maximum:g}"}
            return _("A number from %(minimum)s to %(maximum)s is expected.") % bounds
        return ""


class Make(Protocol):
    def __call__(self, task: Task, seed: int, **parameters: Any) -> Any:
        """The scikit-learn estimator of these parameters, not fitted yet."""


@dataclass(frozen=True, kw_only=True)
class EstimatorKind:
    """One estimator that models may be made with.

    `scales`: whether numbers are brought to the same scale before. `is_dense`: it computes on dense arrays, so that few
    terms of a text are kept. `takes`: the types of fields that it can learn from. `is_convertible`: whether ONNX can
    say it; whether a given pipeline is said exactly, the parity gate measures.
    """

    name: str
    label: Text
    help: Text
    tasks: frozenset[Task]
    make: Make
    parameters: tuple[Parameter, ...] = ()
    scales: bool = False
    is_dense: bool = False
    takes: frozenset[FieldType] = frozenset(FieldType)
    is_convertible: bool = True

    def defaults(self) -> Mapping[str, Any]:
        return {each.name: each.default for each in self.parameters}

    def parameter(self, name: str) -> Parameter | None:
        return next((each for each in self.parameters if each.name == name), None)


NUMBERS = frozenset({Task.REGRESSION, Task.FORECASTING})
CLASSIFICATIONS = frozenset({Task.CLASSIFICATION, Task.TEXT_CLASSIFICATION})
BALANCE = Parameter(
    name="class_weight",
    label=gettext_lazy("Weight of the classes"),
    help=gettext_lazy("“balanced” counts the rows of a rare class for more, so that it is not passed over."),
    default=None,
    choices=("balanced",),
    may_be_none=True,
)
