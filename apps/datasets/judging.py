"""The gate at the end of a build: what a version must be before anyone reads it.

Pure. Checks are stored by code and number, for they are read in two languages: `telling.verdict_of` puts them in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from apps.core.gates import Check, Severity, Verdict
from apps.datasets.enums import RejectReason
from apps.datasets.schema import EntitySchema

# A version with less than this part of the rows of the one before is worth a look.
LEAST_PART_OF_BEFORE = Decimal("0.5")


class CheckName(StrEnum):
    """What the gate looks at; each is a `Check.name`."""

    ROWS_KEPT = "rows_kept"
    REJECTED_SHARE = "rejected_share"
    ROWS_AS_BEFORE = "rows_as_before"
    REQUIRED_FILLED = "required_filled"
    NO_DUPLICATE = "no_duplicate"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What came of the rows of the sources. `reasons` counts the values for which rows were set aside."""

    kept: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def rejected_share(self) -> Decimal:
        """In %, 0 if there was no row at all."""
        read = self.kept + self.rejected
        return Decimal(100) * self.rejected / read if read else Decimal(0)


def judge(
    *,
    tally: Tally,
    schema: EntitySchema,
    max_rejected_share: Decimal,
    rows_before: int | None,
    now: datetime,
) -> Verdict:
    """The verdict on rows that were cleaned. `rows_before` is how many the current version has, None if there is none.

    The rules on columns always hold here, since the recipe set aside what breaks them: the checks say how many did.
    """
    checks = [
        Check(name=CheckName.ROWS_KEPT, passed=tally.kept > 0, measured=str(tally.kept), expected="1"),
        Check(
            name=CheckName.REJECTED_SHARE,
            passed=tally.rejected_share <= max_rejected_share,
            measured=f"{tally.rejected_share:.2f}",
            expected=f"{max_rejected_share:.2f}",
        ),
    ]
    if rows_before:
        least = int(rows_before * LEAST_PART_OF_BEFORE)
        checks.append(
            Check(
                name=CheckName.ROWS_AS_BEFORE,
                passed=tally.kept >= least,
                measured=str(tally.kept),
                expected=str(least),
                severity=Severity.WARNING,
            )
        )
    required = [column.name for column in schema.columns if column.must_be_filled]
    unique = [column.name for column in schema.columns if column.is_unique]
    if required:
        checks.append(_enforced(CheckName.REQUIRED_FILLED, tally.reasons.get(RejectReason.MISSING, 0), required))
    if schema.key or unique:
        rules = [" + ".join(schema.key), *unique] if schema.key else unique
        checks.append(_enforced(CheckName.NO_DUPLICATE, tally.reasons.get(RejectReason.DUPLICATE, 0), rules))
    return Verdict(judged_at=now, checks=tuple(checks))


def _enforced(name: CheckName, set_aside: int, rules: Sequence[str]) -> Check:
    return Check(name=name, passed=True, measured=str(set_aside), expected=", ".join(dict.fromkeys(rules)))
