"""From measures to a recommendation: how each service did, which fit the need, which is advised and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from statistics import fmean

from django.utils.translation import gettext as _

from apps.core.numbers import format_number, format_percent
from apps.inference.enums import Hosting
from apps.inference.measures.intervals import wilson

# From the nearest to the furthest.
DISTANCE = {each: rank for rank, each in enumerate((Hosting.HERE, Hosting.EU, Hosting.ADEQUATE, Hosting.OUTSIDE))}
THOUSAND = 1_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One case asked of one service; `score` is None if it did not answer."""

    function: str
    seconds: float
    score: float | None
    cost_eur: Decimal = Decimal()
    energy_wh: float | None = None


@dataclass(frozen=True, kw_only=True)
class Studied:
    """A service with what it answered."""

    name: str
    hosting: Hosting
    asked: Sequence[Asked]
    is_energy_known: bool = False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the need asks for at least, or at most."""

    hosting: Hosting
    min_quality: float
    max_p99_s: float
    max_cost_eur: Decimal


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one service did. `low` and `high` bound its quality (Wilson, 95 %); `p50` and `p99` are in seconds, over the
    answers that came; `cost_eur` and `energy_wh` are of a thousand requests. `lacks` is why it does not fit."""

    name: str
    cases: int
    failures: int
    quality: float
    low: float
    high: float
    by_function: Mapping[str, float]
    p50: float
    p99: float
    cost_eur: Decimal
    energy_wh: float | None
    lacks: tuple[str, ...] = field(default=())

    @property
    def fits(self) -> bool:
        return not self.lacks


def compare(studied: Sequence[Studied], limits: Limits) -> list[Result]:
    """The results, those that fit first: the best answers, then the cheapest of those as good."""
    results = [_result(each, limits) for each in studied if each.asked]
    return sorted(
        results, key=lambda each: (not each.fits, -round(each.quality, 2), each.cost_eur, each.p50, each.name)
    )


def advise(results: Sequence[Result]) -> str:
    """Which one to take, in words."""
    fitting = [each for each in results if each.fits]
    if not fitting:
        return _("None of the services studied fits the need: relax it, or study others.")
    first, *others = fitting
    told = _(
        "“%(name)s” fits the need and answers best: %(quality)s of right answers, %(cost)s € for a thousand requests."
    )
    advice = told % {
        "name": first.name,
        "quality": format_percent(first.quality),
        "cost": format_number(float(first.cost_eur), 2),
    }
    alike = [each.name for each in others if each.high >= first.low]
    if alike:
        told = _("On so few cases it cannot be told apart from: %(names)s.")
        advice += " " + told % {"names": ", ".join(alike)}
    return advice


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that this share of the values does not pass (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def _result(studied: Studied, limits: Limits) -> Result:
    asked = studied.asked
    answered = [each for each in asked if each.score is not None]
    # Whoever does not answer is not right.
    right = sum(each.score or 0.0 for each in asked)
    low, high = wilson(right, len(asked)) or (0.0, 1.0)
    seconds = [each.seconds for each in answered] or [0.0]
    functions = list(dict.fromkeys(each.function for each in asked))
    energies = [each.energy_wh for each in answered if each.energy_wh is not None]
    result = Result(
        name=studied.name,
        cases=len(asked),
        failures=len(asked) - len(answered),
        quality=right / len(asked),
        low=low,
        high=high,
        by_function={name: fmean(each.score or 0.0 for each in asked if each.function == name) for name in functions},
        p50=percentile(seconds, 0.5),
        p99=percentile(seconds, 0.99),
        cost_eur=sum((each.cost_eur for each in asked), Decimal()) / len(asked) * THOUSAND,
        energy_wh=fmean(energies) * THOUSAND if energies else None,
    )
    return Result(**{**vars(result), "lacks": tuple(_lacks(result, studied, limits))})


def _lacks(result: Result, studied: Studied, limits: Limits) -> list[str]:
    lacks = []
    if DISTANCE[studied.hosting] > DISTANCE[limits.hosting]:
        lacks.append(_("what is sent goes further than the need allows (%(place)s)") % {"place": studied.hosting.label})
    if result.quality < limits.min_quality:
        told = {"measured": format_percent(result.quality), "expected": format_percent(limits.min_quality)}
        lacks.append(_("%(measured)s of right answers, %(expected)s expected") % told)
    if result.failures and result.failures == result.cases:
        lacks.append(_("it never answered"))
    elif result.p99 > limits.max_p99_s:
        told = {"measured": format_number(result.p99, 2), "expected": format_number(limits.max_p99_s, 2)}
        lacks.append(_("99 answers in 100 take up to %(measured)s s, %(expected)s s expected") % told)
    if result.cost_eur > limits.max_cost_eur:
        told = {
            "measured": format_number(float(result.cost_eur), 2),
            "expected": format_number(float(limits.max_cost_eur), 2),
        }
        lacks.append(_("%(measured)s € for a thousand requests, %(expected)s € at most") % told)
    return lacks
