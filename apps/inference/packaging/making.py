"""A trained pipeline becomes a file: ONNX if it answers the same, otherwise skops."""

from collections.abc import Mapping
from importlib.metadata import version

from django.utils.translation import gettext as _

from apps.inference.encoding import encode
from apps.inference.enums import Format, Task
from apps.inference.exceptions import ModelRefused
from apps.inference.packaging.converting import MESSAGE_LENGTH, NotConverted, to_onnx
from apps.inference.packaging.golden import make_golden
from apps.inference.packaging.parity import compare
from apps.inference.packaging.samples import samples
from apps.inference.packaging.skops_file import to_skops
from apps.inference.predictors import PipelinePredictor, open_model
from apps.inference.trained import Package, Trained

# Those whose releases change what a model answers, or how its file is read.
LIBRARIES = ("numpy", "pandas", "scikit-learn", "skl2onnx", "onnx", "onnxruntime", "skops")
# In this order: see `predictors.anomaly_probabilities`.
ANOMALY_CLASSES = ("normal", "anomaly")


def package(trained: Trained) -> Package:
    """The pipeline as ONNX, if every answer is the one that it gives (see `parity`); otherwise as skops.

    The same pipeline makes the same bytes. Raises ModelRefused if its classes are not those of the signature, in their
    order; if it fails on rows that its signature allows; if neither format can hold it.
    """
    _check_classes(trained)
    _check_answers(trained)
    try:
        content, chosen, why_not_onnx = _as_onnx(trained), Format.ONNX, ""
    except NotConverted as refusal:
        content, chosen, why_not_onnx = to_skops(trained.pipeline), Format.SKOPS, str(refusal)
    signature = trained.sets.signature
    predictor = open_model(content, format=chosen, signature=signature)
    return Package(
        format=chosen.value,
        content=content,
        golden=make_golden(predictor, signature, trained.sets.test),
        libraries=library_versions(),
        why_not_onnx=why_not_onnx,
    )


def library_versions() -> Mapping[str, str]:
    """The libraries that a model was made with, and is read with."""
    return {name: version(name) for name in LIBRARIES}


def _as_onnx(trained: Trained) -> bytes:
    """Raises NotConverted if ONNX cannot say it, if its runtime cannot answer, or not the same."""
    content = to_onnx(trained.pipeline, trained.sets.signature)
    try:
        parity = compare(trained, open_model(content, format=Format.ONNX, signature=trained.sets.signature))
    except Exception as error:  # of the runtime: the pipeline was asked the same before
        raise NotConverted(f"{type(error).__name__}: {error}"[:MESSAGE_LENGTH]) from error
    if not parity.holds:
        raise NotConverted(
            f"Parity: {parity.changed} of {parity.rows} answers changed, the gap is {parity.gap:.2g} for"
            f" {parity.tolerance:g} allowed."
        )
    return content


def _check_classes(trained: Trained) -> None:
    output = trained.sets.signature.output
    if not output.classes:
        return
    is_detector = trained.sets.signature.task == Task.ANOMALY and not hasattr(trained.pipeline, "predict_proba")
    found = ANOMALY_CLASSES if is_detector else tuple(map(str, trained.pipeline.classes_))
    if found != output.classes:
        raise ModelRefused(
            _("The classes of the pipeline are not those of the signature, in their order: %(found)s, %(wanted)s.")
            % {"found": "; ".join(found), "wanted": "; ".join(output.classes)}
        )


def _check_answers(trained: Trained) -> None:
    signature = trained.sets.signature
    asked = PipelinePredictor(trained.pipeline, has_classes=bool(signature.output.classes))
    try:
        asked.predict(encode(signature, samples(signature)))
    except Exception as error:  # whatever the project's own pipeline raises, it does not answer
        raise ModelRefused(
            _("The pipeline fails on rows that its signature allows (a value missing, or never seen): %(error)s")
            % {"error": f"{type(error).__name__}: {error}"[:MESSAGE_LENGTH]}
        ) from error
