"""The parts of rows that a model is looked at on one by one: those of one value, or of one range of numbers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

RANGES = 4
FEW_VALUES = 10


def slices_of(values: Sequence[Any]) -> dict[str, list[int]]:
    """The positions of the rows of each part, by what it is called: "" where the value is missing.

    Numbers of more than ten values are cut in four ranges that hold as many rows; days, by year.
    """
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    bounds = _bounds(numbers) if len(set(numbers)) > FEW_VALUES else []
    parts: dict[str, list[int]] = {}
    for at, value in enumerate(values):
        parts.setdefault(_name(value, bounds), []).append(at)
    return parts


def _bounds(numbers: Sequence[float]) -> list[float]:
    import numpy as np

    return sorted(set(np.quantile(numbers, [part / RANGES for part in range(1, RANGES)]).tolist()))


def _name(value: Any, bounds: Sequence[float]) -> str:
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return str(value.year)
    if not bounds:
        return str(value)
    below = [bound for bound in bounds if bound < value]
    above = [bound for bound in bounds if bound >= value]
    return f"{below[-1]:g} – {above[0]:g}" if below and above else (f"≤ {above[0]:g}" if above else f"> {below[-1]:g}")
