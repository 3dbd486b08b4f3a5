"""What a model is given and what it answers, as a value: the one description from which everything else follows.

The API's decoder, the OpenAPI document, the form that people fill in, the metadata of the Open Inference Protocol, the
arrays that training and serving compute on: all are made from a signature, which is stored with each version and never
changes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from apps.inference.enums import FieldType, Period, SensitiveLog, Task, UnknownPolicy


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing to say to a model. `minimum` and `maximum` are bounds that it refuses to pass, `lowest` and `highest`
    what its training saw; `choices` the categories that its training saw, the most frequent first; `max_length` in
    characters. `is_sensitive` fields say something of people: the log of predictions keeps
    of them what `sensitive_log` says. One that is made for a forecast holds the value of `lag` periods before.
    """

    name: str
    type: FieldType
    label: str = ""
    help: str = ""
    unit: str = ""
    example: Any = None
    is_required: bool = True
    minimum: float | None = None
    maximum: float | None = None
    lowest: float | None = None
    highest: float | None = None
    max_length: int = 10_000
    choices: tuple[str, ...] = ()
    unknown: UnknownPolicy = UnknownPolicy.REFUSE
    is_sensitive: bool = False
    sensitive_log: SensitiveLog = SensitiveLog.OMIT
    lag: int = 0
    period: Period | None = None

    @property
    def title(self) -> str:
        return self.said or self.name

    @property
    def said(self) -> str:
        """What people call it, in the language of the moment if the platform made it; "" if nobody said."""
        if self.label or self.period is None:
            return self.label
        return _("Value %(time)s before") % {"time": self.period.counted(self.lag)}

    @property
    def is_hashed(self) -> bool:
        """Whether the log of predictions keeps a pseudonym of it."""
        return self.is_sensitive and self.sensitive_log == SensitiveLog.HASH

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Field":
        return cls(
            **{
                **stored,
                "type": FieldType(stored["type"]),
                "choices": tuple(stored["choices"]),
                "unknown": UnknownPolicy(stored["unknown"]),
                # Versions of before leave it out.
                "sensitive_log": SensitiveLog(stored.get("sensitive_log", SensitiveLog.OMIT)),
                "period": Period(stored["period"]) if stored.get("period") else None,
            }
        )


@dataclass(frozen=True, kw_only=True)
class Output:
    """What a model answers: one of `classes` with the probability of each, or, if there are none, a number in `unit`.

    `labels` are what people call the classes, where they call them otherwise.
    """

    name: str
    label: str = ""
    unit: str = ""
    classes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.label or self.name

    def label_of(self, name: str) -> str:
        return self.labels.get(name, name)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Output":
        return cls(**{**stored, "classes": tuple(stored["classes"])})


@dataclass(frozen=True, kw_only=True)
class Signature:
    """The fields of a model in their order, and its answer."""

    task: Task
    fields: tuple[Field, ...]
    output: Output

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Those of the fields that are one float32 each."""
        return tuple(each.name for each in self.fields if each.type.is_numeric)

    @cached_property
    def compared(self) -> tuple[Field, ...]:
        """The fields whose values may look like those of the training or not: the day of a forecast never does."""
        is_forecast = self.task == Task.FORECASTING
        return tuple(each for each in self.fields if not (is_forecast and each.type == FieldType.DATE))

    def field(self, name: str) -> Field:
        """Raises KeyError if there is none of this name."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Signature":
        return cls(
            task=Task(stored["task"]),
            fields=tuple(Field.from_json(each) for each in stored["fields"]),
            output=Output.from_json(stored["output"]),
        )
