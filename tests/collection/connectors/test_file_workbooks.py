"""Workbooks: which cells are a table, and how large they may be."""

import datetime as dt

import pytest

from apps.collection.connectors.file.exceptions import (
    DamagedFile,
    DecompressionBomb,
    EmptyFile,
    EncryptedFile,
    NoSuchSheet,
    TooManyCells,
)
from tests.collection.connectors.formats import INSTANT, read
from tests.collection.connectors.workbooks import ods, xlsx

__all__ = ["read"]


def test_cells_land_as_the_workbook_shows_them(read):
    row = [1.0, 1.5, 552100554.0, "  01", True, dt.date(2024, 12, 31), INSTANT, None, "x"]

    stream, rows, _rejected = read(xlsx([[f"c{rank}" for rank in range(9)], row, row]))

    assert list(rows[0].values())[:9] == [
        "1", "1.5", "552100554", "  01", "true", "2024-12-31", "2024-12-31T08:30:00", None, "x",
    ]  # fmt: skip
    assert [column.proposed_type for column in stream.columns][5:7] == ["date", "datetime"]


def test_a_title_and_blank_rows_stand_above_a_table(read):
    table = [[None, "Report 2024"], [], [None, "name", "age"], [None, "Anne", 20], [], [None, "Zoé", 30]]

    for content in (xlsx(table), ods(table)):
        stream, rows, _rejected = read(content)

        assert stream.details["first_row"] == 3
        assert rows == [{"name": "Anne", "age": "20", "_row": 1}, {"name": "Zoé", "age": "30", "_row": 2}]


@pytest.mark.parametrize(("sheet", "expected"), [(None, "b"), ("Data", "c"), ("1", "a"), ("3", "c")])
def test_a_sheet_is_chosen_by_its_name_or_its_position(read, sheet, expected):
    sheets = [[[name], ["1"]] for name in "abc"]

    _stream, rows, _rejected = read(xlsx(*sheets, names=["Hidden", "First", "Data"], hidden=["Hidden"]), sheet=sheet)

    assert rows == [{expected: "1", "_row": 1}]


def test_a_sheet_that_is_not_there_is_told(read):
    with pytest.raises(NoSuchSheet, match="2024"):
        read(xlsx([["a"], ["1"]]), sheet="2024")


def test_the_row_of_the_names_may_be_told(read):
    _stream, rows, _rejected = read(xlsx([["x", "y"], ["a", "b"], ["1", "2"]]), header_row=2)

    assert rows == [{"a": "1", "b": "2", "_row": 1}]


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "content",
    [
        xlsx(FAR),
        xlsx(FAR.replace('"', "'").replace("r=", "r =")),
        xlsx([["a"]], **{"other/place.xml": FAR}),
        ods(
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float" '
            'office:value="1" table:number-columns-repeated="1000"/></table:table-row>'
        ),
        ods(
            '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
            '<table:table-row><table:table-cell table:number-columns-repeated="16000"/>'
            '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
        ),
    ],
)
def test_cells_that_stand_far_apart_do_not_fill_the_memory(read, content):
    with pytest.raises(TooManyCells):
        read(content)


def test_a_workbook_that_swells_is_refused_before_it_is_opened(read):
    with pytest.raises(DecompressionBomb):
        read(xlsx([["a"]], **{"xl/media/x.xml": "0" * 100_000_000}))


def test_empty_rows_below_a_table_are_no_cells(read):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    row = f"<table:table-row>{cell}</table:table-row>"
    empty = (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )

    _stream, rows, _rejected = read(ods(row.format("a") + row.format("1") + empty))

    assert rows == [{"a": "1", "_row": 1}]


def test_a_workbook_with_a_password_is_told(read):
    with pytest.raises(EncryptedFile):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x11" * 5000, xlsx("<row r='1'><c")])
def test_a_workbook_that_makes_no_sense_is_damaged_or_empty(read, content):
    with pytest.raises((DamagedFile, EmptyFile)):
        read(content)
