"""The quality of a dataset over time: its checks, build after build, and those that weaken.

Trails are pure: verdicts in, trails out. A check is the same from a build to the next by its table, its name and what
people call it; what it expects may change.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.db.models import Prefetch

from apps.core.gates import Check, Verdict
from apps.core.interface import Tone, Viewer
from apps.datasets.judging import CheckName
from apps.datasets.models import Build, BuildOutput, Dataset, Version
from apps.datasets.recipes.rules.base import RuleCheck
from apps.datasets.telling import verdict_of

SHOWN_BUILDS = 20
# What gets worse that many times in a row weakens.
WORSE_IN_A_ROW = 2


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A build that came to its gate: what was decided, as it is stored and in words, and the number of its version."""

    build: Build
    stored: Verdict
    verdict: Verdict
    number: int | None


def judged_builds(dataset: Dataset, viewer: Viewer) -> list[Judged]:
    """The last ones that came to their gate, the oldest first. Whoever may not see builds is told of those that were
    published, without what they set aside: their verdicts are told to everyone with their versions.
    """
    builds = dataset.builds.judged().select_related("version")
    builds = builds.defer("sql", "schema", "recipes", "model", "version__manifest", "version__schema")
    if dataset.shows_builds_to(viewer):
        builds = builds.prefetch_related(
            Prefetch("outputs", BuildOutput.objects.only("build", "entity", "reasons", "rejects"))
        )
    else:
        builds = builds.exclude(version=None)
    found = []
    for build in builds[:SHOWN_BUILDS]:
        build.dataset = dataset
        version: Version | None = getattr(build, "version", None)
        if (stored := build.judged) and (verdict := verdict_of(build)):
            number = version.number if version else None
            found.append(Judged(build=build, stored=stored, verdict=verdict, number=number))
    return found[::-1]


@dataclass(frozen=True, kw_only=True)
class Trail:
    """A check at each build, the oldest first; None where it was not made. `told` are the same in words."""

    checks: Sequence[Check | None]
    told: Sequence[Check | None] = field(repr=False)

    @property
    def last(self) -> Check | None:
        """At the last build, in words; None if it is no longer made."""
        return self.told[-1]

    @property
    def name(self) -> str:
        return next(check.name for check in reversed(self.told) if check)

    @property
    def subject(self) -> str:
        return next(check.subject for check in reversed(self.told) if check)

    @property
    def states(self) -> list[Tone | None]:
        return [tone_of(check) if check else None for check in self.checks]

    @property
    def weakens(self) -> bool:
        """Whether it no longer holds, or what it measures got worse at each of the last builds that made it."""
        last = self.checks[-1]
        if last is None:
            return False
        made = [check for check in self.checks if check]
        if not last.passed:
            return len(made) > 1 and made[-2].passed
        known = [value for value in map(badness, made[-WORSE_IN_A_ROW - 1 :]) if value is not None]
        return len(known) > WORSE_IN_A_ROW and all(one < other for one, other in pairwise(known))


def tone_of(check: Check) -> Tone:
    if check.passed:
        return Tone.OK
    return Tone.BAD if check.blocks else Tone.WARN


def trails(verdicts: Iterable[tuple[Verdict, Verdict]]) -> list[Trail]:
    """Each check made by one of these verdicts, the oldest first; each verdict comes as it is stored, then in words."""
    pairs = [
        {_identity(check): (check, told) for check, told in zip(stored.checks, words.checks, strict=True)}
        for stored, words in verdicts
    ]
    # In the order of the last build; what it no longer makes comes after.
    identities = dict.fromkeys(identity for made in reversed(pairs) for identity in made)
    return [
        Trail(
            checks=[made[identity][0] if identity in made else None for made in pairs],
            told=[made[identity][1] if identity in made else None for made in pairs],
        )
        for identity in identities
    ]


def by_subject(found: Iterable[Trail]) -> dict[str, list[Trail]]:
    """The trails of each table."""
    groups: dict[str, list[Trail]] = {}
    for trail in found:
        groups.setdefault(trail.subject, []).append(trail)
    return groups


def badness(check: Check) -> float | None:
    """What it measured, so that more is worse; None if it measures nothing of the kind."""
    if check.name not in MEASURES:
        return None
    try:
        return MEASURES[check.name](check.measured)
    except (ValueError, IndexError):  # there was nothing to measure
        return None


def _identity(check: Check) -> tuple[str, str, str]:
    return check.subject, check.name, check.label


def _share(measured: str) -> float:
    return float(measured.split()[1])


def _lacking(measured: str) -> float:
    return 100 - float(measured)


def _size(measured: str) -> float:
    return abs(float(measured))


MEASURES: dict[str, Callable[[str], float]] = {
    RuleCheck.BROKEN: _share,
    RuleCheck.SET_ASIDE: _share,
    RuleCheck.FILLED: _lacking,
    RuleCheck.AGE: float,
    RuleCheck.CHANGE: _size,
    RuleCheck.SHIFT: float,
    CheckName.REJECTED_SHARE: float,
    CheckName.REQUIRED_FILLED: float,
    CheckName.NO_DUPLICATE: float,
    CheckName.REFERENCES_FOUND: float,
}
