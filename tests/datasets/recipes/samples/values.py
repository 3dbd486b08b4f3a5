"""Steps that read numbers, dates and measures as people write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from apps.datasets.enums import ColumnType
from tests.datasets.recipes.cleaned import column
from tests.datasets.recipes.samples.sample import Sample, in_column

NBSP, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"
FLOAT, DECIMAL, DATE, DATETIME = ColumnType.FLOAT, ColumnType.DECIMAL, ColumnType.DATE, ColumnType.DATETIME

SAMPLES: dict[str, Sample] = {
    "cast": Sample(steps=[{"step": "cast", "columns": {"value": "integer"}}], rows={"12": "12", "x": "<not_a_number>"}),
    "fill after numbers were read": Sample(
        steps=[{"step": "parse_number", "columns": ["value"]}, {"step": "fill", "columns": {"value": "1_0"}}],
        columns=[column("value", FLOAT)],
        rows={"1,5": 1.5, "": "<not_a_number>"},
    ),
    "parse_number": in_column(
        FLOAT,
        {"step": "parse_number"},
        {f"1{NARROW}234,5": 1234.5, f"{MINUS}3": -3.0, "1.5": "<not_a_number>", "12 %": "<not_a_number>", "": None},
    ),
    "parse_number with units": in_column(
        DECIMAL,
        {"step": "parse_number", "units": ["€", "EUR", "k€", "$"], "parentheses": "negative"},
        {
            "1 234,50 €": Decimal("1234.50"),
            "12 k€": Decimal(12),
            f"€{NBSP}5": Decimal(5),
            "(1 234,5 EUR)": Decimal("-1234.5"),
            "$3": Decimal(3),
            "(5": "<not_a_number>",
            "(-5)": "<not_a_number>",
            "€": "<not_a_number>",
            "5 kg": "<not_a_number>",
            "": None,
        },
    ),
    "parse_number of shares": in_column(
        DECIMAL,
        {"step": "parse_number", "percent": True},
        {
            "12,5 %": Decimal("0.125"),
            "-1 234 %": Decimal("-12.34"),
            "7%": Decimal("0.07"),
            "0,5": Decimal("0.5"),
            "%": "<not_a_number>",
            "5 %%": "<not_a_number>",
        },
    ),
    "parse_number of shares as floats": in_column(
        FLOAT, {"step": "parse_number", "percent": True, "locale": "en"}, {"12.3%": 0.123, "29%": 0.29, ".5 %": 0.005}
    ),
    "parse_date": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%d/%m/%Y", "%Y-%m-%d"]},
        {"03/04/2024": date(2024, 4, 3), "2024-02-30": "<not_a_date>", "": None, "3/4/2024\n": date(2024, 4, 3)},
    ),
    "parse_date with names": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%d %B %Y", "%A %d %B %Y", "%B %d, %Y", "%d-%B-%y"]},
        {
            "3 janvier 2024": date(2024, 1, 3),
            "12 févr. 2023": date(2023, 2, 12),
            "lundi 3 mars 2024": date(2024, 3, 3),
            f"1er{NBSP}AOÛT  2024": date(2024, 8, 1),
            "Mar. 5 Décembre 2023": date(2023, 12, 5),
            "March 3rd, 2024": date(2024, 3, 3),
            "04-Sept-98": date(1998, 9, 4),
            "31 juin 2024": "<not_a_date>",
            "3 brumaire 2024": "<not_a_date>",
            "": None,
        },
    ),
    "parse_date in both orders": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d"]},
        {
            "03/04/2024": "<ambiguous_date>",
            "13/04/2024": date(2024, 4, 13),
            "04/13/2024": date(2024, 4, 13),
            "04/04/2024": date(2024, 4, 4),
            "2024/04/03": date(2024, 4, 3),
            "x": "<not_a_date>",
            "": None,
        },
    ),
    "parse_date with the day first": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%m/%d/%Y", "%d/%m/%Y"], "ambiguous": "day_first"},
        {"03/04/2024": date(2024, 4, 3), "04/13/2024": date(2024, 4, 13)},
    ),
    "parse_date with the month first": in_column(
        DATE,
        {"step": "parse_date", "formats": ["%d/%m/%Y", "%m/%d/%Y"], "ambiguous": "month_first"},
        {"03/04/2024": date(2024, 3, 4), "13/04/2024": date(2024, 4, 13)},
    ),
    "parse_date with a zone": in_column(
        DATETIME,
        {"step": "parse_date", "formats": ["iso", "%d/%m/%Y %H:%M:%S.%f%z", "%d %B %Y à %H h %M"]},
        {
            "2024-05-06T07:08:09.5+02:00": datetime(2024, 5, 6, 5, 8, 9, 500000, tzinfo=UTC),
            "2024-05-06": datetime(2024, 5, 6, tzinfo=UTC),
            "06/05/2024 07:08:09.25Z": datetime(2024, 5, 6, 7, 8, 9, 250000, tzinfo=UTC),
            "06/05/2024 07:08:09.1-0330": datetime(2024, 5, 6, 10, 38, 9, 100000, tzinfo=UTC),
            "6 mai 2024 À 17 h 05": datetime(2024, 5, 6, 17, 5, tzinfo=UTC),
            "2024-05-06T25:00": "<not_a_date>",
        },
    ),
    "convert_unit": in_column(
        FLOAT,
        {"step": "convert_unit", "unit": "ft", "to": "m"},
        {"10": 3.048, "-1.5e2": -45.72, "": None, "x": "<not_a_number>", "1_0": "<not_a_number>", "1e308": 3.048e307},
        unit="meter",
    ),
    "convert_unit of temperatures": in_column(
        FLOAT,
        {"step": "convert_unit", "unit": "degF", "to": "degC"},
        {"212": 100.0, "-40": -40.0, "1e-7": -17.777777722222222},
    ),
    "convert_unit of numbers as people write them": Sample(
        steps=[
            {"step": "parse_number", "columns": ["value"]},
            {"step": "convert_unit", "columns": ["value"], "unit": "mg/dL", "to": "g/L"},
        ],
        columns=[column("value", FLOAT)],
        rows={"1 200,5": 12.005, "x": "<not_a_number>"},
    ),
}
