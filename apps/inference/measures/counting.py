"""Confusion matrices, and what is counted in them. Pure: arrays in, arrays out."""

from apps.inference.encoding import Array


def confusion(truth: Array, predicted: Array, classes: int) -> Array:
    """How many rows of each class (lines) were answered with each class (columns): shape (classes + 1, classes), int64.

    The last line is of rows whose class the model never saw (-1).
    """
    import numpy as np

    lines = np.where(truth < 0, classes, truth)
    counts = np.bincount(lines * classes + predicted, minlength=(classes + 1) * classes)
    return counts.reshape(classes + 1, classes)


def recalls(counts: Array) -> Array:
    """Of the rows of each class, the share that was found; NaN for a class without rows. From a confusion matrix."""
    return _ratio(counts.diagonal(), counts.sum(axis=1)[: counts.shape[1]])


def precisions(counts: Array) -> Array:
    """Of the rows answered with each class, the share that are of it; NaN for a class that was never answered."""
    return _ratio(counts.diagonal(), counts.sum(axis=0))


def f1s(counts: Array) -> Array:
    """The harmonic mean of precision and recall of each class; NaN for a class without rows that was never answered."""
    return _ratio(2 * counts.diagonal(), counts.sum(axis=1)[: counts.shape[1]] + counts.sum(axis=0))


def _ratio(above: Array, below: Array) -> Array:
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Array = above / np.where(below == 0, np.nan, below)
    return ratio
