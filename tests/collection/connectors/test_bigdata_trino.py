"""Trino's protocol, against a server of its few endpoints: no Trino runs here (see `trinoserver.py`)."""

import pytest

from apps.collection.connectors.base import Window
from apps.collection.connectors.bigdata import BigDataConnector
from apps.collection.connectors.bigdata.clients import connect
from apps.collection.connectors.bigdata.config import BigDataConfig
from apps.collection.connectors.bigdata.exceptions import (
    NoRight,
    QueryCancelled,
    QueryFailed,
    QueryNotUnderstood,
    QueryTooSlow,
    SystemBrokeOff,
    SystemRefusesUs,
    UnknownColumn,
    UnknownDatabase,
    UnknownTable,
)
from apps.collection.connectors.outbound import AddressNotAllowed, SiteOutOfReach
from tests.collection.connectors.trinoserver import TrinoServer
from tests.core.http.certificates import make_certificate
from tests.core.http.conftest import at_most, page

TRINO = BigDataConnector()
DESCRIBED = {"Column": "varchar", "Type": "varchar", "Extra": "varchar", "Comment": "varchar"}
TYPES = {
    "id": "bigint",
    "amount": "decimal(12,2)",
    "seen": "timestamp(6) with time zone",
    "at": "timestamp(9)",
    "tags": "array(varchar)",
    "raw": "varbinary",
}

pytestmark = pytest.mark.usefixtures("open_loopback")


@pytest.fixture
def trino(site):
    server = TrinoServer(site)
    server.answer("^DESCRIBE", DESCRIBED, [], [[name, kind, "", ""] for name, kind in TYPES.items()])
    return server


@pytest.fixture
def config(site):
    def make(**options):
        options = {"table": "events", "catalog": "hive", "database": "sales"} | options
        return BigDataConfig(
            **{"system": "trino", "host": "127.0.0.1", "port": site.port, "user": "ecluse", "auth": "none"} | options
        )

    return make


def rows_of(config, window=None):
    parts = TRINO.partitions(config, "events", window or Window()).parts
    return [row for part in parts for batch in TRINO.read(config, part, None) for row in batch.rows.to_pylist()]


def test_the_columns_are_those_that_the_system_describes(trino, config):
    (stream,) = TRINO.discover(config())

    assert trino.queries == ['DESCRIBE "sales"."events"']
    assert [(column.name, column.proposed_type) for column in stream.columns] == [
        ("id", "integer"),
        ("amount", "decimal"),
        ("seen", "datetime"),
        ("at", "datetime"),
        ("tags", "text"),
        ("raw", "text"),
    ]
    assert trino.site.requests[0].headers["X-Trino-User"] == "ecluse"
    assert trino.site.requests[0].headers["X-Trino-Catalog"] == "hive"


def test_rows_of_all_the_pages_land_as_the_protocol_writes_them(trino, config):
    row = [2**60, "1.50", "2024-05-01 10:00:00.123456 UTC", "2024-05-01 10:00:00.123456789", '["a",null]', "\\x00ff"]
    trino.answer("^SELECT", TYPES, [], [row], [], [[None] * 6, row])

    rows = rows_of(config())

    assert rows == [
        {
            "id": str(2**60),
            "amount": "1.50",
            "seen": "2024-05-01T10:00:00.123456Z",
            "at": "2024-05-01T10:00:00.123456789",
            "tags": '["a",null]',
            "raw": "\\x00ff",
            "_row": 1,
        },
        dict.fromkeys(TYPES) | {"_row": 2},
        rows[0] | {"_row": 3},
    ]
    assert trino.queries[-1] == (
        'SELECT "id", "amount", "seen" AT TIME ZONE \'UTC\' AS "seen", "at", '
        'json_format(CAST("tags" AS JSON)) AS "tags", \'\\x\' || lower(to_hex("raw")) AS "raw" FROM "sales"."events"'
    )


def test_parts_what_is_new_and_the_place_to_go_on_from_are_written_in_its_sql(trino, config):
    chosen = config(
        columns=["id"], partition_column="amount", cursor_column="seen", key_columns=["seen", "id"], filters=["id > 3"]
    )
    trino.answer("MAX", {"highest": "timestamp(6) with time zone"}, [["2024-05-02 00:00:00.000000 UTC"]])
    trino.answer("COUNT", {"amount": "decimal(12,2)", "how_many": "bigint"}, [[None, 2], ["1.50", 3]])
    trino.answer("ORDER BY .seen. ASC NULLS FIRST, .id.", {"id": "bigint", "seen": TYPES["seen"]}, [])
    bookmark = {"column": "seen", "value": "2024-05-01T00:00:00Z"}

    reading = TRINO.partitions(chosen, "events", Window(bookmark=bookmark))
    list(TRINO.read(chosen, reading.parts[1], {"row": 1, "key": ["2024-05-01T10:00:00Z", "7"]}))

    kind = "timestamp(6) with time zone"
    assert reading.bookmark == {"column": "seen", "value": "2024-05-02T00:00:00Z"}
    assert [part.size for part in reading.parts] == [2, 3]
    assert reading.parts[0].details["where"] == [
        '"id" > 3',
        f"(\"seen\" >= CAST('2024-05-01 00:00:00 UTC' AS {kind})"
        f' AND "seen" <= CAST(\'2024-05-02 00:00:00 UTC\' AS {kind}) OR "seen" IS NULL)',
        '"amount" IS NULL',
    ]
    assert (
        f"AND ((\"seen\" > CAST('2024-05-01 10:00:00 UTC' AS {kind})) OR "
        f'("seen" = CAST(\'2024-05-01 10:00:00 UTC\' AS {kind}) AND "id" > 7))' in trino.queries[-1]
    )


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("TABLE_NOT_FOUND", "USER_ERROR", UnknownTable),
        ("SCHEMA_NOT_FOUND", "USER_ERROR", UnknownDatabase),
        ("COLUMN_NOT_FOUND", "USER_ERROR", UnknownColumn),
        ("SYNTAX_ERROR", "USER_ERROR", QueryNotUnderstood),
        ("PERMISSION_DENIED", "USER_ERROR", NoRight),
        ("USER_CANCELED", "USER_ERROR", QueryCancelled),
        ("EXCEEDED_TIME_LIMIT", "INSUFFICIENT_RESOURCES", QueryCancelled),
        ("EXCEEDED_GLOBAL_MEMORY_LIMIT", "INSUFFICIENT_RESOURCES", QueryFailed),
        ("HIVE_METASTORE_ERROR", "EXTERNAL", QueryFailed),
    ],
)
def test_what_the_system_refuses_is_told_without_its_own_words(trino, config, name, kind, error):
    trino.refuse("^DESCRIBE", name, kind)

    with pytest.raises(error) as refused:
        TRINO.discover(config())

    assert "Camille" not in f"{refused.value.details} {refused.value.message}"


def test_a_server_that_stops_on_the_way_may_be_tried_again(trino, config):
    trino.answer("^SELECT", {"id": "bigint"}, [[1]] * 150, trino.uri("/gone"))
    trino.site.answers["/gone"] = page(b"", length=10)
    chosen = config(columns=["id"], rows_per_fetch=100)
    (part,) = TRINO.partitions(chosen, "events", Window()).parts
    batches = TRINO.read(chosen, part, None)

    landed = next(batches)

    assert landed.rows.num_rows == 100
    with pytest.raises(SiteOutOfReach):
        list(batches)


def test_an_answer_that_makes_no_sense_may_be_tried_again(trino, config):
    trino.site.answers["/v1/statement"] = page(b"<html>Welcome</html>")

    with pytest.raises(SystemBrokeOff):
        TRINO.discover(config())


def test_a_query_without_an_answer_in_time_is_cancelled(trino, config):
    trino.answer("^SELECT", {"id": "bigint"}, trino.uri("/v1/statement/executing/1/0"))  # after it, itself

    with connect(config(), patience=1) as client, pytest.raises(QueryTooSlow), client.ask("SELECT 1"):
        pass

    assert trino.cancelled == ["SELECT 1"]


def test_pages_without_rows_are_not_followed_for_ever(trino, config):
    trino.answer("^SELECT", {"id": "bigint"}, [[1]], trino.uri("/v1/statement/executing/1/1"))  # after the row, itself

    with connect(config(), patience=2) as client, client.ask("SELECT 1") as answer:
        fetched = answer.fetch(1)
        assert next(fetched).rows.to_pylist() == [{"id": "1"}]

        with at_most(20), pytest.raises(QueryTooSlow):
            next(fetched)


# --- The guard ------------------------------------------------------------------------------------
def test_the_password_goes_to_the_coordinator_over_tls_and_nowhere_else(sites, config, settings):
    settings.OUTBOUND_CA_BUNDLE = make_certificate("localhost")
    coordinator, other = sites(tls_for="localhost"), sites()
    trino = TrinoServer(coordinator, scheme="https")
    trino.answer("^DESCRIBE", DESCRIBED, [["id", "bigint", "", ""]], other.url("/next"))
    other.answers["/next"] = page(b"{}")
    chosen = config(host="localhost", port=coordinator.port, tls=True, auth="ldap", password="hush")

    with pytest.raises(SystemBrokeOff):
        TRINO.discover(chosen)

    assert coordinator.requests[0].headers["Authorization"].startswith("Basic ")
    assert {request.headers["Authorization"] for request in other.requests} == {None}


def test_a_password_that_is_refused_is_told(trino, config):
    trino.site.answers["/v1/statement"] = page(status=401)

    with pytest.raises(SystemRefusesUs):
        TRINO.discover(config())


def test_a_next_page_on_a_closed_address_is_not_followed(trino, config):
    trino.answer("^DESCRIBE", DESCRIBED, "http://169.254.169.254:80/latest/meta-data")

    with pytest.raises(AddressNotAllowed):
        TRINO.discover(config())


def test_rows_kept_in_a_store_apart_are_neither_asked_for_nor_followed(sites, trino, config):
    store = sites()
    segment = {"type": "spooled", "uri": store.url("/segment"), "ackUri": store.url("/ack"), "metadata": {}}
    trino.answer("^DESCRIBE", DESCRIBED, {"encoding": "json", "metadata": {}, "segments": [segment]})

    with pytest.raises(SystemBrokeOff):
        TRINO.discover(config())

    assert not store.connections
    assert all("X-Trino-Query-Data-Encoding" not in request.headers for request in trino.site.requests)


def test_a_closed_port_is_told_before_anything_is_called(trino, config):
    access = TRINO.check(config(port=8_123))

    assert (access.is_well, trino.site.connections) == (False, 0)
    assert "8123" in access.message
