"""How good a classifier is."""

from django.utils.translation import gettext_lazy as _

from apps.inference.encoding import Array
from apps.inference.measures.base import Metric
from apps.inference.measures.calibration import expected_calibration_error
from apps.inference.measures.counting import confusion, f1s, recalls
from apps.inference.measures.ranking import roc_auc

# A probability is a float32: nothing is known of what is below its precision.
LEAST = 1e-7


def accuracy(truth: Array, probabilities: Array) -> float | None:
    return float((probabilities.argmax(axis=1) == truth).mean()) if len(truth) else None


def balanced_accuracy(truth: Array, probabilities: Array) -> float | None:
    """The mean of the recalls of the classes that there are."""
    import numpy as np

    found = recalls(_confusion(truth, probabilities))
    return float(np.nanmean(found)) if not np.isnan(found).all() else None


def f1_macro(truth: Array, probabilities: Array) -> float | None:
    import numpy as np

    scores = f1s(_confusion(truth, probabilities))
    return float(np.nanmean(scores)) if not np.isnan(scores).all() else None


def f1_weighted(truth: Array, probabilities: Array) -> float | None:
    """Each class for as many rows as it has; a class that the model never saw for zero."""
    import numpy as np

    counts = _confusion(truth, probabilities)
    return float((np.nan_to_num(f1s(counts)) * counts.sum(axis=1)[:-1]).sum() / len(truth)) if len(truth) else None


def log_loss(truth: Array, probabilities: Array) -> float | None:
    import numpy as np

    if not len(truth):
        return None
    told = np.where(truth < 0, 0, probabilities[np.arange(len(truth)), truth].astype(np.float64))
    return float(-np.log(np.clip(told, LEAST, 1)).mean())


def brier(truth: Array, probabilities: Array) -> float | None:
    """The squared distance to the truth: over all classes (Brier, 1950), halved where there are two, as is the use."""
    import numpy as np

    if not len(truth):
        return None
    known = np.zeros(probabilities.shape)
    rows = truth >= 0
    known[np.flatnonzero(rows), truth[rows]] = 1
    score = ((probabilities - known) ** 2).sum(axis=1).mean()
    return float(score / 2 if probabilities.shape[1] == 2 else score)


def roc_auc_macro(truth: Array, probabilities: Array) -> float | None:
    """That of the second class if there are two; else the mean of each class against the others, where it can be
    told."""
    classes = range(1, 2) if probabilities.shape[1] == 2 else range(probabilities.shape[1])
    areas = [roc_auc(truth == each, probabilities[:, each]) for each in classes]
    known = [area for area in areas if area is not None]
    return sum(known) / len(known) if known else None


def _confusion(truth: Array, probabilities: Array) -> Array:
    return confusion(truth, probabilities.argmax(axis=1), probabilities.shape[1])


METRICS = (
    Metric(
        name="f1_macro",
        label=_("F1, mean of the classes"),
        explanation=_(
            "For each class, both how much of it is found and how much of what is called so really is; then the mean "
            "of the classes, rare ones counting as much as frequent ones."
        ),
        compute=f1_macro,
        is_share=True,
    ),
    Metric(
        name="accuracy",
        label=_("Right answers"),
        explanation=_(
            "The share of rows whose answer is right. It hides what happens to rare classes: always answering the most "
            "frequent one may look good. Compare it with the baseline."
        ),
        compute=accuracy,
        is_share=True,
        is_counted=True,
    ),
    Metric(
        name="balanced_accuracy",
        label=_("Balanced accuracy"),
        explanation=_(
            "The mean, over classes, of the share that is found. Answering at random gives 1 over their number."
        ),
        compute=balanced_accuracy,
        is_share=True,
    ),
    Metric(
        name="f1_weighted",
        label=_("F1, weighted"),
        explanation=_("As the mean F1, each class counting for as many rows as it has: frequent classes decide."),
        compute=f1_weighted,
        is_share=True,
    ),
    Metric(
        name="roc_auc",
        label=_("Area under the ROC curve"),
        explanation=_(
            "How often a row of a class is given a higher probability of it than a row that is not. Half of the time "
            "is chance. It says nothing of whether the probabilities are true, nor of the threshold."
        ),
        compute=roc_auc_macro,
        is_share=True,
    ),
    Metric(
        name="log_loss",
        label=_("Logarithmic loss"),
        explanation=_("How surprised the model is by the truth: being sure and wrong costs most. 0 is perfect."),
        compute=log_loss,
        is_higher_better=False,
    ),
    Metric(
        name="brier",
        label=_("Brier score"),
        explanation=_("The squared distance between the probabilities and the truth. 0 is perfect, lower is better."),
        compute=brier,
        is_higher_better=False,
    ),
    Metric(
        name="ece",
        label=_("Calibration error"),
        explanation=_(
            "How far the announced confidence is from the share of right answers, on average. At five points, answers "
            "given at eighty in a hundred are right 75 to 85 times in a hundred, about. Low does not mean that many "
            "answers are right."
        ),
        compute=expected_calibration_error,
        is_higher_better=False,
        is_share=True,
    ),
)
