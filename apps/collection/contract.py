"""The gate at the end of a run: what was agreed about a source, against what came.

Pure. Checks are stored by code and number, for they are read in two languages: `telling.verdict_of` puts them in words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from apps.collection.enums import Reaction
from apps.core.gates import Check, Severity, Verdict

# Under this many rejected records, a share says little of what is still to come, and they cost little to keep.
MANY_REJECTED = 10_000


class CheckName(StrEnum):
    """What the gate looks at; each is a `Check.name`."""

    RECORDS_READ = "records_read"
    COLUMNS_PRESENT = "columns_present"
    COLUMNS_KNOWN = "columns_known"
    TYPES_UNCHANGED = "types_unchanged"
    REJECTED_ROWS = "rejected_rows"
    REJECTED_SHARE = "rejected_share"
    READ_TO_THE_END = "read_to_the_end"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many records may be rejected before the gate closes: a number (None: no limit), and a share in %."""

    rows: int | None = None
    share: Decimal = Decimal(100)


class Stop(StrEnum):
    """Why a run stopped before the end of its source."""

    COLUMNS = "columns"
    REJECTS = "rejects"
    ROWS = "rows"
    TIME = "time"
    SIZE = "size"


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The columns that were agreed, with their types ("" where nobody said), and what is done when they differ.

    Without columns, those to be collected are expected, or else those of the last run that passed.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    on_missing: Reaction = Reaction.STOP
    on_new: Reaction = Reaction.WARN
    on_changed: Reaction = Reaction.WARN


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


def judge_columns(
    *,
    found: Mapping[str, str],
    agreement: Agreement,
    asked: Sequence[str] = (),
    previous: Sequence[str] = (),
    known: Sequence[str] = (),
) -> tuple[Check, ...]:
    """The checks on the columns `found`, with the types that their values look like.

    `asked` is the source's list of columns to collect, `previous` what the last run that passed had landed, `known`
    what it also met here and there: it may come or not.
    """
    expected = dict(agreement.columns) or dict.fromkeys(asked or previous, "")
    met = {name: kind for name, kind in found.items() if name in expected or name not in known}
    return tuple(_column_checks(met, agreement, expected))


def judge(
    *,
    tally: Tally,
    limits: Limits,
    columns: tuple[Check, ...] = (),
    stopped_by: Stop | None = None,
    may_be_empty: bool = False,
    now: datetime,
) -> Verdict:
    """The verdict on a run. `columns` are the checks of `judge_columns`; `stopped_by` says why its end was not reached.

    A run that reads only what is new may find nothing (`may_be_empty`).
    """
    checks = list(columns)
    if stopped_by != Stop.COLUMNS:
        checks += _reading_checks(tally, limits, may_be_empty=may_be_empty)
    if stopped_by:
        checks.append(Check(name=CheckName.READ_TO_THE_END, passed=False, measured=stopped_by))
    return Verdict(judged_at=now, checks=tuple(checks))


def _column_checks(found: Mapping[str, str], agreement: Agreement, expected: Mapping[str, str]) -> Iterator[Check]:
    missing = [name for name in expected if name not in found]
    new = [name for name in found if name not in expected] if expected else []
    changed = [
        f"{name} ({kind} → {found[name]})" for name, kind in expected.items() if kind and found.get(name, kind) != kind
    ]
    if agreement.on_missing != Reaction.ACCEPT:
        yield _column_check(CheckName.COLUMNS_PRESENT, missing, agreement.on_missing, expected=str(len(expected)))
    if agreement.on_new != Reaction.ACCEPT:
        yield _column_check(CheckName.COLUMNS_KNOWN, new, agreement.on_new)
    if agreement.on_changed != Reaction.ACCEPT and any(expected.values()):
        yield _column_check(CheckName.TYPES_UNCHANGED, changed, agreement.on_changed)


def _column_check(name: CheckName, faults: Sequence[str], reaction: Reaction, *, expected: str = "") -> Check:
    severity = Severity.BLOCKING if reaction == Reaction.STOP else Severity.WARNING
    return Check(name=name, passed=not faults, measured=", ".join(faults), expected=expected, severity=severity)


def _reading_checks(tally: Tally, limits: Limits, *, may_be_empty: bool) -> Iterator[Check]:
    if not may_be_empty:
        yield Check(name=CheckName.RECORDS_READ, passed=tally.read > 0, measured=str(tally.read), expected="1")
    yield Check(
        name=CheckName.REJECTED_SHARE,
        passed=tally.rejected_share <= limits.share,
        measured=f"{tally.rejected_share:.2f}",
        expected=f"{limits.share:.2f}",
    )
    if limits.rows is not None:
        passed = tally.rejected <= limits.rows
        yield Check(
            name=CheckName.REJECTED_ROWS, passed=passed, measured=str(tally.rejected), expected=str(limits.rows)
        )


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
