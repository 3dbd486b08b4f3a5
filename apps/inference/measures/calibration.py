"""Whether probabilities are what they say: of the answers given at 80 %, about 80 % should be right."""

from dataclasses import dataclass

from apps.inference.encoding import Array

BINS = 10


@dataclass(frozen=True, kw_only=True)
class Bin:
    """The rows answered with a confidence between `low` and `high`: how sure the model was, how often it was right."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


def calibration_bins(truth: Array, probabilities: Array) -> list[Bin]:
    """Ten bins of equal width of the confidence (the probability of the class that is answered); empty ones left
    out."""
    import numpy as np

    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == truth
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            rows=int(inside.sum()),
            confidence=float(confidence[inside].mean()),
            accuracy=float(right[inside].mean()),
        )
        for place in range(BINS)
        if (inside := places == place).any()
    ]


def expected_calibration_error(truth: Array, probabilities: Array) -> float | None:
    """The mean distance between confidence and accuracy, over the bins, each for its rows (Naeini et al., 2015)."""
    bins = calibration_bins(truth, probabilities)
    rows = sum(each.rows for each in bins)
    return sum(each.rows * abs(each.confidence - each.accuracy) for each in bins) / rows if rows else None
