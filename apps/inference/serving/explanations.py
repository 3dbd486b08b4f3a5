"""What counted in the answers to some rows, for the programs that ask for it. Never on the way of those that do not."""

from dataclasses import asdict
from typing import Any

from apps.inference.explaining import MAX_ROWS, explain
from apps.inference.serving.callers import Caller
from apps.inference.serving.decoding import Checked
from apps.inference.serving.quotas import QUOTAS
from apps.inference.serving.slots import Served
from apps.inference.serving.swapping import Loaded

# What is told of one answer: the influences that counted most.
MOST_TOLD = 20


def spend_on_explanations(served: Served, caller: Caller, *, rows: int) -> None:
    """Count what explaining so many rows may ask of the model, beside the rows themselves. Raises QuotaSpent."""
    standing = served.standing
    QUOTAS.spend(caller.name, standing.model_id, rows=rows * MAX_ROWS, limit=standing.serving.rows_per_hour)


def explanations(version: Loaded, checked: Checked) -> list[list[dict[str, Any]]]:
    """For each row, what counted in its answer, the most first: see `explaining.Influence`."""
    signature, predictor = version.signature, version.predictor
    rows = (dict(zip(signature.names, values, strict=True)) for values in zip(*checked.columns, strict=True))
    found = (explain(predictor=predictor, signature=signature, row=row) for row in rows)
    return [[asdict(each) for each in influences[:MOST_TOLD]] for influences in found]
