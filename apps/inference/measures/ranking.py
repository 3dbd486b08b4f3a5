"""How well scores put some rows before others. Pure."""

from apps.inference.encoding import Array


def roc_auc(is_positive: Array, scores: Array) -> float | None:
    """How often a positive row has a higher score than a negative one, ties counting for half: the area under the ROC
    curve, by the ranks of Mann and Whitney. None unless there are rows of both kinds."""
    import numpy as np

    positives = int(is_positive.sum())
    negatives = len(is_positive) - positives
    if not positives or not negatives:
        return None
    _values, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[is_positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def precision_at(is_positive: Array, scores: Array, k: int) -> float | None:
    """The share of positives among the k rows of highest score; those that are equal to the last one count for what
    they are on average, so that the order of the rows changes nothing."""
    import numpy as np

    if not 0 < k <= len(scores):
        return None
    last = np.partition(scores, len(scores) - k)[len(scores) - k]
    above, tied = scores > last, scores == last
    return float((is_positive[above].sum() + is_positive[tied].mean() * (k - above.sum())) / k)


def average_precision(is_positive: Array, scores: Array) -> float | None:
    """The mean precision over the ranks at which positives are found: the area under the precision-recall curve, step
    by step, each score being one threshold. None without positives."""
    import numpy as np

    if not is_positive.any():
        return None
    values, places = np.unique(-scores, return_inverse=True)
    found = np.bincount(places, weights=is_positive, minlength=len(values))
    met = np.bincount(places, minlength=len(values))
    return float((np.cumsum(found) / np.cumsum(met) * found).sum() / found.sum())
