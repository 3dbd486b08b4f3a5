"""Requests counted: by which channel they came, how long the version took, what was refused and why. Pure; counts are
JSON that adds up as that of `drift.counting` does, so that any window is the sum of its hours.

    {"answered": {channel: {"requests": n, "rows": n}}, "refused": {channel: {code: n}}, "latency": sketch,
     "beside": {champion: {"rows": n, "same": n, "apart": {its class: {class: n}}, "gap": s, "squares": s,
                           "latency": sketch}}}

A sketch is `{bin: n}` over bins that each are 10 % wide (DDSketch: Masson, Rim and Lee, 2019): any quantile is within
5 % of the true one, whatever the number of requests. `beside` is what a version in shadow says of the rows that the
champion, named by its key, answered too: its classes, or how far its numbers are (`gap` and its `squares` summed).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, log
from typing import Any, TypeAlias

ACCURACY = 0.05
_WIDTH = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_WIDTH = log(_WIDTH)

Sketch: TypeAlias = Mapping[str, int]
# As the log of predictions keeps an answer: class, number, confidence.
Told: TypeAlias = tuple[str, float | None, float | None]


def answered(requests: Iterable[tuple[str, int, int]]) -> dict[str, Any]:
    """Requests that were answered: by which channel, for how many rows, in how many microseconds."""
    times: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    latency: Counter[str] = Counter()
    for channel, count, latency_us in requests:
        times[channel] += 1
        rows[channel] += count
        latency[bin_of(latency_us)] += 1
    channels = {channel: {"requests": times[channel], "rows": rows[channel]} for channel in times}
    return {"answered": channels, "latency": dict(latency)}


def answered_apart(channel: str, *, requests: int, rows: int) -> dict[str, Any]:
    """The same of rows that nobody waits for: how long they took says nothing of an answer."""
    return {"answered": {channel: {"requests": requests, "rows": rows}}}


def refused(channel: str, code: str, *, count: int = 1) -> dict[str, Any]:
    return {"refused": {channel: {code: count}}}


def beside(champion: int, pairs: Sequence[tuple[Told, Told]], latencies_us: Iterable[int]) -> dict[str, Any]:
    """What this champion, in so long, then the version in shadow answered to the same rows."""
    counted: dict[str, Any] = {"rows": len(pairs), "latency": dict(Counter(map(bin_of, latencies_us)))}
    if gaps := [abs(one[1] - other[1]) for one, other in pairs if one[1] is not None and other[1] is not None]:
        counted |= {"gap": sum(gaps), "squares": sum(gap * gap for gap in gaps)}
    else:
        said = Counter((one[0], other[0]) for one, other in pairs)
        apart: dict[str, dict[str, int]] = {}
        for (one, other), times in said.items():
            if one != other:
                apart.setdefault(one, {})[other] = times
        counted |= {"same": sum(times for (one, other), times in said.items() if one == other), "apart": apart}
    return {"beside": {str(champion): counted}}


def bin_of(microseconds: int) -> str:
    """The key of its bin: JSON has no other than texts."""
    return str(ceil(log(max(microseconds, 1)) / _LOG_WIDTH))


def quantile(sketch: Sketch, share: float) -> float | None:
    """The duration, in microseconds, below which lies this share of the requests; None for no request."""
    bins = sorted((int(each), times) for each, times in sketch.items())
    rank = share * (sum(times for _bin, times in bins) - 1)
    seen = 0
    for each, times in bins:
        seen += times
        if seen > rank:
            return float(2 * _WIDTH**each / (_WIDTH + 1))
    return None
