"""The gate at the end of a training: what a model must be before anyone is asked to approve it.

Each family of checks is a module with one function, `look`, that yields them. Checks are stored by code and number, for
they are read in two languages: `telling.told` puts a verdict in words. Thresholds are in `thresholds`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from apps.core.gates import Check, Verdict
from apps.inference.gates import (
    champion,
    completeness,
    convergence,
    data_format,
    duplicates,
    evaluation,
    footprint,
    labels,
    leakage,
    parity,
    preparation,
    robustness,
    splits,
)
from apps.inference.gates.case import Case
from apps.inference.predictors import Predictor
from apps.inference.spec import ModelSpec
from apps.inference.trained import Package, Trained

# In the order in which people read a report: data, training, answers, package.
FAMILIES: tuple[Callable[[Case], Iterator[Check]], ...] = (
    data_format.look,
    completeness.look,
    labels.look,
    leakage.look,
    splits.look,
    duplicates.look,
    preparation.look,
    convergence.look,
    evaluation.look,
    champion.look,
    robustness.look,
    parity.look,
    footprint.look,
)


def judge(trained: Trained, spec: ModelSpec, *, package: Package, predictor: Predictor, now: datetime) -> Verdict:
    """The verdict on a model that was trained; `predictor` is the package, opened. It computes, and changes nothing."""
    case = Case(trained=trained, spec=spec, package=package, predictor=predictor)
    return Verdict(judged_at=now, checks=tuple(check for look in FAMILIES for check in look(case)))
