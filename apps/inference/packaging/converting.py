"""A fitted pipeline as ONNX: inputs named as those of `encoding`, of shape (rows, 1); the last output is the answer.

Words are cut by the same expression on both sides. The runtime cuts with RE2, whose classes `\\w` and `\\b` know ASCII
alone: what is scikit-learn's own expression is said to it in classes of Unicode. Left to itself, the conversion of an
accented text changes probabilities by up to 0.28.
"""

import warnings
from collections.abc import Iterator
from typing import Any

from apps.inference.encoding import inputs_of
from apps.inference.enums import FieldType, Task
from apps.inference.packaging.isolation import add_isolation_forest
from apps.inference.signature import Signature

# Of ONNX and of its operators of machine learning: what servers of the last three years read.
TARGET = {"": 18, "ai.onnx.ml": 3}
# The only locale that every system has in which letters with accents have capitals.
LOCALE = "C.UTF-8"
AS_RE2 = {r"(?u)\b\w\w+\b": r"[\p{L}\p{N}_]{2,}", r"(?u)\b\w+\b": r"[\p{L}\p{N}_]+"}
# Of skl2onnx, whose errors hold the whole graph: tens of thousands of lines.
MESSAGE_LENGTH = 300


class NotConverted(Exception):
    """ONNX cannot say this pipeline, or the library cannot; the message is short enough to be kept."""


def to_onnx(pipeline: Any, signature: Signature) -> bytes:
    """The same bytes for the same pipeline. Raises NotConverted."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is deprecated between libraries, none of which is ours
            model = _converted(pipeline, signature)
    except Exception as error:  # whatever converters of many hands raise, the answer is the same: another format
        message = str(error).strip().partition("\n")[0]
        raise NotConverted(f"{type(error).__name__}: {message}"[:MESSAGE_LENGTH]) from error
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _converted(pipeline: Any, signature: Signature) -> Any:
    from skl2onnx import convert_sklearn
    from sklearn.base import is_classifier

    estimator, kept = pipeline[-1], pipeline
    options: dict[int, dict[str, Any]] = {id(each): _as_cut_by(each) for each in _vectorizers(pipeline)}
    if signature.task == Task.ANOMALY and not is_classifier(pipeline):
        kept = pipeline[:-1]  # what is left of it is written by us
    elif signature.output.classes:
        options[id(pipeline)] = {"zipmap": False}
    types = _types(signature)
    model = convert_sklearn(kept, "model", types, options=options, target_opset=TARGET)
    _name_inputs(model.graph, [name for name, _type in types])
    _mend_sublinear(model.graph)
    if kept is not pipeline:
        add_isolation_forest(model, estimator)
    return model


def _types(signature: Signature) -> list[tuple[str, Any]]:
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    text = {FieldType.CATEGORY, FieldType.TEXT}
    return [
        (name, StringTensorType([None, 1]) if field.type in text else FloatTensorType([None, 1]))
        for field in signature.fields
        for name in inputs_of(field)
    ]


def _name_inputs(graph: Any, names: list[str]) -> None:
    """Give the inputs the names of `encoding`, which skl2onnx changes where they are not those of variables."""
    given = {each.name: name for each, name in zip(graph.input, names, strict=True)}
    for each in graph.input:
        each.name = given[each.name]
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = given.get(name, name)


def _as_cut_by(vectorizer: Any) -> dict[str, Any]:
    pattern = vectorizer.token_pattern
    return {"locale": LOCALE, "tokenexp": AS_RE2.get(pattern, pattern)}


def _vectorizers(part: Any) -> Iterator[Any]:
    """What cuts texts into words, wherever it is in the pipeline."""
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import FeatureUnion, Pipeline

    if isinstance(part, CountVectorizer):
        yield part
        return
    inner: list[Any] = []
    if isinstance(part, Pipeline):
        inner = [step for _name, step in part.steps]
    elif isinstance(part, ColumnTransformer):
        inner = [fitted for _name, fitted, _columns in part.transformers_]
    elif isinstance(part, FeatureUnion):
        inner = [fitted for _name, fitted in part.transformer_list]
    for each in inner:
        yield from _vectorizers(each)


def _mend_sublinear(graph: Any) -> None:
    """Say 1 + log(count) of the terms that are there, 0 of the others, where skl2onnx 1.20 says log(1 + count).

    log(max(count, 1)) + min(count, 1) is that, without a condition, since counts are whole.
    """
    from onnx import helper

    sums = {node.output[0]: node for node in graph.node if node.op_type == "Add"}
    for place, log in reversed(list(enumerate(graph.node))):
        if log.op_type != "Log" or not log.input[0].startswith("plus1"):
            continue
        (count, ones), (result,) = sums[log.input[0]].input, log.output
        least, told, there = (f"{result}_{part}" for part in ("least", "log", "there"))
        mended = [
            helper.make_node("Max", [count, ones], [least], name=least),
            helper.make_node("Log", [least], [told], name=told),
            helper.make_node("Min", [count, ones], [there], name=there),
            helper.make_node("Add", [told, there], [result], name=f"{result}_sum"),
        ]
        graph.node.remove(sums[log.input[0]])
        graph.node.remove(log)
        for node in reversed(mended):
            graph.node.insert(place - 1, node)
