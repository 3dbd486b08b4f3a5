"""What reads as each type and what does not: the table of hard values, through DuckDB."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.datasets.enums import ColumnType
from tests.datasets.recipes.cleaned import read_cells

NBSP, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"

EMPTY = {"": None, " ": None, f" {NBSP}\t{NARROW}\n": None}

INTEGERS = EMPTY | {
    "12": 12,
    " 12 ": 12,
    f"{NBSP}12{NARROW}": 12,
    "+5": 5,
    "-0": 0,
    "007": 7,
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
    "9223372036854775808": "<out_of_range>",
    "1.5": "<not_an_integer>",
    "1.0": "<not_an_integer>",
    "1e5": "<not_an_integer>",
    "--5": "<not_a_number>",
    "+-5": "<not_a_number>",
    "1 234": "<not_a_number>",
    "1_000": "<not_a_number>",
    "0x1F": "<not_a_number>",
    "١٢": "<not_a_number>",
    "12\n13": "<not_a_number>",
    f"{MINUS}5": "<not_a_number>",
    "NaN": "<not_a_number>",
    "inf": "<not_a_number>",
    "true": "<not_a_number>",
    "1\x002": "<not_a_number>",
}
FLOATS = EMPTY | {
    "1.5": 1.5,
    ".5": 0.5,
    "5.": 5.0,
    "1e5": 100_000.0,
    "-2.5E-3": -0.0025,
    "1.7976931348623157e308": 1.7976931348623157e308,
    "1e-999": 0.0,
    "1e999": "<out_of_range>",
    "-1e999": "<out_of_range>",
    "1,5": "<not_a_number>",
    "NaN": "<not_a_number>",
    "inf": "<not_a_number>",
    "-Infinity": "<not_a_number>",
    "1e": "<not_a_number>",
    ".": "<not_a_number>",
    "+": "<not_a_number>",
    "12 %": "<not_a_number>",
}
DECIMALS = EMPTY | {
    "123.45": Decimal("123.45"),
    "-123.4500": Decimal("-123.45"),
    "000123.45": Decimal("123.45"),
    "999.99": Decimal("999.99"),
    ".5": Decimal("0.50"),
    "5.": Decimal("5.00"),
    "123.456": "<out_of_range>",
    "1000": "<out_of_range>",
    "1e2": "<out_of_range>",
    "1e": "<not_a_number>",
    ".": "<not_a_number>",
    "-": "<not_a_number>",
    "NaN": "<not_a_number>",
}
BOOLEANS = EMPTY | {
    "true": True,
    "VRAI": True,
    "Oui": True,
    "o": True,
    "1": True,
    "no": False,
    "Faux": False,
    "n": False,
    "0": False,
    "2": "<not_a_boolean>",
    "peut-être": "<not_a_boolean>",
    "1.0": "<not_a_boolean>",
}
DATES = EMPTY | {
    "2024-02-29": date(2024, 2, 29),
    "0001-01-01": date(1, 1, 1),
    "9999-12-31": date(9999, 12, 31),
    "0000-01-01": "<out_of_range>",
    "2023-02-29": "<not_a_date>",
    "2024-13-01": "<not_a_date>",
    "2024-1-5": "<not_a_date>",
    "10000-01-01": "<not_a_date>",
    "-0044-03-15": "<not_a_date>",
    "2024-01-01 (BC)": "<not_a_date>",
    "2024-01-01T00:00:00": "<not_a_date>",
    "31/12/2024": "<not_a_date>",
    "infinity": "<not_a_date>",
    "today": "<not_a_date>",
}
DATETIMES = EMPTY | {
    "2024-05-06T07:08:09Z": datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
    "2024-05-06 07:08:09": datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
    "2024-05-06T07:08": datetime(2024, 5, 6, 7, 8, tzinfo=UTC),
    "2024-05-06": datetime(2024, 5, 6, tzinfo=UTC),
    "2024-05-06T07:08:09.123456+02:00": datetime(2024, 5, 6, 5, 8, 9, 123456, tzinfo=UTC),
    "2024-05-06T07:08:09.123456000": datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC),
    "2024-05-06T07:08:09-0330": datetime(2024, 5, 6, 10, 38, 9, tzinfo=UTC),
    "2024-05-06T00:08:09+02": datetime(2024, 5, 5, 22, 8, 9, tzinfo=UTC),
    "0001-01-01T00:00:00+02:00": "<out_of_range>",
    "9999-12-31T23:59:59-01:00": "<out_of_range>",
    "2024-05-06T24:00:00": "<not_a_date>",
    "2024-05-06T07:08:60": "<not_a_date>",
    "2024-05-06T07:08:09.123456789": "<not_a_date>",
    "2024-02-30T07:08:09": "<not_a_date>",
    "2024-05-06T07:08:09 Europe/Paris": "<not_a_date>",
    "now": "<not_a_date>",
}

FRENCH = EMPTY | {
    "1 234,56": 1234.56,
    f"1{NBSP}234,56": 1234.56,
    f"1{NARROW}234{NARROW}567,8": 1234567.8,
    "1\u2009234": 1234.0,
    "1234,5": 1234.5,
    ",5": 0.5,
    "12": 12.0,
    f"{MINUS}3,2": -3.2,
    "+5": 5.0,
    "1,5e-3": 0.0015,
    "1234.5": "<not_a_number>",
    "1.234,56": "<not_a_number>",
    "1 23,4": "<not_a_number>",
    "12 34": "<not_a_number>",
    "1 234 ,5": "<not_a_number>",
    "1,2,3": "<not_a_number>",
    "--5": "<not_a_number>",
    "١٢": "<not_a_number>",
    "NaN": "<not_a_number>",
    "12 %": "<not_a_number>",
    "1e999": "<out_of_range>",
}
ENGLISH = {
    "1,234.5": 1234.5,
    "1234.5": 1234.5,
    "1,234,567": 1234567.0,
    "12,34": "<not_a_number>",
    "1 234": "<not_a_number>",
    "1.234,5": "<not_a_number>",
}
FRENCH_DATES = EMPTY | {
    "29/02/2024": date(2024, 2, 29),
    "1/2/2024": date(2024, 2, 1),
    f"{NBSP}01/02/2024 ": date(2024, 2, 1),
    "2024-02-01": date(2024, 2, 1),
    "12/31/2024": date(2024, 12, 31),
    "31/12/2024": date(2024, 12, 31),
    "5/6/2024": date(2024, 6, 5),
    "31/02/2024": "<not_a_date>",
    "29/02/2023": "<not_a_date>",
    "1/2/24": "<not_a_date>",
    "01/01/0000": "<not_a_date>",
    "01/02/2024 10:00": "<not_a_date>",
    "001/02/2024": "<not_a_date>",
    "01.02.2024": "<not_a_date>",
}


@pytest.mark.parametrize(
    ("kind", "table", "options"),
    [
        (ColumnType.INTEGER, INTEGERS, {}),
        (ColumnType.FLOAT, FLOATS, {}),
        (ColumnType.DECIMAL, DECIMALS, {"digits": 5, "decimals": 2}),
        (ColumnType.BOOLEAN, BOOLEANS, {}),
        (ColumnType.DATE, DATES, {}),
        (ColumnType.DATETIME, DATETIMES, {}),
    ],
)
def test_what_the_steps_leave_is_read_strictly(tmp_path, kind, table, options):
    assert dict(zip(table, read_cells(tmp_path, kind, list(table), **options), strict=True)) == table


@pytest.mark.parametrize(("locale", "table"), [("fr", FRENCH), ("en", ENGLISH)])
def test_numbers_are_read_as_their_language_writes_them(tmp_path, locale, table):
    step = {"step": "parse_number", "columns": ["value"], "locale": locale}

    assert dict(zip(table, read_cells(tmp_path, ColumnType.FLOAT, list(table), step), strict=True)) == table


def test_dates_are_read_in_the_first_format_in_which_they_exist(tmp_path):
    step = {"step": "parse_date", "columns": ["value"], "formats": ["%d/%m/%Y", "%Y-%m-%d", "%m/%d/%Y"]}
    step["ambiguous"] = "day_first"

    cells = list(FRENCH_DATES)

    assert dict(zip(cells, read_cells(tmp_path, ColumnType.DATE, cells, step), strict=True)) == FRENCH_DATES


def test_years_of_two_digits_have_to_be_asked_for(tmp_path):
    step = {"step": "parse_date", "columns": ["value"], "formats": ["%d/%m/%y"]}

    read = read_cells(tmp_path, ColumnType.DATE, ["1/2/24", "1/2/68", "1/2/69", "1/2/2024"], step)

    assert read == [date(2024, 2, 1), date(2068, 2, 1), date(1969, 2, 1), "<not_a_date>"]


def test_a_date_with_its_hour_becomes_an_instant(tmp_path):
    step = {"step": "parse_date", "columns": ["value"], "formats": ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H h %M"]}

    read = read_cells(
        tmp_path, ColumnType.DATETIME, ["05/06/2024 7:08:09", "05/06/2024 17 h 08", "05/06/2024 24:00:00"], step
    )

    assert read == [
        datetime(2024, 6, 5, 7, 8, 9, tzinfo=UTC),
        datetime(2024, 6, 5, 17, 8, tzinfo=UTC),
        "<not_a_date>",
    ]


def test_a_number_with_decimals_does_not_become_a_whole_number(tmp_path):
    step = {"step": "parse_number", "columns": ["value"]}

    read = read_cells(tmp_path, ColumnType.INTEGER, ["1 234", "1 234,5", "1 234,0", "x"], step)

    assert read == [1234, "<not_an_integer>", "<not_an_integer>", "<not_a_number>"]


def test_exact_decimals_are_exact(tmp_path):
    step = {"step": "parse_number", "columns": ["value"]}
    cells = ["12 345 678 901 234 567,123456", "0,1", "0,1234567"]

    read = read_cells(tmp_path, ColumnType.DECIMAL, cells, step, digits=23, decimals=6)

    assert read == [Decimal("12345678901234567.123456"), Decimal("0.1"), "<out_of_range>"]


@pytest.mark.parametrize(
    ("kind", "cells", "read"),
    [
        (
            "integer",
            ["007", "1.5", "x", "", "9" * 30],
            ["007", "<not_an_integer>", "<not_a_number>", None, "<out_of_range>"],
        ),
        ("boolean", ["Oui", "2"], ["Oui", "<not_a_boolean>"]),
        ("date", ["2024-02-29", "2023-02-29"], ["2024-02-29", "<not_a_date>"]),
        ("text", ["a"], ["a"]),
    ],
)
def test_a_text_may_have_to_read_as_something_and_stays_as_it_is_written(tmp_path, kind, cells, read):
    step = {"step": "cast", "columns": {"value": kind}}

    assert read_cells(tmp_path, ColumnType.TEXT, cells, step) == read


def test_a_number_may_have_to_be_whole(tmp_path):
    step = {"step": "cast", "columns": {"value": "integer"}}

    assert read_cells(tmp_path, ColumnType.FLOAT, ["2", "2.5"], step) == [2.0, "<not_an_integer>"]


def test_only_what_is_empty_is_filled(tmp_path):
    step = {"step": "fill", "columns": {"value": "non"}}

    assert read_cells(tmp_path, ColumnType.BOOLEAN, ["oui", " ", None, "x"], step) == [
        True,
        False,
        False,
        "<not_a_boolean>",
    ]


def test_texts_keep_their_blanks_until_a_step_takes_them(tmp_path):
    cells = [" a b ", f"{NBSP}c", " ", None, "\ufeffd\u3000"]

    assert read_cells(tmp_path, ColumnType.TEXT, cells) == [" a b ", f"{NBSP}c", None, None, "\ufeffd\u3000"]
    assert read_cells(tmp_path, ColumnType.TEXT, cells, {"step": "trim"}) == ["a b", "c", None, None, "d"]


def test_texts_that_postgresql_cannot_hold_are_rejected(tmp_path):
    cells = ["a\x00b", "abcde", "é🤦🏼x", "abcdef", "a\tb"]

    read = read_cells(tmp_path, ColumnType.TEXT, cells, max_length=5)

    assert read == ["<control_character>", "abcde", "é🤦🏼x", "<out_of_range>", "a\tb"]


def test_what_is_empty_is_missing_where_it_is_required(tmp_path):
    for kind in ColumnType:
        assert read_cells(tmp_path, kind, ["", " ", None], is_required=True) == ["<missing>"] * 3
