"""The Open Inference Protocol: `/v2/models/<model>/infer`, as KServe, Triton, MLServer, and Écluse itself speak it.

Each field of the rows is an input of shape (rows, 1), of the datatype that the metadata of the model gives; one that
has a single input with several columns is given the fields in their order, as one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.inference.adapters.base import Adapter, Question, Reply, dig, read_json
from apps.inference.enums import Capability
from apps.inference.exceptions import AiServiceRefused, AnswerNotUnderstood

TEXTS = "BYTES"


class V2(Adapter):
    capabilities = frozenset({Capability.PREDICT, Capability.CLASSIFY})

    def check(self) -> None:
        self.session.get(self.url(f"v2/models/{self.service.remote_model}/ready"))

    def ask(self, question: Question) -> Reply:
        """Rows that are not of the shape that it takes are refused before anything is inferred."""
        path = f"v2/models/{self.service.remote_model}"
        declared = dig(read_json(self.session.get(self.url(path)).content), "inputs") or []
        is_text = question.capability == Capability.CLASSIFY
        rows = [{_text_of(declared): question.text}] if is_text else question.given["rows"]
        outputs = dig(self.post(f"{path}/infer", {"inputs": _inputs(rows, declared)}), "outputs")
        if not outputs:
            raise AnswerNotUnderstood.of("outputs")
        answers = _by_row(outputs[0], len(rows))
        return Reply(output=answers[0] if is_text else answers)


def _text_of(declared: Sequence[Mapping[str, Any]]) -> str:
    """The first input that takes a text; whatever it is called, the only one of a service that declares none."""
    return next((dig(each, "name") for each in declared if dig(each, "datatype") == TEXTS), "text")


def _inputs(rows: Sequence[Mapping[str, Any]], declared: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Raises AiServiceRefused."""
    fields = list(rows[0])
    for number, row in enumerate(rows, start=1):
        if row.keys() != rows[0].keys():
            raise AiServiceRefused(_("Row %(number)s has not the same fields as the first one.") % {"number": number})
    types = {dig(each, "name"): dig(each, "datatype") for each in declared}
    if fields and types.keys() >= set(fields):
        return [_tensor(name, types[name], rows, [name]) for name in fields]
    if len(declared) > 1:
        unknown = next((name for name in fields if name not in types), "")
        raise AiServiceRefused(_("This service has no input “%(name)s”.") % {"name": unknown})
    # One tensor for all, whatever it is called; a service that declares none takes it so.
    one: Mapping[str, Any] = declared[0] if declared else {"name": "input", "datatype": "FP64"}
    shape = one.get("shape") or [-1]
    if len(shape) > 1 and 0 < shape[-1] != len(fields):
        told = {"taken": shape[-1], "given": len(fields)}
        raise AiServiceRefused(_("This service takes rows of %(taken)s values; these have %(given)s.") % told)
    return [_tensor(one["name"], one["datatype"], rows, fields)]


def _tensor(name: str, datatype: str, rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> dict[str, Any]:
    data = [row[field] for row in rows for field in fields]
    return {"name": name, "shape": [len(rows), len(fields)], "datatype": datatype, "data": data}


def _by_row(output: Mapping[str, Any], rows: int) -> list[Any]:
    """The values of the first output, a list for each row where there are several. Raises AnswerNotUnderstood."""
    data = dig(output, "data")
    if not isinstance(data, list) or not rows or len(data) % rows:
        raise AnswerNotUnderstood.of("outputs.0.data")
    wide = len(data) // rows
    return data if wide == 1 else [data[start : start + wide] for start in range(0, len(data), wide)]
