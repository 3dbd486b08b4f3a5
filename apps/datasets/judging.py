"""The gate at the end of a build: what a version must be before anyone reads it.

Pure. Checks are stored by code and number, for they are read in two languages: `telling.verdict_of` puts them in words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from apps.core.gates import Check, Severity, Verdict
from apps.datasets.enums import RejectReason, RuleSeverity
from apps.datasets.recipes.rules.base import Facts, Number, Rule
from apps.datasets.recipes.together import uniques
from apps.datasets.schema import EntitySchema

# A version with less than this part of the rows of the one before is worth a look.
LEAST_PART_OF_BEFORE = Decimal("0.5")


class CheckName(StrEnum):
    """What the gate always looks at; each is a `Check.name`. What rules have it look at is `RuleCheck`."""

    ROWS_KEPT = "rows_kept"
    REJECTED_SHARE = "rejected_share"
    ROWS_AS_BEFORE = "rows_as_before"
    REQUIRED_FILLED = "required_filled"
    NO_DUPLICATE = "no_duplicate"
    REFERENCES_FOUND = "references_found"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What came of the rows of the sources. `reasons` counts the values for which rows were set aside, `broken` the
    rows that rules set aside, by their titles. `carried` of those kept are of the version before: they were not read.
    """

    kept: int = 0
    carried: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    broken: Mapping[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Those that were to be kept: rows that are left out on purpose do not count."""
        return self.kept - self.carried + self.rejected

    @property
    def rejected_share(self) -> Decimal:
        """In %, 0 if there was no row at all."""
        return Decimal(100) * self.rejected / self.read if self.read else Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One entity at the gate: what came of its rows, and what its rules measured of them (`engine.Measured`).

    `rows_before` is how many the current version has, None if there is none. One whose rows programs write
    `may_be_empty`: they come later.
    """

    schema: EntitySchema
    tally: Tally
    rows_before: int | None = None
    may_be_empty: bool = False
    rules: Sequence[Rule] = ()
    found: Mapping[str, Mapping[str, Number]] = field(default_factory=dict)
    found_before: Mapping[str, Mapping[str, Number]] = field(default_factory=dict)


def judge(*, entities: Sequence[Judged], max_rejected_share: Decimal, now: datetime) -> Verdict:
    """The verdict on the rows of a dataset that were cleaned: the checks of each entity, in the order of the entities.

    The rules on columns always hold here, since the recipe set aside what breaks them: the checks say how many did.
    """
    checks: list[Check] = []
    for entity in entities:
        subject = entity.schema.title if len(entities) > 1 else ""
        found = [*_always(entity, max_rejected_share), *_by_rules(entity, now)]
        checks += [replace(check, subject=subject) for check in found]
    return Verdict(judged_at=now, checks=tuple(checks))


def _always(entity: Judged, max_rejected_share: Decimal) -> Iterator[Check]:
    """What is asked of any entity."""
    tally, schema = entity.tally, entity.schema
    least_kept = 0 if entity.may_be_empty else 1
    passed = tally.kept >= least_kept
    yield Check(name=CheckName.ROWS_KEPT, passed=passed, measured=str(tally.kept), expected=str(least_kept))
    yield Check(
        name=CheckName.REJECTED_SHARE,
        passed=tally.rejected_share <= max_rejected_share,
        measured=f"{tally.rejected_share:.2f}",
        expected=f"{max_rejected_share:.2f}",
    )
    if entity.rows_before:
        least = int(entity.rows_before * LEAST_PART_OF_BEFORE)
        yield Check(
            name=CheckName.ROWS_AS_BEFORE,
            passed=tally.kept >= least,
            measured=str(tally.kept),
            expected=str(least),
            severity=Severity.WARNING,
        )
    required = [column.name for column in schema.columns if column.must_be_filled]
    if required:
        yield _enforced(CheckName.REQUIRED_FILLED, tally.reasons.get(RejectReason.MISSING, 0), required)
    if unique := [" + ".join(columns) for columns in uniques(schema)]:
        yield _enforced(CheckName.NO_DUPLICATE, tally.reasons.get(RejectReason.DUPLICATE, 0), unique)
    if references := [each.label or each.name for each in schema.foreign_keys]:
        yield _enforced(CheckName.REFERENCES_FOUND, tally.reasons.get(RejectReason.UNKNOWN_REFERENCE, 0), references)


def _by_rules(entity: Judged, now: datetime) -> Iterator[Check]:
    """What the rules of its recipe ask."""
    for rule in entity.rules:
        facts = Facts(
            now=now,
            schema=entity.schema,
            rows=entity.tally.kept,
            rows_before=entity.rows_before,
            found=entity.found.get(rule.title, {}),
            found_before=entity.found_before.get(rule.title, {}),
            set_aside=entity.tally.broken.get(rule.title, 0),
            read=entity.tally.read,
        )
        for finding in rule.judge(facts):
            yield Check(
                name=finding.check,
                passed=finding.passed,
                measured=finding.measured,
                expected=finding.expected,
                severity=Severity.WARNING if rule.severity == RuleSeverity.WARN else Severity.BLOCKING,
                message=rule.message,
                label=rule.title,
            )


def _enforced(name: CheckName, set_aside: int, rules: Sequence[str]) -> Check:
    return Check(name=name, passed=True, measured=str(set_aside), expected=", ".join(dict.fromkeys(rules)))
