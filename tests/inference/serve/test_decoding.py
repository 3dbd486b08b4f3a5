"""What is let through is what the signature says, and finite; what is not is told, field by field, row by row."""

import math
from datetime import date, datetime

import numpy as np
import orjson
import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from apps.inference.encoding import encode
from apps.inference.enums import FieldType, Task, UnknownPolicy
from apps.inference.exceptions import BodyUnreadable, RowsRefused
from apps.inference.serving.checking import fault_of, faults_of
from apps.inference.serving.decoding import Decoder
from apps.inference.signature import Field, Output, Signature

FIELDS = (
    Field(name="a number", type=FieldType.NUMBER, minimum=-5, maximum=1e300),
    Field(name="any", type=FieldType.NUMBER, is_required=False),
    Field(name="whole", type=FieldType.INTEGER, minimum=0.5, maximum=120),
    Field(name="large", type=FieldType.INTEGER, is_required=False),
    Field(name="flag", type=FieldType.BOOLEAN),
    Field(name="day", type=FieldType.DATE, is_required=False),
    Field(name="colour", type=FieldType.CATEGORY, choices=("rouge", "bleu")),
    Field(name="free", type=FieldType.CATEGORY, unknown=UnknownPolicy.ACCEPT, max_length=5, is_required=False),
    Field(name="text", type=FieldType.TEXT, max_length=20),
)
SIGNATURE = Signature(task=Task.CLASSIFICATION, fields=FIELDS, output=Output(name="y", classes=("a", "b")))
DECODER = Decoder(SIGNATURE)
ROW = {
    "a number": 1.5,
    "any": None,
    "whole": 3,
    "large": 7,
    "flag": True,
    "day": "2026-01-31",
    "colour": "bleu",
    "free": "x",
    "text": "Été",
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 130),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([3.4028234663852886e38, 3.4028235e38, 1e39, -1e39, 2.0, -0.0, 2**63, 2**63 - 1, -(2**63)]),
    st.text(),
    st.sampled_from(["rouge", "ROUGE", "", "2026-02-30", "2026-1-1", "2026-01-01T00:00:00", "0000-01-01", "a\0b", "1"]),
    st.dates().map(str),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(), st.integers(), max_size=1),
)


def read(rows, **more):
    return DECODER.read(orjson.dumps({"rows": rows} | more), max_rows=10)


def refusal(rows, **more):
    with pytest.raises(RowsRefused) as refused:
        read(rows, **more)
    return {(fault.place, fault.code) for fault in refused.value.faults}


def test_rows_become_columns_and_arrays():
    checked = read([ROW, ROW | {"any": 2, "day": None}], top_k=2)

    assert (checked.count, checked.top_k) == (2, 2)
    assert dict(zip(SIGNATURE.names, checked.columns, strict=True))["any"] == (None, 2.0)
    assert checked.inputs["day.weekday"][:, 0].tolist()[0] == date(2026, 1, 31).weekday()
    assert np.isnan(checked.inputs["day.weekday"][1, 0])
    assert checked.inputs["text"].tolist() == [["Été"], ["Été"]]
    assert all(array.shape == (2, 1) for array in checked.inputs.values())


@given(name=st.sampled_from([field.name for field in FIELDS]), value=VALUES)
def test_the_decoder_and_the_words_agree_on_every_value(name, value):
    try:
        sent = orjson.dumps({"rows": [ROW | {name: value}]})
    except TypeError:  # no JSON: a whole number of more than 64 bits, half a character
        return
    faults = faults_of(SIGNATURE, [ROW | {name: value}])

    if faults:
        with pytest.raises(RowsRefused) as refused:
            DECODER.read(sent, max_rows=10)
        assert [(fault.path, fault.code) for fault in refused.value.faults] == [(("rows", 0, name), faults[0].code)]
    else:
        checked = DECODER.read(sent, max_rows=10)
        for each in FIELDS:
            if each.type.is_numeric:
                array = checked.inputs[each.name]
                assert np.isfinite(array).all() or (ROW | {name: value})[each.name] is None


@given(name=st.sampled_from([field.name for field in FIELDS]), value=st.one_of(VALUES, st.floats(), st.datetimes()))
def test_rows_of_python_values_are_held_to_the_same(name, value):
    rows = [ROW | {name: value}]

    if fault_of(SIGNATURE.field(name), value):
        with pytest.raises(RowsRefused) as refused:
            DECODER.check(rows, max_rows=10)
        assert refused.value.faults[0].path == ("rows", 0, name)
    else:
        checked = DECODER.check(rows, max_rows=10)
        assert not any(np.isinf(array).any() for array in checked.inputs.values() if array.dtype == np.float32)


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"a number": "1"}, {("rows[1].a number", "invalid")}),
        ({"a number": None}, {("rows[1].a number", "null")}),
        ({"a number": -6}, {("rows[1].a number", "min_value")}),
        ({"a number": 1e39}, {("rows[1].a number", "max_value")}),
        ({"whole": 121}, {("rows[1].whole", "max_value")}),
        ({"whole": 0}, {("rows[1].whole", "min_value")}),
        ({"whole": 1.5}, {("rows[1].whole", "invalid")}),
        ({"flag": 1}, {("rows[1].flag", "invalid")}),
        ({"day": "2026-02-30"}, {("rows[1].day", "invalid")}),
        ({"colour": "vert"}, {("rows[1].colour", "invalid_choice")}),
        ({"free": "abcdef"}, {("rows[1].free", "max_length")}),
        ({"text": ""}, {("rows[1].text", "blank")}),
        ({"text": "a\0"}, {("rows[1].text", "invalid")}),
        ({"text": "é" * 21, "flag": "x"}, {("rows[1].text", "max_length"), ("rows[1].flag", "invalid")}),
        ({"other": 1}, {("rows[1].other", "unknown_field")}),
    ],
)
def test_each_fault_names_its_field_and_its_row(change, faults):
    assert refusal([ROW, ROW | change]) == faults


def test_a_field_that_is_left_out_is_named():
    assert refusal([{}]) >= {("rows[0].text", "required"), ("rows[0].flag", "required")}


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        ([], "", "invalid"),
        ({}, "rows", "required"),
        ({"rows": []}, "rows", "empty"),
        ({"rows": ROW}, "rows", "not_a_list"),
        ({"rows": [ROW] * 11}, "rows", "max_length"),
        ({"rows": [[1]]}, "rows[0]", "invalid"),
        ({"rows": [ROW], "top_k": 0}, "top_k", "invalid"),
        ({"rows": [ROW], "top_k": True}, "top_k", "invalid"),
        ({"rows": [ROW], "topk": 1}, "topk", "unknown_field"),
    ],
)
def test_a_body_of_another_form_is_refused(body, place, code):
    with pytest.raises(RowsRefused) as refused:
        DECODER.read(orjson.dumps(body), max_rows=10)

    assert [(fault.place, fault.code) for fault in refused.value.faults] == [(place, code)]


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"rows": [NaN]}', b"\xff", b'{"rows": [{"text": "\\ud800"}]}', b"[" * 3000]
)
def test_what_is_not_json_is_refused(body):
    with pytest.raises((BodyUnreadable, RowsRefused)):
        DECODER.read(body, max_rows=10)


def test_at_most_a_hundred_faults_are_told():
    assert len(faults_of(SIGNATURE, [{}] * 1000)) == 100


def test_the_categories_that_are_known_are_told():
    with override("en"):
        _code, message = fault_of(SIGNATURE.field("colour"), "vert")

    assert message == "One of these is expected: “rouge”, “bleu”."


def test_columns_of_tensors_are_held_to_the_same():
    columns = {name: [value, value] for name, value in ROW.items()} | {"day": [date(2026, 1, 31), None]}

    checked = DECODER.check_columns(columns | {"any": [math.nan, 1.0], "whole": [3.0, 4.0]}, max_rows=10)

    assert checked.columns[1] == [None, 1.0]
    assert checked.columns[2] == [3, 4]
    with pytest.raises(RowsRefused) as refused:
        DECODER.check_columns(columns | {"whole": [3.5, math.inf], "more": [1, 1]}, max_rows=10)
    assert {fault.place for fault in refused.value.faults} == {"inputs.whole[0]", "inputs.whole[1]", "inputs.more"}


def test_an_instant_is_no_date():
    with pytest.raises(RowsRefused):
        DECODER.check([ROW | {"day": datetime(2026, 1, 31)}], max_rows=10)  # noqa: DTZ001 -- what a careless program sends


@given(st.lists(st.floats(-1e38, 1e38), min_size=1, max_size=5))
def test_numbers_encoded_together_are_those_encoded_alone(values):
    fields = tuple(Field(name=f"f{rank}", type=FieldType.NUMBER) for rank in range(len(values)))
    together = encode(
        Signature(task=Task.REGRESSION, fields=fields, output=Output(name="y")),
        {field.name: [value, None] for field, value in zip(fields, values, strict=True)},
    )

    for field, value in zip(fields, values, strict=True):
        assert together[field.name][0, 0] == np.float32(value)
        assert np.isnan(together[field.name][1, 0])
        assert together[field.name].flags.c_contiguous
