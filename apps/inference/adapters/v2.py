"""The Open Inference Protocol: `/v2/models/<model>/infer`, as KServe, Triton, MLServer, and Écluse itself speak it.

Each field of the rows is an input of shape (rows, 1), of the datatype that the metadata of the model gives; one that
has a single input with several columns is given the fields in their order, as one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.inference.adapters.base import Adapter, Question, Reply, dig, read_json
from apps.inference.enums import Capability
from apps.inference.exceptions import AnswerNotUnderstood

TEXTS = "BYTES"


class V2(Adapter):
    capabilities = frozenset({Capability.PREDICT, Capability.CLASSIFY})

    def check(self) -> None:
        self.session.get(self.url(f"v2/models/{self.service.remote_model}/ready"))

    def ask(self, question: Question) -> Reply:
        rows = question.given["rows"] if question.capability == Capability.PREDICT else [{"text": question.text}]
        path = f"v2/models/{self.service.remote_model}"
        metadata = read_json(self.session.get(self.url(path)).content)
        answer = self.post(f"{path}/infer", {"inputs": _inputs(rows, dig(metadata, "inputs"))})
        outputs = dig(answer, "outputs")
        if not outputs:
            raise AnswerNotUnderstood.of("outputs")
        answers = _by_row(outputs[0], len(rows))
        return Reply(output=answers if question.capability == Capability.PREDICT else answers[0])


def _inputs(rows: Sequence[Mapping[str, Any]], declared: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = {each["name"]: each for each in declared}
    fields = list(rows[0])
    if set(fields) <= set(names):
        return [
            {
                "name": name,
                "shape": [len(rows), 1],
                "datatype": names[name]["datatype"],
                "data": [row[name] for row in rows],
            }
            for name in fields
        ]
    # One tensor for all, whatever it is called; a service that declares none takes it so.
    first = declared[0] if declared else {"name": "input", "datatype": "FP64"}
    datatype = first["datatype"] if first["datatype"] != TEXTS or declared else "FP64"
    data = [row[name] for row in rows for name in fields]
    return [{"name": first["name"], "shape": [len(rows), len(fields)], "datatype": datatype, "data": data}]


def _by_row(output: Mapping[str, Any], rows: int) -> list[Any]:
    """The values of the first output, a list for each row where there are several. Raises AnswerNotUnderstood."""
    data = dig(output, "data")
    if not isinstance(data, list) or not rows or len(data) % rows:
        raise AnswerNotUnderstood.of("outputs.0.data")
    wide = len(data) // rows
    return data if wide == 1 else [data[start : start + wide] for start in range(0, len(data), wide)]
