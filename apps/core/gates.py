"""Gates: nothing passes to the next stage of the flight until the checks at its gate hold.

A gate judges something once: each check compares what was measured with what was expected, and the checks together
make a verdict. The verdict is stored as JSON with what it judged, shown by one template component, never rewritten.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    """What a check that fails does to the gate."""

    BLOCKING = "blocking", _("Blocks")
    WARNING = "warning", _("Warning")


class GateState(TextChoices):
    OPEN = "open", _("Gate open")
    CLOSED = "closed", _("Gate closed")
    WAITING = "waiting", _("Gate waiting")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One comparison at a gate; `measured` and `expected` are ready to read, with their unit.

    `subject` is which of the things judged together it is about, "" for all of them; `label` is what people called it,
    if it is theirs.
    """

    name: str
    passed: bool
    measured: str = ""
    expected: str = ""
    severity: Severity = Severity.BLOCKING
    message: str = ""
    subject: str = ""
    label: str = ""

    @property
    def blocks(self) -> bool:
        return not self.passed and self.severity == Severity.BLOCKING


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a gate decided, and when. One that awaits a person's decision is waiting, unless a check blocks."""

    judged_at: datetime
    checks: tuple[Check, ...] = ()
    awaits_decision: bool = False

    @property
    def state(self) -> GateState:
        if self.blocking:
            return GateState.CLOSED
        return GateState.WAITING if self.awaits_decision else GateState.OPEN

    @property
    def is_open(self) -> bool:
        return self.state == GateState.OPEN

    @property
    def blocking(self) -> list[Check]:
        return [check for check in self.checks if check.blocks]

    @property
    def warnings(self) -> list[Check]:
        return [check for check in self.checks if not check.passed and not check.blocks]

    @property
    def passed(self) -> list[Check]:
        return [check for check in self.checks if check.passed]

    @property
    def ordered_checks(self) -> list[Check]:
        """What blocks first, then what warns, then what holds: the order in which people read a report."""
        return [*self.blocking, *self.warnings, *self.passed]

    def as_json(self) -> dict[str, Any]:
        return {
            "judged_at": self.judged_at.isoformat(),
            "awaits_decision": self.awaits_decision,
            "checks": [asdict(check) for check in self.checks],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Verdict":
        checks = tuple(Check(**check | {"severity": Severity(check["severity"])}) for check in stored["checks"])
        return cls(
            judged_at=datetime.fromisoformat(stored["judged_at"]),
            awaits_decision=stored["awaits_decision"],
            checks=checks,
        )
