"""A packaged model, opened and asked: ONNX by its runtime, or a scikit-learn pipeline that skops kept.

    predictor = open_model(content, format=Format.ONNX, signature=signature)
    predictor.predict(encode(signature, columns)).labels

The bytes are those whose digest was checked: nothing is read again from where they were. Not before a process forks:
the threads of the runtime do not follow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from apps.inference.encoding import Array
from apps.inference.enums import Format
from apps.inference.signature import Signature

# The only classes that a skops file may hold, besides those that skops itself trusts. Ours to say, not the file's. The
# arrays of trees are believed as they are, without bounds: only what we packaged, whose digest was checked, is opened.
TRUSTED: tuple[str, ...] = (
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a model answered to each row: `probabilities` of the classes, in their order, of shape (rows, classes); or
    `values`, of shape (rows,). The other is None. float32."""

    probabilities: Array | None = None
    values: Array | None = None

    @property
    def array(self) -> Array:
        """The probabilities, or the values: whichever it has."""
        if self.probabilities is not None:
            return self.probabilities
        if self.values is None:
            raise TypeError("These answers have neither probabilities nor values.")
        return self.values

    @property
    def positions(self) -> Array:
        """Which class is the most probable, for each row. Raises TypeError where there are no classes."""
        if self.probabilities is None:
            raise TypeError("A model that answers with numbers has no classes.")
        positions: Array = self.probabilities.argmax(axis=1)
        return positions


def joined(parts: Sequence[Answers]) -> Answers:
    """The answers to all these rows, one part after the other."""
    import numpy as np

    if parts[0].probabilities is None:
        return Answers(values=np.concatenate([part.values for part in parts if part.values is not None]))
    return Answers(
        probabilities=np.concatenate([part.probabilities for part in parts if part.probabilities is not None])
    )


class Predictor(Protocol):
    def predict(self, inputs: Mapping[str, Array]) -> Answers:
        """What it answers to the rows of these arrays (see `encoding`)."""


def open_model(content: bytes, *, format: Format, signature: Signature) -> Predictor:
    """Raises what the library raises if these are not the bytes of such a model."""
    opened: type[OnnxPredictor] | type[SkopsPredictor] = OnnxPredictor if format == Format.ONNX else SkopsPredictor
    return opened(content, has_classes=bool(signature.output.classes))


class OnnxPredictor:
    """One thread for each request: the server has its own. The last output is the one that is read: the probabilities,
    or the value."""

    def __init__(self, content: bytes, *, has_classes: bool) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors: it warns of what conversions leave unused
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._outputs = [self._session.get_outputs()[-1].name]
        self._has_classes = has_classes

    def predict(self, inputs: Mapping[str, Array]) -> Answers:
        (answer,) = self._session.run(self._outputs, dict(inputs))
        return Answers(probabilities=answer) if self._has_classes else Answers(values=answer.reshape(-1))


class PipelinePredictor:
    """A fitted scikit-learn pipeline, asked as a packaged model is.

    A detector of anomalies has no probabilities: those of its two classes, normal then anomaly, are told from its
    decision function (see `anomaly_probabilities`).
    """

    def __init__(self, pipeline: Any, *, has_classes: bool) -> None:
        self._pipeline = pipeline
        self._has_classes = has_classes

    def predict(self, inputs: Mapping[str, Array]) -> Answers:
        import numpy as np

        frame = as_frame(inputs)
        frame = frame[list(getattr(self._pipeline, "feature_names_in_", frame.columns))]
        if not self._has_classes:
            return Answers(values=self._pipeline.predict(frame).astype(np.float32))
        if hasattr(self._pipeline, "predict_proba"):
            return Answers(probabilities=self._pipeline.predict_proba(frame).astype(np.float32))
        return Answers(probabilities=anomaly_probabilities(self._pipeline.decision_function(frame)))


class SkopsPredictor(PipelinePredictor):
    """A pipeline that skops kept. Raises its UntrustedTypesFoundException if the file holds any other class."""

    def __init__(self, content: bytes, *, has_classes: bool) -> None:
        from skops.io import loads

        super().__init__(loads(content, trusted=list(TRUSTED)), has_classes=has_classes)


def as_frame(inputs: Mapping[str, Array]) -> Any:
    """The DataFrame that pipelines are fitted on and asked with: a column for each input, strings as Python's own."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(array[:, 0], dtype=array.dtype) for name, array in inputs.items()})


def anomaly_probabilities(decision: Array) -> Array:
    """Of the classes normal and anomaly, from the decision function of an isolation forest, of shape (rows,).

    The score of Liu, Ting and Zhou (2008) is in ]0, 1]; `decision` is the threshold minus it. An anomaly has 0.5 at the
    threshold whatever that is, so that the most probable class is the one that scikit-learn says: clip(½ − decision).
    """
    import numpy as np

    anomaly = np.clip(0.5 - decision, 0, 1).astype(np.float32)
    return np.column_stack([1 - anomaly, anomaly])
