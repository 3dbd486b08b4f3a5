"""Tensors as the Open Inference Protocol (version 2) writes them, in JSON or in the bytes that follow it.

https://github.com/kserve/open-inference-protocol, with the binary extension that Triton's clients use by default: the
header `Inference-Header-Content-Length` says where JSON ends, and each tensor's `binary_data_size` how long it is.
"""

import struct
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from types import NoneType
from typing import Any

import orjson
from django.utils.translation import gettext as _

from apps.inference.encoding import Array
from apps.inference.enums import FieldType
from apps.inference.exceptions import BodyUnreadable, RowFault, RowsRefused
from apps.inference.signature import Field, Signature

# As numpy writes them, little-endian.
DATATYPES = {
    "BOOL": "?",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
TEXTS = "BYTES"
# What JSON may hold of each; null is a missing value.
_WHOLE = (int, NoneType)
TYPES: Mapping[str, tuple[type, ...]] = {
    **{name: (float, *_WHOLE) if name.startswith("FP") else _WHOLE for name in DATATYPES},
    "BOOL": (bool, NoneType),
    TEXTS: (str, NoneType),
}
OF_FIELDS = {
    FieldType.NUMBER: "FP32",
    FieldType.INTEGER: "INT64",
    FieldType.BOOLEAN: "BOOL",
    FieldType.DATE: TEXTS,
    FieldType.CATEGORY: TEXTS,
    FieldType.TEXT: TEXTS,
}
PROBABILITIES = "probabilities"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request: the values of each input, by its name, as Python has them; and what is wanted of the outputs."""

    id: str
    columns: Mapping[str, Sequence[Any]]
    wanted: Mapping[str, bool] = field(default_factory=dict)
    is_binary: bool = False

    def is_wanted(self, output: str) -> bool:
        return not self.wanted or output in self.wanted

    def is_in_bytes(self, output: str) -> bool:
        return self.wanted.get(output, self.is_binary)


def read(body: bytes, json_bytes: int | None, signature: Signature) -> Asked:
    """A request of this body, whose JSON is that long; None if all of it is. Raises BodyUnreadable, RowsRefused."""
    length = len(body) if json_bytes is None else json_bytes
    if not 0 <= length <= len(body):
        raise BodyUnreadable(_("The body is shorter than its headers say."))
    try:
        sent = orjson.loads(body[:length])
    except orjson.JSONDecodeError as error:
        raise BodyUnreadable(_("The body is not JSON: %(reason)s") % {"reason": error}) from None
    inputs = sent.get("inputs") if isinstance(sent, dict) else None
    if not isinstance(inputs, list) or not inputs or not all(isinstance(each, dict) for each in inputs):
        raise _refusal(("inputs",), _("A list of tensors is expected."))
    kinds = {each.name: each.type for each in signature.fields}
    columns: dict[str, Sequence[Any]] = {}
    tail = memoryview(body)[length:]
    for each in inputs:
        name = each.get("name")
        if not isinstance(name, str) or name in columns:
            raise _refusal(("inputs",), _("Each tensor has a name of its own."))
        values, used = _values(name, each, tail)
        tail = tail[used:]
        columns[name] = [_as_date(value) for value in values] if kinds.get(name) == FieldType.DATE else values
    if len({len(values) for values in columns.values()}) > 1:
        raise _refusal(("inputs",), _("All tensors must have as many rows."))
    if len(tail):
        raise BodyUnreadable(_("The body is longer than its tensors say."))
    wanted, is_binary = _outputs(sent, {each["name"] for each in described_outputs(signature)})
    return Asked(id=str(sent.get("id", ""))[:200], columns=columns, wanted=wanted, is_binary=is_binary)


def _values(name: str, tensor: Mapping[str, Any], tail: memoryview) -> tuple[list[Any], int]:
    """The values of a tensor of shape (rows) or (rows, 1), and how many bytes of the tail they were."""
    place, datatype = ("inputs", name), tensor.get("datatype")
    if not isinstance(datatype, str) or datatype not in TYPES:
        raise _refusal((*place, "datatype"), _("No such datatype is known."))
    shape = tensor.get("shape")
    if not isinstance(shape, list) or not _is_one_column(shape):
        raise _refusal((*place, "shape"), _("The shape [rows] or [rows, 1] is expected."))
    parameters = tensor.get("parameters") or {}
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    used = 0
    if size is None:
        values = _from_json(tensor.get("data"), datatype, place)
    elif type(size) is not int or not 0 <= size <= len(tail):
        raise _refusal((*place, "parameters"), _("There are not as many bytes."))
    else:
        values, used = _from_bytes(bytes(tail[:size]), datatype, place), size
    if len(values) != shape[0]:
        raise _refusal((*place, "data"), _("There are not as many values as the shape says."))
    return values, used


def _is_one_column(shape: list[Any]) -> bool:
    is_whole = all(type(each) is int and each >= 0 for each in shape)
    return is_whole and (len(shape) == 1 or (len(shape) == 2 and shape[1] == 1))


def _from_json(data: Any, datatype: str, place: tuple[str, ...]) -> list[Any]:
    if not isinstance(data, list):
        raise _refusal((*place, "data"), _("A list of values is expected."))
    values = [each[0] if isinstance(each, list) and len(each) == 1 else each for each in data]
    if any(isinstance(value, list | dict) for value in values):
        raise _refusal((*place, "data"), _("A list of values is expected."))
    types = TYPES[datatype]
    for at, value in enumerate(values):
        if type(value) not in types:
            raise _refusal((*place, at), _("The value is not of the datatype %(name)s.") % {"name": datatype})
    return values


def _from_bytes(content: bytes, datatype: str, place: tuple[str, ...]) -> list[Any]:
    import numpy as np

    if datatype != TEXTS:
        try:
            values: list[Any] = np.frombuffer(content, DATATYPES[datatype]).tolist()
        except ValueError:
            raise _refusal((*place, "data"), _("There are not as many values as the shape says.")) from None
        return values
    values, at = [], 0
    try:
        while at < len(content):
            (size,) = struct.unpack_from("<I", content, at)
            at += 4 + size
            if at > len(content):
                raise ValueError
            values.append(content[at - size : at].decode())
    except (struct.error, ValueError):
        raise _refusal((*place, "data"), _("Texts are in UTF-8, each after its length in four bytes.")) from None
    return values


def _outputs(sent: Mapping[str, Any], known: Set[str]) -> tuple[dict[str, bool], bool]:
    """The outputs that are wanted, each with whether it is in bytes; and whether all are, where it says nothing."""
    parameters = sent.get("parameters")
    is_binary = isinstance(parameters, dict) and parameters.get("binary_data_output") is True
    outputs = sent.get("outputs") or []
    if not isinstance(outputs, list) or not all(
        isinstance(each, dict) and isinstance(each.get("name"), str) for each in outputs
    ):
        raise _refusal(("outputs",), _("A list of objects with a name is expected."))
    wanted = {}
    for each in outputs:
        if each["name"] not in known:
            told = {"names": ", ".join(sorted(known))}
            raise _refusal(("outputs", each["name"]), _("There is no such output. Known: %(names)s.") % told)
        said = each.get("parameters")
        wanted[each["name"]] = said.get("binary_data", is_binary) is True if isinstance(said, dict) else is_binary
    return wanted, is_binary


def write(answer: dict[str, Any], outputs: Sequence[tuple[str, str, Array]], asked: Asked) -> tuple[bytes, int | None]:
    """A response of these outputs (name, datatype, array), and the length of its JSON if bytes follow it."""
    blobs: list[bytes] = []
    written = []
    for name, datatype, array in outputs:
        tensor: dict[str, Any] = {"name": name, "datatype": datatype, "shape": list(array.shape)}
        if asked.is_in_bytes(name):
            blobs.append(_as_bytes(array, datatype))
            tensor["parameters"] = {"binary_data_size": len(blobs[-1])}
        else:
            tensor["data"] = array.ravel().tolist()
        written.append(tensor)
    head = orjson.dumps(answer | {"outputs": written})
    return (b"".join([head, *blobs]), len(head)) if blobs else (head, None)


def _as_bytes(array: Array, datatype: str) -> bytes:
    if datatype != TEXTS:
        return array.astype(DATATYPES[datatype]).tobytes()
    texts = [str(each).encode() for each in array.ravel()]
    return b"".join(struct.pack("<I", len(each)) + each for each in texts)


def described(each: Field) -> dict[str, Any]:
    """A field as an input in the metadata of a model."""
    return {"name": each.name, "datatype": OF_FIELDS[each.type], "shape": [-1, 1]}


def described_outputs(signature: Signature) -> list[dict[str, Any]]:
    output = signature.output
    if not output.classes:
        return [{"name": output.name, "datatype": "FP32", "shape": [-1]}]
    return [
        {"name": output.name, "datatype": TEXTS, "shape": [-1]},
        {
            "name": PROBABILITIES,
            "datatype": "FP32",
            "shape": [-1, len(output.classes)],
            "parameters": {"classes": list(output.classes)},
        },
    ]


def _as_date(value: Any) -> Any:
    """A date from its text; what is none is left for the check to refuse. "" is a date that is missing."""
    if value == "":
        return None
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value


def _refusal(path: tuple[str | int, ...], message: str) -> RowsRefused:
    return RowsRefused([RowFault(path=path, code="invalid", message=message)])
