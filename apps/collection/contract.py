"""The gate at the end of a run: what was agreed about a source, against what came.

Pure. Checks are stored by code and number, for they are read in two languages: `telling.verdict_of` puts them in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from apps.core.gates import Check, Severity, Verdict

# Under this many rejected records, a share says little of what is still to come, and they cost little to keep.
MANY_REJECTED = 10_000


class CheckName(StrEnum):
    """What the gate looks at; each is a `Check.name`."""

    RECORDS_READ = "records_read"
    COLUMNS_PRESENT = "columns_present"
    COLUMNS_KNOWN = "columns_known"
    REJECTED_ROWS = "rejected_rows"
    REJECTED_SHARE = "rejected_share"
    READ_TO_THE_END = "read_to_the_end"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many records may be rejected before the gate closes: a number (None: no limit), and a share in %."""

    rows: int | None = None
    share: Decimal = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a run has read so far. `progress` is how much of the source this makes, from 0 to 1; None if unknown."""

    read: int = 0
    rejected: int = 0
    progress: float | None = None

    @property
    def rejected_share(self) -> Decimal:
        """In %, 0 before any record was read."""
        return Decimal(100) * self.rejected / self.read if self.read else Decimal(0)


def judge(
    *,
    tally: Tally,
    limits: Limits,
    found: Sequence[str],
    asked: Sequence[str] = (),
    previous: Sequence[str] = (),
    is_whole: bool = True,
    now: datetime,
) -> Verdict:
    """The verdict on a run that landed the columns `found`.

    `asked` is the source's list of columns to collect, `previous` what the last run that passed had landed: a column of
    either that is no longer there closes the gate; one that nobody asked for and that is new is only told. `is_whole`
    is False for a run that stopped before the end of its source.
    """
    expected = list(asked or previous)
    missing = [name for name in expected if name not in found]
    new = [name for name in found if name not in expected] if expected else []
    checks = [
        Check(name=CheckName.RECORDS_READ, passed=tally.read > 0, measured=str(tally.read), expected="1"),
        Check(
            name=CheckName.COLUMNS_PRESENT, passed=not missing, measured=", ".join(missing), expected=str(len(expected))
        ),
        Check(
            name=CheckName.COLUMNS_KNOWN,
            passed=not new,
            measured=", ".join(new),
            expected="",
            severity=Severity.WARNING,
        ),
        Check(
            name=CheckName.REJECTED_SHARE,
            passed=tally.rejected_share <= limits.share,
            measured=f"{tally.rejected_share:.2f}",
            expected=f"{limits.share:.2f}",
        ),
    ]
    if limits.rows is not None:
        passed = tally.rejected <= limits.rows
        checks.append(
            Check(name=CheckName.REJECTED_ROWS, passed=passed, measured=str(tally.rejected), expected=str(limits.rows))
        )
    if not is_whole:
        checks.append(Check(name=CheckName.READ_TO_THE_END, passed=False))
    return Verdict(judged_at=now, checks=tuple(checks))


def is_hopeless(*, tally: Tally, limits: Limits) -> bool:
    """Whether the gate will close whatever comes next, so that reading on only fills the quarantine.

    A number once passed stays passed. A share may still come down: it is hopeless when the records rejected so far
    would be too many even if all those that remain were good, as far as what was read tells how many remain.
    """
    if limits.rows is not None and tally.rejected > limits.rows:
        return True
    if not tally.progress or tally.rejected < MANY_REJECTED:
        return False
    total = tally.read / min(tally.progress, 1.0)
    return tally.rejected > float(limits.share) / 100 * total
