"""Golden rows: a few rows with the answers of the day a model was made, which whoever opens it asks again.

They are kept in the database with the version, and must say nothing of anyone: texts, and fields that are sensitive,
are made up; the others are those of the test set.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from apps.core.gates import Check
from apps.inference.encoding import Array, encode
from apps.inference.enums import FieldType
from apps.inference.packaging.parity import count_changed, gap
from apps.inference.packaging.samples import made_up
from apps.inference.predictors import Answers, Predictor
from apps.inference.signature import Field, Signature
from apps.inference.trained import Rows

ROWS = 32
# The same bytes, by the same runtime, on another processor.
TOLERANCE = 1e-4
NAME = "golden_rows"


def make_golden(predictor: Predictor, signature: Signature, rows: Rows) -> dict[str, Any]:
    """Golden rows, as JSON: `{"rows": [{field: value}], "probabilities": [[…]]}`, or `"values": […]`."""
    columns = {
        field.name: [_kept(field, rows, number) for number in range(min(ROWS, len(rows)))] for field in signature.fields
    }
    answers = predictor.predict(encode(signature, columns))
    written = {field.name: [_written(field, value) for value in columns[field.name]] for field in signature.fields}
    golden: dict[str, Any] = {
        "rows": [dict(zip(written, values, strict=True)) for values in zip(*written.values(), strict=True)]
    }
    return golden | {"values" if answers.probabilities is None else "probabilities": answers.array.tolist()}


def check_golden(predictor: Predictor, signature: Signature, golden: Mapping[str, Any]) -> Check:
    """Whether this model answers as it did: the largest gap, of a probability or as a part of the largest value."""
    import numpy as np

    given = predictor.predict(inputs_of_golden(signature, golden))
    kind = "probabilities" if "probabilities" in golden else "values"
    wanted = Answers(**{kind: np.array(golden[kind], np.float32)})
    apart = gap(wanted, given)
    passed = apart <= TOLERANCE and count_changed(wanted, given, TOLERANCE) == 0
    return Check(name=NAME, passed=passed, measured=f"{apart:.3g}", expected=f"{TOLERANCE:g}")


def inputs_of_golden(signature: Signature, golden: Mapping[str, Any]) -> dict[str, Array]:
    """The golden rows as a model is asked them."""
    columns = {field.name: [_read(field, row[field.name]) for row in golden["rows"]] for field in signature.fields}
    return encode(signature, columns)


def _kept(field: Field, rows: Rows, number: int) -> Any:
    if field.is_sensitive or field.type == FieldType.TEXT:
        return made_up(field, number)
    return rows.columns[field.name][number]


def _written(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.type == FieldType.DATE:
        return f"{value:%Y-%m-%d}"  # of an instant, the day alone is asked
    if field.type == FieldType.BOOLEAN:
        return bool(value)
    if field.type == FieldType.INTEGER:
        return int(value)
    return float(value) if field.type == FieldType.NUMBER else str(value)


def _read(field: Field, value: Any) -> Any:
    return date.fromisoformat(value) if field.type == FieldType.DATE and value else value
