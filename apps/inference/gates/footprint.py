"""What it costs to serve: the time of an answer, the size of the file."""

from collections.abc import Iterator
from time import perf_counter

from apps.core.gates import Check, Severity
from apps.inference.gates.case import Case, CheckName, at_most
from apps.inference.gates.thresholds import (
    LATENCY_P50_MS,
    LATENCY_P99_MS,
    LATENCY_ROWS,
    SIZE_ALLOWED,
    SIZE_WARNED,
)


def look(case: Case) -> Iterator[Check]:
    """The median and the 99th percentile of the time to answer one row, warm, in ms, on the machine that trains; the
    size in bytes. Times warn: another task of the machine may be what takes them."""
    p50, p99 = latency_ms(case)
    yield at_most(CheckName.LATENCY, p50, LATENCY_P50_MS, Severity.WARNING, label="p50")
    yield at_most(CheckName.LATENCY, p99, LATENCY_P99_MS, Severity.WARNING, label="p99")
    size = len(case.package.content)
    is_warned = SIZE_WARNED < size <= SIZE_ALLOWED
    limit, severity = (SIZE_WARNED, Severity.WARNING) if is_warned else (SIZE_ALLOWED, Severity.BLOCKING)
    yield at_most(CheckName.SIZE, size, limit, severity)


def latency_ms(case: Case) -> tuple[float, float]:
    """One row at a time, each another one, after some that do not count."""
    import numpy as np

    inputs, count = case.sets.test.inputs, len(case.sets.test)
    times = []
    for turn in range(LATENCY_ROWS + 10):
        row = {name: array[turn % count : turn % count + 1] for name, array in inputs.items()}
        started = perf_counter()
        case.predictor.predict(row)
        times.append((perf_counter() - started) * 1_000)
    p50, p99 = np.quantile(times[10:], [0.5, 0.99])
    return float(p50), float(p99)
