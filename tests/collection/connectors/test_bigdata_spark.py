"""Hive's protocol against a real server of it, Spark's: types, parts, going on, what is new, and what goes wrong."""

import socket

import pyarrow.parquet as pq
import pytest

from apps.collection.collecting import collect
from apps.collection.connectors.base import Window
from apps.collection.connectors.bigdata import BigDataConnector
from apps.collection.connectors.bigdata.clients import all_rows, connect
from apps.collection.connectors.bigdata.config import BigDataConfig
from apps.collection.connectors.bigdata.exceptions import (
    KeyNotUsable,
    NothingToGoOnAfter,
    QueryNotUnderstood,
    QueryTooSlow,
    SystemBrokeOff,
    SystemRefusesUs,
    UnknownColumn,
    UnknownTable,
)
from apps.collection.connectors.outbound import AddressNotAllowed, SiteNotTrusted, SiteOutOfReach
from apps.collection.enums import RunState
from apps.collection.requesting import retry_run
from tests.collection.connectors.wire import a_closed_door, a_wire
from tests.collection.factories import RunFactory, SourceFactory
from tests.core.http.certificates import make_certificate
from tests.ports import free_port

# One group: one worker of the suite starts the server, and has all its tests.
pytestmark = [pytest.mark.bigdata, pytest.mark.xdist_group("spark")]

SPARK = BigDataConnector()
TYPES = """
SELECT true AS flag, CAST(1.5 AS FLOAT) AS ratio, 0.1D AS precise, DATE '2024-05-01' AS day,
       TIMESTAMP '2024-05-01 10:00:00' AS whole, TIMESTAMP '2024-05-01 10:00:00.123456' AS exact,
       X'00ff' AS raw, named_struct('a', 1, 'b', CAST(NULL AS STRING)) AS nested, map('k', 1.50) AS pairs,
       CAST(NULL AS INT) AS nothing, CAST('12345678901234567890.12' AS DECIMAL(38, 2)) AS price, '' AS empty
"""


@pytest.fixture
def opened(settings):
    """What an operator writes for these servers: this machine, and their ports."""
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]

    def open_port(port):
        settings.OUTBOUND_ALLOWED_PORTS = [*settings.OUTBOUND_ALLOWED_PORTS, port]
        return port

    return open_port


@pytest.fixture
def config(spark, opened):
    opened(spark)

    def make(**options):
        options = {"table": "events"} | options if "query" not in options else options
        return BigDataConfig(**{"host": "127.0.0.1", "port": spark, "user": "ecluse"} | options)

    return make


def rows_of(config, window=None):
    parts = SPARK.partitions(config, "events", window or Window()).parts
    return [row for part in parts for batch in SPARK.read(config, part, None) for row in batch.rows.to_pylist()]


# --- What is read ---------------------------------------------------------------------------------
def test_a_table_answers_with_its_columns_and_their_types(config):
    access = SPARK.check(config())
    (stream,) = SPARK.discover(config())

    assert (access.is_well, access.message) == (True, "“events” answers: 6 columns.")
    assert {column.name: column.proposed_type for column in stream.columns} == {
        "id": "integer",
        "seen_at": "datetime",
        "amount": "decimal",
        "label": "text",
        "tags": "text",
        "code": "text",
    }


def test_values_land_as_texts_that_read_back_the_same(config):
    (row,) = rows_of(config(query=TYPES))

    assert row == {
        "flag": "true",
        "ratio": "1.5",
        "precise": "0.1",
        "day": "2024-05-01",
        "whole": "2024-05-01T10:00:00",
        "exact": "2024-05-01T10:00:00.123456",
        "raw": "\\x00ff",
        "nested": '{"a":1,"b":null}',
        "pairs": '{"k":1.50}',
        "nothing": None,
        "price": "12345678901234567890.12",
        "empty": "",
        "_row": 1,
    }


def test_a_query_is_given_its_values_whatever_they_hold(config):
    written = "O'Brien \\ \" ${spark.app.name} é"
    query = "SELECT :name AS name, ':name' AS aside, id FROM events WHERE id < :limit -- :not_one"

    rows = rows_of(config(query=query, parameters={"name": written, "limit": 2}))

    assert sorted((row["name"], row["aside"], row["id"]) for row in rows) == [
        (written, ":name", "0"),
        (written, ":name", "1"),
    ]


def test_an_answer_without_rows_is_no_error(config):
    assert rows_of(config(filters=["id < 0"])) == []


def test_a_sample_gives_the_first_rows_alone(config):
    (batch,) = SPARK.sample(config(columns=["tags", "id"], filters=["tags is not null"]))

    row = batch.rows.to_pylist()[0]
    assert batch.rows.num_rows == 50
    assert row["tags"] == f'["a\\"{row["id"]}",null]'


# --- Parts, keys and going on ---------------------------------------------------------------------
def test_each_value_of_the_partition_column_is_a_part_of_a_known_size(config):
    chosen = config(partition_column="code", columns=["id"])
    reading = SPARK.partitions(chosen, "events", Window())

    last = [row["id"] for batch in SPARK.read(chosen, reading.parts[2], None) for row in batch.rows.to_pylist()]

    assert [part.size for part in reading.parts] == [334, 333, 333]
    assert sorted(map(int, last)) == list(range(2, 1000, 3))


def test_with_a_key_reading_goes_on_after_the_last_row_that_landed(config):
    chosen = config(key_columns=["code", "id"], columns=["label"], rows_per_fetch=300)
    (part,) = SPARK.partitions(chosen, "events", Window()).parts
    whole = list(SPARK.read(chosen, part, None))

    again = list(SPARK.read(chosen, part, whole[1].cursor))

    assert [batch.rows.num_rows for batch in whole] == [300, 300, 300, 100]
    assert whole[1].cursor == {"row": 600, "key": ["01", "796"]}
    assert [batch.rows.to_pylist() for batch in again] == [batch.rows.to_pylist() for batch in whole[2:]]
    assert whole[0].rows.schema.names == ["label", "_row"]


def test_without_a_key_a_part_says_that_it_cannot_be_gone_on_with(config):
    (part,) = SPARK.partitions(config(), "events", Window()).parts

    assert not part.is_resumable
    with pytest.raises(NothingToGoOnAfter):
        next(SPARK.read(config(), part, {"row": 100}))


@pytest.mark.parametrize("query", ["SELECT 1 AS id UNION ALL SELECT 1", "SELECT CAST(NULL AS INT) AS id"])
def test_a_key_that_is_not_one_is_told_before_a_row_could_be_lost(config, query):
    with pytest.raises(KeyNotUsable):
        rows_of(config(query=query, key_columns=["id"]))


# --- What is new ----------------------------------------------------------------------------------
def test_what_came_since_the_last_run_is_read_less_the_lag_and_rows_without_a_date(config):
    query = """
        SELECT id, seen_at FROM events WHERE id < :known
        UNION ALL SELECT -1, CAST(NULL AS TIMESTAMP)
    """
    before, after = (
        config(query=query, parameters={"known": known}, cursor_column="seen_at", cursor_lag=2) for known in (10, 14)
    )
    first = SPARK.partitions(before, "query", Window())

    rows = rows_of(after, Window(bookmark=first.bookmark))

    assert len(rows_of(before)) == 11
    assert first.bookmark == {"column": "seen_at", "value": "2024-05-01T10:00:09"}
    assert sorted(int(row["id"]) for row in rows) == [-1, *range(7, 14)]


def test_a_backfill_reads_between_two_values_included(config):
    rows = rows_of(config(cursor_column="id", columns=["id"]), Window(since="10", until="12"))

    assert sorted(int(row["id"]) for row in rows) == [10, 11, 12]


# --- What the system says of it -------------------------------------------------------------------
def test_a_plan_is_read_in_plain_words(config):
    explained = SPARK.explain(config(filters=["code = 01", "id > 3"], key_columns=["id"]))

    assert explained.text.startswith("== Physical Plan ==")
    assert explained.sentences == (
        "The conditions on the partition columns leave 1 folder to read (isnotnull(code), (code = 01)).",
        "The files are filtered as they are read: IsNotNull(id), GreaterThan(id,3).",
        "1 table is scanned.",
        "Rows move between machines 1 time: that is what sorting, grouping and joining cost.",
    )


# --- What goes wrong ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "error", "details"),
    [
        ({"table": "nowhere.gone"}, UnknownTable, {"name": "nowhere.gone"}),
        ({"query": "SELECT * FROM gone"}, UnknownTable, {"name": "gone"}),
        ({"query": "SELECT nothing FROM events"}, UnknownColumn, {"column": "nothing"}),
        ({"query": "SELECT ((id FROM events"}, QueryNotUnderstood, {"error": "PARSE_SYNTAX_ERROR"}),
        ({"query": "SELECT 1) AS a; DROP TABLE events; --"}, QueryNotUnderstood, {"error": "PARSE_SYNTAX_ERROR"}),
        ({"columns": ["nothing"]}, UnknownColumn, {"column": "nothing"}),
    ],
)
def test_what_the_system_does_not_have_is_told_without_its_own_words(config, options, error, details):
    with pytest.raises(error) as refused:
        rows_of(config(**options))

    assert refused.value.details == details


def test_a_query_without_an_answer_in_time_is_cancelled(config):
    endless = "SELECT sum(a.id * b.id) FROM range(10000000) AS a CROSS JOIN range(10000000) AS b"

    with connect(config(), patience=1) as client:
        with pytest.raises(QueryTooSlow), client.ask(endless):
            pass

        assert all_rows(client, "SELECT 1") == [("1",)]


def test_a_server_that_breaks_off_on_the_way_may_be_tried_again(config, spark, opened):
    with a_wire(spark) as wire:
        chosen = config(port=opened(wire.port), rows_per_fetch=100)
        (part,) = SPARK.partitions(chosen, "events", Window()).parts
        batches = SPARK.read(chosen, part, None)
        next(batches)
        wire.cut()

        with pytest.raises(SystemBrokeOff):
            list(batches)

        assert wire.connections == 2


def test_a_password_that_is_refused_is_told(opened):
    with a_closed_door() as port:
        chosen = BigDataConfig(
            host="127.0.0.1", port=opened(port), user="ecluse", password="wrong", auth="ldap", table="events"
        )

        with pytest.raises(SystemRefusesUs) as refused:
            SPARK.discover(chosen)

    assert "wrong" not in str(refused.value.message)


def test_the_certificate_of_the_server_must_hold(config, spark, opened, settings):
    settings.OUTBOUND_CA_BUNDLE = make_certificate("localhost")
    with a_wire(spark, tls_for="localhost") as wire:
        port = opened(wire.port)

        assert SPARK.check(config(host="localhost", port=port, tls=True)).is_well
        with pytest.raises(SiteNotTrusted):  # the name of another site
            SPARK.discover(config(port=port, tls=True))


def test_nobody_at_the_port_is_told(config, opened):
    with pytest.raises(SiteOutOfReach):
        SPARK.discover(config(port=opened(free_port())))


def test_an_address_that_is_closed_is_not_called(config, settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = []

    with pytest.raises(AddressNotAllowed):
        SPARK.discover(config())


def test_the_name_is_resolved_once_and_the_connection_opened_to_what_was_judged(config, monkeypatch):
    real, answers = socket.getaddrinfo, iter(["127.0.0.1", "169.254.169.254"])
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, port, *rest, **options: real(next(answers), port, *rest, **options)
    )

    assert SPARK.check(config(host="spark.example.org")).is_well
    assert next(answers) == "169.254.169.254"


# --- A whole run ----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_interrupted_lands_every_row_once(spark, opened, lake_folder):
    with a_wire(spark) as wire:
        settings = {
            "host": "127.0.0.1",
            "port": opened(wire.port),
            "user": "ecluse",
            "table": "events",
            "rows_per_fetch": 100,
            "key_columns": ["id"],
        }
        run = RunFactory(source=SourceFactory(kind="bigdata", config=settings))
        broken = collect(run_id=run.pk, on_progress=lambda run: wire.cut() if run.rows_kept == 500 else None)
        retry_run(run=broken, by=None)

        whole = collect(run_id=run.pk)

    landed = [row for segment in whole.segments.all() for row in pq.read_table(lake_folder / segment.name).to_pylist()]
    assert (broken.state, broken.rows_kept) == (RunState.FAILED, 500)
    assert (whole.state, whole.rows_kept) == (RunState.SUCCEEDED, 1000)
    assert sorted(int(row["id"]) for row in landed) == list(range(1000))
