"""The inputs and the answer of a packaged model, as other servers must be told of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.inference.encoding import inputs_of
from apps.inference.enums import FieldType
from apps.inference.signature import Signature


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """An array of shape (rows, width): of strings, or of float32."""

    name: str
    width: int = 1
    is_text: bool = False


def inputs(signature: Signature) -> Iterator[Tensor]:
    for field in signature.fields:
        is_text = field.type in {FieldType.CATEGORY, FieldType.TEXT}
        yield from (Tensor(name=name, is_text=is_text) for name in inputs_of(field))


def answer(content: bytes, signature: Signature) -> Tensor:
    """The last output of this ONNX model, which is the one that is read (see `predictors`)."""
    import onnx

    name = onnx.load_from_string(content).graph.output[-1].name
    return Tensor(name=name, width=len(signature.output.classes) or 1)
