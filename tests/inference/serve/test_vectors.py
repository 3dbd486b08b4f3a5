"""Columns of Arrow are held to the rules of single rows, and encoded as they are."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.inference.enums import FieldType
from apps.inference.serving.checking import fault_of
from apps.inference.serving.decoding import Decoder
from apps.inference.serving.vectors import vet
from tests.inference.serve.test_decoding import FIELDS, ROW, SIGNATURE

WRITTEN = {
    "a number": ["1.5", "-6", "", "x", "1e39", "1e400", "nan", "+3", ".5", "1,5"],
    "any": ["", "2", "-1e39"],
    "whole": ["3", "3.5", "121", "0", "-1"],
    "flag": ["true", "FAUX", "2", ""],
    "day": ["2026-01-31", "2026-02-30", "0000-01-01", "31/01/2026", ""],
    "colour": ["rouge", "vert", ""],
    "free": ["", "abcde", "abcdef"],
    "text": ["é" * 20, "é" * 21, "", "a\0b"],
}
FAULTS = {
    "a number": ["", "min_value", "null", "invalid", "max_value", "invalid", "invalid", "", "", "invalid"],
    "any": ["", "", "min_value"],
    "whole": ["", "invalid", "max_value", "min_value", "min_value"],
    "flag": ["", "", "invalid", "null"],
    "day": ["", "invalid", "invalid", "invalid", ""],
    "colour": ["", "invalid_choice", "invalid_choice"],
    "free": ["", "", "max_length"],
    "text": ["", "max_length", "blank", "invalid"],
}


def table(rows):
    return pa.RecordBatch.from_arrays(
        [pa.array([row.get(name) for row in rows]) for name in SIGNATURE.names], names=list(SIGNATURE.names)
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_in_letters_is_read(name):
    rows = [{key: "" if value is None else str(value).lower() for key, value in ROW.items()} for _v in WRITTEN[name]]
    for row, value in zip(rows, WRITTEN[name], strict=True):
        row["text"] = ROW["text"]
        row[name] = value

    vetted = vet(SIGNATURE, table(rows))

    told = vetted.faults[name].tolist()
    assert told[: len(FAULTS[name])] == FAULTS[name]
    assert set(vetted.faults) == {name}
    assert vetted.is_right.tolist() == [not each for each in told]


@settings(max_examples=50)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "a number": st.floats(allow_nan=False) | st.none(),
                "whole": st.integers(-5, 130) | st.none(),
                "flag": st.booleans() | st.none(),
                "day": st.dates() | st.none(),
                "colour": st.sampled_from(["rouge", "bleu", "vert"]) | st.none(),
                "text": st.text(st.characters(codec="utf-8"), max_size=25) | st.none(),
            }
        ),
        min_size=1,
        max_size=20,
    )
)
def test_typed_columns_are_held_to_the_rules_of_single_rows(changes):
    rows = [ROW | {"day": None} | change for change in changes]
    expected = [{each.name for each in FIELDS if fault_of(each, row[each.name])} for row in rows]

    vetted = vet(SIGNATURE, table(rows))

    told = [{name for name, codes in vetted.faults.items() if codes[rank]} for rank in range(len(rows))]
    assert told == expected
    right = [row for row, wrong in zip(rows, expected, strict=True) if not wrong]
    if right:
        alone = Decoder(SIGNATURE).check(right, max_rows=100).inputs
        for name, array in alone.items():
            assert vetted.inputs[name].shape == array.shape
            if array.dtype == object:
                assert vetted.inputs[name].tolist() == array.tolist()
            else:
                assert np.array_equal(vetted.inputs[name], array, equal_nan=True)


def test_a_column_that_is_not_there_is_missing():
    batch = table([ROW]).drop_columns(["text", "any"])

    vetted = vet(SIGNATURE, batch)

    assert {name: codes.tolist() for name, codes in vetted.faults.items()} == {"text": ["null"], "day": [""]} or (
        "text" in vetted.faults and "any" not in vetted.faults
    )


@pytest.mark.parametrize("field", [each for each in FIELDS if each.type != FieldType.TEXT and each.name != "free"])
def test_a_column_of_another_type_is_refused(field):
    other = [[1]] if field.type != FieldType.CATEGORY else [12]

    vetted = vet(SIGNATURE, table([ROW | {field.name: other[0]}]))

    assert vetted.faults[field.name].tolist() != [""]
