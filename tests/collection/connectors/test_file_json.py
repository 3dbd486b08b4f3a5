"""JSON and JSON Lines: which records there are, whatever surrounds them."""

import json

import pytest

from apps.collection.connectors.file.exceptions import (
    DamagedFile,
    EmptyFile,
    NoRecordsThere,
    RecordTooLong,
    TruncatedFile,
)
from apps.collection.connectors.file.formats import json_lines, json_tree
from tests.collection.connectors.formats import RECORDS, read

__all__ = ["read"]


def test_lines_that_are_no_records_are_set_aside_and_the_others_are_read(read):
    content = b'{"a":1}\n{"a":\n[1]\n\n{"a":"\xff"}\n{"a":"x\\u0000"}\nNaN\n{"a":2}'

    _stream, rows, rejected = read(content)

    assert [(row["a"], row["_row"]) for row in rows] == [("1", 1), ("2", 7)]
    assert [(row, reason) for row, reason, _details in rejected] == [
        (2, "not_a_record"),
        (3, "not_a_record"),
        (4, "invalid_encoding"),
        (5, "control_character"),
        (6, "not_a_record"),
    ]
    assert rejected[1][2] == {"found": "array"}


def test_records_need_not_all_have_the_same_columns(read):
    stream, rows, _rejected = read(b'{"a":1}\n{"b":null,"a":""}\n{"c":true}\n')

    assert stream.is_sparse
    assert rows == [
        {"a": "1", "b": None, "c": None, "_row": 1},
        {"a": "", "b": None, "c": None, "_row": 2},
        {"a": None, "b": None, "c": "true", "_row": 3},
    ]


def test_keys_that_cannot_be_columns_become_some(read):
    _stream, rows, _rejected = read(b'{"_row":1," ":2,"A":3,"a":4}\n{"_row":5}\n')

    assert rows[0] == {"_row_2": "1", "column_2": "2", "A": "3", "a_2": "4", "_row": 1}


def test_numbers_keep_every_digit(read):
    content = b'{"n":123456789012345678901234567890,"x":0.1234567890123456789,"s":"123456789012345678901"}\n{"n":1.5}\n'

    _stream, rows, _rejected = read(content)

    assert rows[0] == {
        "n": "123456789012345678901234567890",
        "x": "0.1234567890123456789",
        "s": "123456789012345678901",
        "_row": 1,
    }


def test_a_line_longer_than_any_record_is_set_aside(read, monkeypatch):
    monkeypatch.setattr(json_lines, "MAX_RECORD", 1000)
    content = b'{"a":1}\n{"a":"' + b"x" * 5_000_000 + b'"}\n{"a":3}\n'

    _stream, rows, rejected = read(content)

    assert [row["_row"] for row in rows] == [1, 3]
    assert [(row, reason) for row, reason, _details in rejected] == [(2, "cell_too_long")]


@pytest.mark.parametrize("size", range(1, 40))
def test_a_json_cut_anywhere_into_pieces_is_read_the_same(size):
    content = json.dumps({"a": [1, {"x": "]}"}], 'é\\"': 1.5, "d": {"items": RECORDS[:3], "z": 1}}).encode()
    pieces = [json_tree.Piece(content[i : i + size], i) for i in range(0, len(content), size)]
    text = json_tree.Text(pieces, is_whole=True)

    json_tree.enter(text, ("d", "items"))
    found = [item for items in json_tree.items(text, lambda data: json.loads(b"[%b]" % data)) for item in items]

    assert found == RECORDS[:3]


def test_the_list_that_goes_on_longest_is_that_of_the_records(read):
    content = json.dumps({"links": [{"rel": "next"}], "data": {"items": RECORDS}, "more": [{"a": 1}]}).encode()

    stream, rows, _rejected = read(content)

    assert stream.details["path"] == ["data", "items"]
    assert len(rows) == 40


def test_an_object_without_a_list_is_one_record(read):
    _stream, rows, _rejected = read(b'{"a": 1, "b": {"c": [1, 2]}}')

    assert rows == [{"a": "1", "b": '{"c":[1,2]}', "_row": 1}]


def test_a_path_that_leads_nowhere_is_told(read):
    with pytest.raises(NoRecordsThere, match=r"data\.rows"):
        read(b'{"data": {"items": [{"a": 1}]}}', records_path="data.rows")


def test_items_that_are_no_records_are_set_aside(read):
    _stream, rows, rejected = read(b'[{"a":1}, 2, {"a":3}, {"b" 4}, {"a":5}]')

    assert [(row["a"], row["_row"]) for row in rows] == [("1", 1), ("3", 3), ("5", 5)]
    assert [(row, details["found"]) for row, _reason, details in rejected] == [(2, "number"), (4, "invalid")]


def test_what_follows_a_list_is_not_passed_over_in_silence(read):
    with pytest.raises(DamagedFile, match="at: 10"):
        read(b'[{"a":1}]\n[{"a":2}]')


@pytest.mark.parametrize("content", [b"[]", b"[ ]\n", b'{"a": []', b"{"])
def test_a_json_without_a_record_is_told(read, content):
    with pytest.raises((EmptyFile, TruncatedFile, DamagedFile)):
        read(content, format="json")


def test_an_item_that_never_ends_does_not_fill_the_memory(read, monkeypatch):
    monkeypatch.setattr(json_tree, "MAX_ITEM", 1000)

    with pytest.raises(RecordTooLong):
        read(b'[{"a":1},{"a":"' + b"x" * 20_000_000 + b'"}]')
