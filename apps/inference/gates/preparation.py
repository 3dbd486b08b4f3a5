"""Invariants of what prepares the rows: it treats each row by itself, and makes the same columns of numbers of all."""

from collections.abc import Iterator
from typing import Any

from apps.core.gates import Check
from apps.inference.encoding import encode
from apps.inference.gates.case import Case, CheckName, at_most
from apps.inference.packaging.samples import samples
from apps.inference.predictors import as_frame

_ROWS = 500


def look(case: Case) -> Iterator[Check]:
    """The largest gap between rows prepared in two orders; the numbers that are not ones, though the estimator needs
    them; the columns that are missing, or too many, for rows made up to be unexpected.

    A pipeline of the estimator alone prepares nothing: there is nothing to look at.
    """
    pipeline = case.trained.pipeline
    if len(getattr(pipeline, "steps", ())) < 2:
        return
    import numpy as np

    steps = pipeline[:-1]
    frame = as_frame(case.sets.test.inputs).head(_ROWS)
    prepared = _dense(steps.transform(frame))
    order = np.random.default_rng(0).permutation(len(frame))
    again = _dense(steps.transform(frame.iloc[order].reset_index(drop=True)))
    is_same = prepared[order].shape == again.shape
    gap = float(np.abs(np.nan_to_num(prepared[order]) - np.nan_to_num(again)).max(initial=0)) if is_same else np.inf
    yield at_most(CheckName.ORDER_OF_ROWS, gap, 1e-6)
    unexpected = _dense(steps.transform(as_frame(encode(case.signature, samples(case.signature)))))
    if not _takes_missing(pipeline[-1]):
        wrong = sum(int((~np.isfinite(each)).sum()) for each in (prepared, unexpected))
        yield at_most(CheckName.PREPARED_NUMBERS, wrong, 0)
    yield at_most(CheckName.PREPARED_COLUMNS, abs(prepared.shape[1] - unexpected.shape[1]), 0)


def _dense(prepared: Any) -> Any:
    import numpy as np

    array = prepared.toarray() if hasattr(prepared, "toarray") else np.asarray(prepared)
    return array.astype(np.float64)


def _takes_missing(estimator: Any) -> bool:
    from sklearn.utils import get_tags

    return bool(get_tags(estimator).input_tags.allow_nan)
