"""What passes from one step of a training to the next, as values: the rows, what was learnt from them, its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.inference.encoding import Array
from apps.inference.predictors import Answers
from apps.inference.signature import Signature


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of the dataset, as they were and as a model is given them, all in the same order.

    `columns` are the values by name, None where missing: the features, the target, the columns of slices, that of the
    split. `inputs` are those of the features, encoded. `target` is the class (a string) or the number (float64) of each
    row; None if there is no target. `ids` are the keys of the rows in the version of the dataset, to read them again.
    Rows of a forecast are periods: `ids` are then their ranks (see `series`), and `naive` what who learns nothing would
    say of each.
    """

    columns: Mapping[str, Sequence[Any]]
    inputs: Mapping[str, Array]
    target: Array | None
    ids: Sequence[int]
    naive: Sequence[float] | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, kw_only=True)
class Sets:
    """What a model learns from, and what it is judged by, which it never sees. `scale` is the error by which those of a
    forecast are scaled: that of the naive answers to what is learnt from."""

    signature: Signature
    train: Rows
    test: Rows
    scale: float | None = None


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A scikit-learn pipeline fitted on the rows of `sets.train` (a DataFrame whose columns are the inputs), and the
    answers on `sets.test`: its own, those of the baseline (a dummy), those of the champion if there is one and it reads
    the same fields. `scores` are the metrics of each on the test rows, by name; `warnings` what its fitting warned of,
    each as "category: message".
    """

    sets: Sets
    pipeline: Any
    answers: Answers
    baseline: Answers
    champion: Answers | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    baseline_scores: Mapping[str, float] = field(default_factory=dict)
    champion_scores: Mapping[str, float] = field(default_factory=dict)
    warnings: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Package:
    """A model ready to be kept: its bytes, and rows with the answers that whoever opens it must find again.

    `golden` is `{"rows": [{field: value}], "probabilities": [[…]]}`, or `"values"`. `why_not_onnx` tells why it had to
    be skops.
    """

    format: str
    content: bytes
    golden: Mapping[str, Any]
    libraries: Mapping[str, str]
    why_not_onnx: str = ""
