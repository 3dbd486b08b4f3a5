"""Whether enough of the rows are filled."""

from collections.abc import Iterator

from apps.core.gates import Check, Severity
from apps.inference.gates.case import Case, CheckName, at_most, highest, standing_out
from apps.inference.gates.thresholds import MISSING_SHARE


def look(case: Case) -> Iterator[Check]:
    """The share of the rows that miss each field that may be missed; the rows without a target."""
    yield from standing_out(_of_fields(case), by=highest)
    targets = [rows.target for rows in (case.sets.train, case.sets.test) if rows.target is not None]
    if targets:
        missing = sum(each is None or each == "" or each != each for target in targets for each in target.tolist())
        yield at_most(CheckName.TARGET_FILLED, missing, 0, subject=case.signature.output.title)


def _of_fields(case: Case) -> Iterator[Check]:
    for field in case.signature.fields:
        if field.is_required:
            continue  # whose absence is a matter of format
        values = case.both[field.name]
        share = sum(value is None or value == "" for value in values) / max(1, len(values))
        yield at_most(CheckName.FILLED, share, MISSING_SHARE, Severity.WARNING, subject=field.title)
