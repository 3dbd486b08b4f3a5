"""How fast a run went, drawn from the samples that it kept.

Pure. Samples are cumulative and unevenly spread (the older, the fewer): they are read again at even steps of time, as
if records had come evenly between two of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from apps.collection.durations import duration_text
from apps.core.charts import Chart, Series, line_chart, sparkline
from apps.core.charts.words import trend
from apps.core.numbers import format_number

STEPS = 40
# Under this, what was measured says more of the machine than of the source.
LEAST_SAMPLES, LEAST_SECONDS = 3, 2.0


def rates_of(samples: Sequence[Sequence[float]], *, steps: int = STEPS) -> list[tuple[float, float]]:
    """Records per second over each step: pairs of the end of the step, in seconds since the start, and the rate."""
    known = [(0.0, 0.0), *((float(at), float(rows)) for at, rows in samples if at > 0)]
    if len(known) <= LEAST_SAMPLES or known[-1][0] < LEAST_SECONDS:
        return []
    count = min(steps, len(known) - 1)
    length = known[-1][0] / count
    edges = [length * rank for rank in range(count + 1)]
    counted = _counted_at(edges, known)
    return [
        (end, max(0.0, after - before) / length)
        for end, (before, after) in zip(edges[1:], pairwise(counted), strict=True)
    ]


def throughput_chart(samples: Sequence[Sequence[float]]) -> Chart | None:
    """Records per second over time; None when too little was measured to say anything."""
    rates = rates_of(samples)
    if not rates:
        return None
    labels, values = _drawn(rates)
    series = Series(name=_("records per second"), values=values)
    conclusion = throughput_text(samples)
    return line_chart(
        title=_("Records read per second"),
        label_name=_("Since the start"),
        labels=labels,
        series=[series],
        conclusion=conclusion,
    )


def throughput_spark(samples: Sequence[Sequence[float]]) -> Chart | None:
    """The same, the size of a word, for a page that is refreshed while the run goes on."""
    rates = rates_of(samples)
    if not rates:
        return None
    labels, values = _drawn(rates)
    drawn = sparkline(title=_("Records read per second"), labels=labels, values=values)
    return replace(drawn, conclusion=throughput_text(samples))


def throughput_text(samples: Sequence[Sequence[float]]) -> str:
    """What the chart shows, in one sentence."""
    rates = rates_of(samples)
    values = [rate for _end, rate in rates]
    (fast_at, fast), (slow_at, slow) = max(rates, key=lambda pair: pair[1]), min(rates, key=lambda pair: pair[1])
    facts = {
        "mean": _rate(samples[-1][1] / samples[-1][0]),
        "fast": _rate(fast),
        "fast_at": duration_text(timedelta(seconds=fast_at)),
        "slow": _rate(slow),
        "slow_at": duration_text(timedelta(seconds=slow_at)),
    }
    match trend(values):
        case 1:
            said = _("It goes faster and faster: from %(slow)s records per second to %(fast)s, %(mean)s on average.")
        case -1:
            said = _("It goes slower and slower: from %(fast)s records per second to %(slow)s, %(mean)s on average.")
        case _none:
            said = _(
                "%(mean)s records per second on average: %(fast)s at the fastest (after %(fast_at)s), %(slow)s at the "
                "slowest (after %(slow_at)s)."
            )
    return said % facts


def _drawn(rates: Sequence[tuple[float, float]]) -> tuple[list[str], list[float]]:
    labels = [duration_text(timedelta(seconds=end)) for end, _rate in rates]
    return labels, [round(rate, 0 if rate >= 10 else 1) for _end, rate in rates]


def _rate(rate: float) -> str:
    return format_number(rate, 0 if rate >= 10 or not rate else 1)


def _counted_at(edges: Sequence[float], known: Sequence[tuple[float, float]]) -> list[float]:
    """How many records had been read at each of these instants, in a straight line between two samples."""
    counted, rank = [], 0
    for edge in edges:
        while rank < len(known) - 2 and known[rank + 1][0] < edge:
            rank += 1
        (before_s, before), (after_s, after) = known[rank], known[rank + 1]
        share = (edge - before_s) / (after_s - before_s) if after_s > before_s else 1.0
        counted.append(before + (after - before) * min(1.0, max(0.0, share)))
    return counted
