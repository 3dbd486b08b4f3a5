"""What is sent to the systems, what is understood of what they say, and how long they may take to say it."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apps.collection.connectors.bigdata import BigDataConnector
from apps.collection.connectors.bigdata.conditions import Condition
from apps.collection.connectors.bigdata.config import BigDataConfig, System
from apps.collection.connectors.bigdata.dialects import Dialect, Family, family_of
from apps.collection.connectors.bigdata.exceptions import (
    ColumnNotComparable,
    DriverMissing,
    NoRight,
    ParameterMissing,
    QueryCancelled,
    QueryFailed,
    QueryNotUnderstood,
    UnknownColumn,
    UnknownDatabase,
    UnknownTable,
    ValueOfAnotherType,
)
from apps.collection.connectors.bigdata.explaining import read_plan
from apps.collection.connectors.bigdata.querying import back
from apps.collection.connectors.bigdata.refusals import refusal
from apps.collection.connectors.bigdata.statements import Relation, with_parameters
from tests.collection.connectors.wire import a_silence
from tests.core.http.conftest import at_most

HIVES = [System.SPARK, System.HIVE, System.IMPALA]


def config(**options):
    return BigDataConfig(**{"host": "hive.example.org", "user": "ecluse", "table": "events"} | options)


# --- Time ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("system", ["spark", "trino"])
def test_a_check_lasts_five_seconds_at_most_whatever_the_server_does(settings, system):
    with a_silence() as port:
        settings.OUTBOUND_ALLOWED_NETWORKS, settings.OUTBOUND_ALLOWED_PORTS = ["127.0.0.1/32"], [port]
        settings.OUTBOUND_REQUESTS_PER_SECOND = 0
        options = {"catalog": "hive", "auth": "none"} if system == "trino" else {}

        with at_most(7):
            access = BigDataConnector().check(config(system=system, host="127.0.0.1", port=port, **options))

    assert not access.is_well


# --- Settings -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"host": None}, "Give the name of the server."),
        ({"host": "http://hive"}, "Give the name of the server alone, such as hive.example.org."),
        ({"query": "SELECT 1"}, "Give a table or a query, one of the two."),
        ({"table": None}, "Give a table or a query, one of the two."),
        ({"table": "a.b; DROP"}, "Give a name without quotes or spaces, such as sales.orders."),
        ({"table": None, "query": "DROP TABLE events"}, "Give a query that begins with SELECT or WITH."),
        ({"user": None}, "Give the user name with which to sign in."),
        (
            {"system": "trino", "catalog": "hive"},
            "Trino takes passwords over TLS only: choose an encrypted connection.",
        ),
        ({"system": "trino", "tls": True}, "Give the catalog of Trino in which the table is."),
        ({"system": "lake"}, "Give the folder of the Parquet files."),
        (
            {"filters": ["year"]},
            "“year” is not a condition. Write a column, a sign and a value: year >= 2024.",
        ),
        ({"filters": ["year in "]}, "“year in ” has no value after its sign."),
    ],
)
def test_settings_that_cannot_work_are_told_in_one_sentence(options, said):
    with pytest.raises(ValidationError) as refused:
        config(**options)

    assert [each["msg"] for each in refused.value.errors()] == [f"Value error, {said}"]


def test_the_password_is_never_shown():
    chosen = config(password="hush")

    assert "hush" not in f"{chosen!r} {chosen.model_dump(mode='json')}"


def test_every_field_has_its_page_and_a_known_group():
    for name, field in BigDataConfig.model_fields.items():
        assert field.json_schema_extra["step"] in {"location", "settings"}, name
        assert field.json_schema_extra["group"] in BigDataConnector.GROUPS, name
        assert field.title, name


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        ("year >= 2024", Condition("year", ">=", ("2024",))),
        ("year>=2024", Condition("year", ">=", ("2024",))),
        ('"two words" <> "x"', Condition("two words", "!=", ("x",))),
        ("town in Voiron, \"L'Isle, d'Abeau\"", Condition("town", "in", ("Voiron", "L'Isle, d'Abeau"))),
        ("town NOT IN (a, b)", Condition("town", "not in", ("a", "b"))),
        ("seen IS  NOT NULL", Condition("seen", "is not null")),
        ("note = in a word", Condition("note", "=", ("in a word",))),
    ],
)
def test_conditions_are_read_as_people_write_them(line, condition):
    assert Condition.read(line) == condition


# --- Names and values -----------------------------------------------------------------------------
@given(value=st.text(), system=st.sampled_from(System))
def test_no_text_ends_its_own_literal(value, system):
    written = Dialect(system).text(value)

    if system == System.TRINO:
        assert written[1:-1].replace("''", "") == value.replace("'", "")
    else:
        inside = written.removeprefix("decode(").removeprefix("unhex(").split("'")[1]
        assert inside == value or bytes.fromhex(inside).decode() == value
        assert not {"\\", "$", '"'} & set(written)


@given(value=st.text(), kind=st.sampled_from(["int", "decimal(10,2)", "double", "date", "timestamp", "boolean"]))
def test_what_is_not_a_value_of_the_type_is_never_written(value, kind):
    try:
        written = Dialect(System.SPARK).value(value, "x", kind)
    except ValueOfAnotherType:
        return

    assert "'" not in value
    assert value.replace("T", " ").lower() in written.lower()


@pytest.mark.parametrize("kind", ["array<int>", "map<string,int>", "binary", "decimal(10,2)) OR (1=1"])
def test_nothing_is_compared_with_what_has_no_order(kind):
    with pytest.raises(ColumnNotComparable):
        Dialect(System.SPARK).value("1", "x", kind)


def test_a_quote_in_a_name_is_part_of_it():
    assert (Dialect(System.HIVE).name("a`b"), Dialect(System.TRINO).name('a"b')) == ("`a``b`", '"a""b"')


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("STRING", Family.TEXT),
        ("varchar(20)", Family.TEXT),
        ("DECIMAL(10,2)", Family.DECIMAL),
        ("struct<a:int>", Family.NESTED),
        ("row(a bigint)", Family.NESTED),
        ("timestamp_ntz", Family.DATETIME),
        ("timestamp(3) with time zone", Family.ZONED),
    ],
)
def test_types_are_known_in_the_words_of_each_system(kind, family):
    assert family_of(kind) == family


# --- Queries --------------------------------------------------------------------------------------
def test_parameters_are_written_outside_of_texts_names_and_comments():
    query = "SELECT ':a', `:a`, \":a\", x::int, :a, :b /* :a */ FROM t WHERE c = 'it\\'s :a' -- :a"

    written = with_parameters(query, {"a": "x", "b": True}, Dialect(System.SPARK))

    assert written == "SELECT ':a', `:a`, \":a\", x::int, 'x', true /* :a */ FROM t WHERE c = 'it\\'s :a' -- :a"


def test_a_parameter_without_a_value_is_told():
    with pytest.raises(ParameterMissing) as refused:
        with_parameters("SELECT :day", {}, Dialect(System.TRINO))

    assert refused.value.details == {"name": "day"}


def test_a_key_of_several_columns_is_gone_on_after_in_their_order():
    types = {"a": "int", "b": "string"}
    relation = Relation(config(key_columns=["a", "b"], database="sales"))

    query = relation.select(types, where=[relation.after(["a", "b"], ["1", "x"], types)], order=["a", "b"], limit=5)

    assert query == (
        "SELECT `a`, `b` FROM `sales`.`events` WHERE ((`a` > 1) OR (`a` = 1 AND `b` > 'x')) "
        "ORDER BY `a` ASC NULLS FIRST, `b` ASC NULLS FIRST LIMIT 5"
    )


@pytest.mark.parametrize(
    ("value", "lag", "family", "before"),
    [
        ("10", 3, Family.INTEGER, "7"),
        ("2024-05-02", 3_600, Family.DATE, "2024-05-01"),
        ("2024-05-01T00:00:01.5", 2, Family.DATETIME, "2024-04-30T23:59:59.500000"),
        ("2024-05-01T00:00:01.123456789Z", 1, Family.ZONED, "2024-05-01T00:00:00.123456Z"),
        ("abc", 2, Family.TEXT, "abc"),
        ("2024-05-02", 0, Family.DATE, "2024-05-02"),
    ],
)
def test_the_lag_is_in_seconds_for_dates_and_in_units_for_numbers(value, lag, family, before):
    assert back(value, lag, family) == before


# --- What systems say -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("SemanticException [Error 10001]: Line 1:14 Table not found 'gone'", UnknownTable),
        ("AnalysisException: Could not resolve table reference: 'gone'", UnknownTable),
        ("AnalysisException: Could not resolve column/field reference: 'nothing'", UnknownColumn),
        ("SemanticException [Error 10004]: Invalid table alias or column reference 'x'", UnknownColumn),
        ("SemanticException [Error 10072]: Database does not exist: gone", UnknownDatabase),
        ("AuthorizationException: User 'ecluse' does not have privileges to execute 'SELECT'", NoRight),
        ("Query 1 expired due to client inactivity", QueryCancelled),
        ("ParseException: Syntax error in line 1", QueryNotUnderstood),
        ("Error while processing statement: FAILED: Execution Error, return code 2", QueryFailed),
    ],
)
def test_what_hive_and_impala_say_is_understood_and_not_kept(said, error):
    found = refusal(config(), said)

    assert type(found) is error
    assert said not in f"{found.details} {found.message}"


@pytest.mark.parametrize(
    ("system", "plan", "sentences", "rows"),
    [
        (
            System.IMPALA,
            "02:EXCHANGE [UNPARTITIONED]\n00:SCAN HDFS [sales.events]\n   HDFS partitions=1/24 files=1 size=9MB\n"
            "   cardinality=1200",
            ["1 partitions of 24 are read.", "1 table is scanned.", "Rows move between machines 1 time: "],
            1200,
        ),
        (
            System.TRINO,
            "Fragment 0 [SINGLE]\n    RemoteSource[1]\nFragment 1 [SOURCE]\n"
            "    InnerJoin[...]\n    TableScan[table = hive:sales:events]\n"
            "           Estimates: {rows: 100 (4kB), cpu: 4k}\n    TableScan[table = hive:sales:towns]",
            ["2 tables are scanned.", "1 join is made.", "Rows move between machines 1 time: "],
            100,
        ),
        (
            System.HIVE,
            "  Map Operator Tree:\n   TableScan\n     Statistics: Num rows: 50 Data size: 4\n    Join Operator\n"
            "  Reduce Output Operator",
            ["1 table is scanned.", "1 join is made.", "Rows move between machines 1 time: "],
            50,
        ),
        (System.SPARK, "something new", [], None),
    ],
)
def test_plans_are_read_in_the_words_of_each_system(system, plan, sentences, rows):
    explained = read_plan(plan, system)

    assert [said[: len(begin)] for said, begin in zip(explained.sentences, sentences, strict=True)] == sentences
    assert explained.estimated_rows == rows


@pytest.mark.parametrize(("system", "module"), [("spark", "impala"), ("trino", "trino")])
def test_a_driver_that_is_missing_is_told_with_the_list_that_has_it(system, module):
    """In a process of its own, where the driver cannot be imported."""
    program = f"""
import sys, django
sys.modules[{module!r}] = None
django.setup()
from django.conf import settings
settings.OUTBOUND_ALLOWED_PORTS = [443]
from apps.collection.connectors.bigdata import BigDataConnector
config = dict(system={system!r}, host="127.0.0.1", port=443, user="u", auth="none", table="t", catalog="c")
try:
    BigDataConnector().discover(BigDataConnector.Config(**config))
except Exception as error:
    print(error.code, error.details)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    driver = {"impala": "impyla"}.get(module, module)
    assert done.stdout.strip() == (
        f"{DriverMissing.code} {{'name': '{driver}', 'file': 'requirements/bigdata.txt'}}"
    ), done.stderr
