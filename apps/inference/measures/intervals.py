"""Between which values a metric would be, nineteen times out of twenty, on other rows like these. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil, sqrt

from apps.inference.encoding import Array

Z = 1.959963984540054  # of the normal distribution, for 95 %
# Rows drawn again in all, which bounds the time; never fewer drawings than the least that percentiles make sense of.
ROWS_DRAWN = 5_000_000
LEAST_DRAWINGS, MOST_DRAWINGS = 100, 500


def wilson(right: float, total: int) -> tuple[float, float] | None:
    """The 95 % score interval of a proportion (Wilson, 1927), which holds for few rows and near 0 or 1; a case may be
    right in part. None for no row."""
    if total == 0:
        return None
    share, spread = right / total, Z * Z / total
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / total + spread / (4 * total))
    # At 0 and 1 the bound is the share itself, but for the last bit.
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def around_mean(mean: float, deviation: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a mean, by the central limit: of thirty values or more, whose `deviation` this is."""
    half = Z * deviation / sqrt(count)
    return mean - half, mean + half


def drawings(rows: int, *, seed: int) -> Iterator[Array]:
    """As many rows drawn with replacement, again and again: the positions of each drawing. The same for one seed."""
    import numpy as np

    generator = np.random.default_rng(seed)
    for _drawing in range(max(LEAST_DRAWINGS, min(MOST_DRAWINGS, ROWS_DRAWN // max(rows, 1)))):
        yield generator.integers(0, rows, rows)


def bootstrap(
    rows: int,
    compute: Callable[[Array], Mapping[str, float | None]],
    *,
    seed: int,
    between: Callable[[], None] = lambda: None,
) -> dict[str, tuple[float, float]]:
    """The 95 % percentile interval of each number that `compute` gives of a drawing (Efron, 1979); those that are never
    known are left out. Numbers of one drawing are of the same rows: an interval of their difference is paired.

    `between` is called between two drawings: what it raises stops all.
    """
    known: dict[str, list[float]] = {}
    for drawn in drawings(rows, seed=seed):
        between()
        for name, value in compute(drawn).items():
            if value is not None:
                known.setdefault(name, []).append(value)
    return {name: percentiles(values) for name, values in known.items()}


def conformal_margin(errors: Array, coverage: float) -> float | None:
    """How far at most another such answer is from the truth, in this share of cases: the quantile of the errors made on
    rows that were not learnt from (split conformal prediction: Lei et al., 2018). None if they are too few to say.

    It holds as far as what comes is as what was: of a series that changes, it promises too much.
    """
    import numpy as np

    rank = ceil((len(errors) + 1) * coverage)
    return None if rank > len(errors) else float(np.sort(errors)[rank - 1])


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    import numpy as np

    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
