"""Whether a packaged model answers as the pipeline that it was made of: on rows of the test set, and on rows made up to
be unexpected (`samples`). A package that does not is never served.

How far answers may be apart depends on the family: where trees compare a float32 with a threshold that was a float64,
a row may fall on the other side of it. Measured on real pipelines: 7e-7 for linear ones, 2.5e-3 for boosted trees.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.inference.encoding import Array, encode
from apps.inference.packaging.samples import samples
from apps.inference.predictors import Answers, PipelinePredictor, Predictor
from apps.inference.trained import Rows, Sets, Trained

TOLERANCE, TOLERANCE_OF_TREES = 1e-5, 5e-3
MAX_ROWS = 2_000


@dataclass(frozen=True, kw_only=True)
class Parity:
    """`gap` is the largest between two answers, of a probability, or of a value as a part of the largest one; `changed`
    how many of the `rows` got another class, though none was nearly as probable."""

    rows: int
    gap: float
    tolerance: float
    changed: int

    @property
    def holds(self) -> bool:
        return self.changed == 0 and self.gap <= self.tolerance


def compare(trained: Trained, predictor: Predictor) -> Parity:
    """Ask both the same rows. Raises what the pipeline raises on rows that it cannot answer to."""
    tolerance = tolerance_of(trained.pipeline)
    asked = PipelinePredictor(trained.pipeline, has_classes=bool(trained.sets.signature.output.classes))
    rows, changed, gaps = 0, 0, [0.0]
    for inputs in _asked(trained.sets):
        wanted, given = asked.predict(inputs), predictor.predict(inputs)
        rows += len(next(iter(inputs.values())))
        gaps.append(gap(wanted, given))
        changed += count_changed(wanted, given, tolerance)
    return Parity(rows=rows, gap=max(gaps), tolerance=tolerance, changed=changed)


def tolerance_of(pipeline: Any) -> float:
    """How far apart answers may be, by what the pipeline ends with."""
    estimator = pipeline[-1] if hasattr(pipeline, "steps") else pipeline
    is_of_trees = type(estimator).__module__.startswith(("sklearn.ensemble", "sklearn.tree"))
    return TOLERANCE_OF_TREES if is_of_trees else TOLERANCE


def gap(wanted: Answers, given: Answers) -> float:
    """The largest difference; infinite if an answer of one is not a number. Values as a part of the largest one."""
    import numpy as np

    first, second = wanted.array.astype(np.float64), given.array.astype(np.float64)
    if first.shape != second.shape or not (np.isfinite(first).all() and np.isfinite(second).all()):
        return float("inf")
    scale = 1.0 if wanted.values is None else float(np.abs(first).max(initial=0)) or 1.0
    return float(np.abs(first - second).max(initial=0)) / scale


def count_changed(wanted: Answers, given: Answers, tolerance: float) -> int:
    """The rows of another class. Where two are as probable as each other, within the tolerance, either is right."""
    import numpy as np

    if wanted.probabilities is None:
        return 0
    other = wanted.positions != given.positions
    if not other.any():
        return 0
    of_rows = np.arange(len(other))
    lead = wanted.probabilities[of_rows, wanted.positions] - wanted.probabilities[of_rows, given.positions]
    return int((other & (lead > tolerance)).sum())


def first_rows(rows: Rows, count: int) -> Mapping[str, Array]:
    """The inputs of the first rows."""
    return {name: array[:count] for name, array in rows.inputs.items()}


def _asked(sets: Sets) -> Iterator[Mapping[str, Array]]:
    """Rows of the test set together, then the unexpected ones, together and one by one, as they are served."""
    yield first_rows(sets.test, MAX_ROWS)
    unexpected = encode(sets.signature, samples(sets.signature))
    yield unexpected
    for row in range(min(50, len(next(iter(unexpected.values()))))):
        yield {name: array[row : row + 1] for name, array in unexpected.items()}
