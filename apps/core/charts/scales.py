"""From values to places on the drawing: round ticks, straight scales, bins, quantiles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from apps.core.charts.shapes import Bin
from apps.core.numbers import Value, clean

# An axis may leave zero out if the values vary by less than this share of the largest.
NARROW_RANGE = 0.2
# Below this, floats lose their precision, and their logarithm with it.
TINY = 1e-300


def nice_ticks(low: float, high: float, *, about: int = 4) -> list[float]:
    """Two or more round numbers (steps of 1, 2 or 5 times a power of ten) that span low to high."""
    if high - low <= max(abs(low) * 1e-12, abs(high) * 1e-12, TINY):
        pad = abs(high) / 2 if abs(high) > TINY else 0.5
        low, high = low - pad, high + pad
    rough = (high - low) / about
    power = 10.0 ** floor(log10(rough))
    step = power * next((nice for nice in (1, 2, 5) if nice * power >= rough), 10)
    first, last = floor(low / step), ceil(high / step)
    return [float(f"{n * step:.12g}") for n in range(first, last + 1)]


def axis_ticks(values: Sequence[float]) -> list[float]:
    """Ticks for a line: from zero, unless the values vary too little to be seen from there."""
    low, high = min(values), max(values)
    if low == high or high - low >= NARROW_RANGE * max(abs(low), abs(high)):
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return [0.0, 1.0]
    return nice_ticks(low, high)


@dataclass(frozen=True)
class Scale:
    """From values to the drawing, in a straight line; where there is one value only, all are at the start."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def quantile(bins: Sequence[Bin], share: float) -> float:
    """The value below which lies this share of the counts, as if each bin were filled evenly."""
    rank = share * sum(each.count for each in bins)
    for each in bins:
        if each.count and rank <= each.count:
            return each.low + (each.high - each.low) * rank / each.count
        rank -= each.count
    return bins[-1].high


def bins_of(values: Iterable[Value], *, about: int = 12) -> list[Bin]:
    """Sort values into about that many bins with round edges; the last bin holds its upper edge."""
    known = clean(values)
    if not known:
        return []
    edges = nice_ticks(min(known), max(known), about=about)
    last = len(edges) - 2
    counts = [0] * (last + 1)
    step = edges[1] - edges[0]
    for value in known:
        counts[min(last, max(0, floor((value - edges[0]) / step)))] += 1
    return [Bin(low=low, high=high, count=count) for (low, high), count in zip(pairwise(edges), counts, strict=True)]
