"""The language of expressions: what it means, the same on each engine, and what is not of it."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.datasets.recipes.expressions import ExpressionRefused, Kind, bind, columns_of, kind_of, written
from tests.datasets.recipes.engines import SPARK_GROUP, on_duckdb, on_spark

ROWS = ibis.table(
    {
        "age": "int64",
        "price": "decimal(18, 6)",
        "weight": "float64",
        "town": "string",
        "code": "string",
        "born_on": "date",
        "seen_at": "timestamp('UTC')",
        "is_open": "boolean",
    },
    name="visits",
)
COLUMNS = {name: ROWS[name] for name in ROWS.columns}
CELLS = {
    "age": [34, 17, None, -(2**63), 2**63 - 1],
    "price": [Decimal("12.500000"), Decimal("-0.000001"), None, Decimal("999999999999.999999"), Decimal("2.5")],
    "weight": [72.5, -0.125, None, 1e300, 2.675],
    "town": ["Saint-Égrève", " l'Isle\u00a0", None, "", "a\\b%_\n"],
    "code": ["38", " 1 000", None, "2024-02-29", "1e3"],
    "born_on": [date(1990, 2, 28), date(2007, 12, 31), None, date(1, 1, 1), date(9999, 12, 31)],
    "seen_at": [
        datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 3, 1, tzinfo=UTC),
        None,
        datetime(1969, 12, 31, 12, tzinfo=UTC),
        datetime(2030, 1, 1, 1, 2, 3, tzinfo=UTC),
    ],
    "is_open": [True, False, None, True, False],
}
# What each gives of the first row, then of the third, where all is null.
MEANINGS = {
    "age >= 18": (True, None),
    "age > -5 and not is_open": (False, None),
    "age is null or is_open is not true": (False, True),
    "case when age >= 18 then 'adult' when age is null then '?' else 'minor' end": ("adult", "?"),
    "case age when 34 then 1 when 17 then 2.5 end": (Decimal("1.0"), None),
    "age + 1": (Decimal(35), None),
    "age * age": (Decimal(1156), None),
    "age * age * age": (39304.0, None),
    "price * age": (Decimal("425.000000"), None),
    "price - 0.1 + age": (Decimal("46.400000"), None),
    "price * price": (Decimal("156.250000000000"), None),
    "weight / (age - 34)": (None, None),
    "weight / 2": (36.25, None),
    "-age": (Decimal(-34), None),
    "abs(age)": (Decimal(34), None),
    "abs(weight) + 0.5": (73.0, None),
    "age % 10": (4, None),
    "round(weight)": (73.0, None),
    "round(weight, 2)": (72.5, None),
    "round(price)": (Decimal(13), None),
    "round(price, 1)": (Decimal("12.5"), None),
    "floor(price)": (Decimal(12), None),
    "ceil(price)": (Decimal(13), None),
    "floor(weight)": (72.0, None),
    "ceil(weight)": (73.0, None),
    "greatest(age, 40, weight)": (72.5, 40.0),
    "least(born_on, '2000-01-01')": (date(1990, 2, 28), date(2000, 1, 1)),
    "coalesce(age, 0)": (34, 0),
    "nullif(code, '38')": (None, None),
    "town like 'Saint%'": (True, None),
    "town not like '%_\n'": (True, None),
    "town ilike 'SAINT-É%'": (True, None),
    "town ~ '^[A-Z][a-z]+-'": (True, None),
    "regexp_matches(town, '[.]$|e$')": (True, None),
    "regexp_matches(town, 'b%_$')": (False, None),
    "town in ('Saint-Égrève', 'a\\b%_\n', 'l''Isle')": (True, None),
    "age not between 0 and 17": (True, None),
    "upper(town) || ' (' || code || ')'": ("SAINT-ÉGRÈVE (38)", None),
    "concat(town, ': ', age)": ("Saint-Égrève: 34", ": "),
    "trim(town)": ("Saint-Égrève", None),
    "length(town)": (12, None),
    "substr(town, 7, 2)": ("Ég", None),
    "substr(town, 7)": ("Égrève", None),
    "replace(town, '\\', '/')": ("Saint-Égrève", None),
    "lower(town) = 'saint-égrève'": (True, None),
    "cast(code as integer) + 1": (Decimal(39), None),
    "try_cast(code as double)": (38.0, None),
    "cast(code as date)": (None, None),
    "code::decimal(6, 2)": (Decimal("38.00"), None),
    "cast(price as integer)": (13, None),
    "cast(weight as text)": ("72.5", None),
    "cast(price as text)": ("12.500000", None),
    "cast(born_on as text)": ("1990-02-28", None),
    "cast(seen_at as text)": ("2024-02-29 23:59:59", None),
    "cast(is_open as text)": ("true", None),
    "cast('oui' as boolean)": (True, True),
    "year(born_on) * 100 + month(born_on)": (Decimal(199002), None),
    "day(seen_at)": (29, None),
    "date_diff('day', born_on, seen_at)": (12419, None),
    "born_on - '1990-01-01'": (58, None),
    "born_on < date '2000-01-01'": (True, None),
    "seen_at >= '2024-02-29 12:00:00'": (True, None),
    "seen_at > born_on": (True, None),
    "cast(seen_at as date)": (date(2024, 2, 29), None),
}


@pytest.fixture
def files(tmp_path):
    kinds = {
        "age": pa.int64(),
        "price": pa.decimal128(18, 6),
        "weight": pa.float64(),
        "born_on": pa.date32(),
        "seen_at": pa.timestamp("us", "UTC"),
        "is_open": pa.bool_(),
    }
    path = tmp_path / "visits.parquet"
    pq.write_table(pa.table({n: pa.array(cells, kinds.get(n, pa.string())) for n, cells in CELLS.items()}), path)
    return {"visits": path}


def every_meaning():
    return ROWS.select(**{f"e{rank}": bind(text, COLUMNS) for rank, text in enumerate(MEANINGS)})


def every_text():
    """What each is as a text, so that numbers of 64 bits and moments are compared as they are kept."""
    return ROWS.select(**{f"e{rank}": written(bind(text, COLUMNS)) for rank, text in enumerate(MEANINGS)})


def test_expressions_mean_what_they_say(files):
    first, _second, third, *_others = on_duckdb(every_meaning(), files)

    found = {text: (one, other) for text, one, other in zip(MEANINGS, first, third, strict=True)}

    assert found == MEANINGS


@SPARK_GROUP
def test_expressions_mean_the_same_on_spark(files, spark):
    for expression in (every_meaning(), every_text()):
        here, there = on_duckdb(expression, files), on_spark(spark, expression, files)

        for rank, text in enumerate(MEANINGS):
            assert [_plain(row[rank]) for row in there] == [_plain(row[rank]) for row in here], text


def _plain(value):
    """Numbers of 64 bits that are written in two ways are the same number."""
    try:
        return float(value) if isinstance(value, str) and "e" in value.lower() and value[0] in "-0123456789" else value
    except ValueError:
        return value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("agee > 1", "there is no column “agee” here; “age” perhaps?"),
        ("zzz > 1", "There are: age, price"),
        ("f(age)", "there is no function “f” here. There are: abs, cast"),
        ("current_date", "there is no function “current_date”"),
        ("count(*)", "there is no function “count”"),
        ("age = 'x'", "puts together a number and a text"),
        ("age", None),
        ("is_open + 1", "needs a number, and is given a condition"),
        ("age and is_open", "needs a condition, and is given a number"),
        ("age = null", "write “is null”"),
        ("town is 3", "“is” goes with null"),
        ("born_on > 'x'", "“x” is not a date"),
        ("age >", "near “>” (character 5)"),
        ("'abc", "never closed"),
        ("age; drop table visits", "without semicolon"),
        ("age in (select 1)", "is not of the language"),
        ("age in ()", "a list in parentheses is missing"),
        ("visits.age > 1", "is not of the language"),
        ("lower(distinct town)", "is not of the language"),
        ("age[1]", "is not of the language"),
        ("town like code", "a text in quotation marks is expected"),
        ("town like 'a' escape '!'", "is not of the language"),
        ("town ~ '(?=a)'", "engines do not all read"),
        ("town ~ 'a{2,1}'", "is no regular expression"),
        ("round(weight, age)", "a whole number from 0 to 9"),
        ("substr(town, 0)", "a whole number from 1"),
        ("age % weight", "a whole number from 1"),
        ("cast(town as json)", "the types are text"),
        ("cast(age as decimal(40, 2))", "38 digits at most"),
        ("date_diff('month', born_on, born_on)", "in days"),
        ("(" * 40 + "age" + ")" * 40, "too deep"),
        ("not " * 40 + "is_open", "too deep"),
        (" or ".join(["is_open"] * 300), "too long"),
        ("age > 1 -- \x00", "cannot be seen"),
    ],
)
def test_what_is_not_of_the_language_or_does_not_fit_is_refused_in_words(text, words):
    if words is None:
        assert kind_of(bind(text, COLUMNS)) == Kind.NUMBER
        return

    with pytest.raises(ExpressionRefused, match=re.escape(words)):
        bind(text, COLUMNS)


def test_an_expression_says_which_columns_it_reads():
    assert columns_of("case when age > 1 then town else lower(town) end") == ("age", "town")


# Long runs of operators are what parsers get lost in.
@given(st.text(alphabet="()[]{}-+*/~!'\"`;,.:$%&|<>=? \nabeéN0123", max_size=200))
def test_whatever_is_written_is_read_or_refused(text):
    try:
        expression = bind(text or " ", COLUMNS)
    except ExpressionRefused:
        return

    assert ibis.to_sql(ROWS.select(found=expression), dialect="duckdb")


@given(st.text(max_size=50).filter(str.isprintable))
def test_a_text_in_quotation_marks_stays_a_text(text):
    import duckdb

    quoted = "'" + text.replace("'", "''") + "'"

    query = ibis.to_sql(ROWS.limit(0).count().as_table().select(found=bind(quoted, COLUMNS)), dialect="duckdb")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE visits AS SELECT 1 AS age")
        assert connection.execute(str(query).replace('"visits"', "visits")).fetchall() == [(text,)]
