"""Reading tables and queries: every record once, whatever its values."""

import pyarrow as pa
import pytest

from apps.collection.connectors.base import ROW, Window
from apps.collection.connectors.sql import SqlConnector, copying, pieces
from apps.collection.connectors.sql.exceptions import ColumnsAlike, KeyNotUnique, SnapshotTooLarge
from apps.collection.enums import RejectionReason

CONNECTOR = SqlConnector()
TOWNS = "INSERT INTO town VALUES (3, 'Brest'), (1, ''), (2, NULL)"


def batches(config, **window):
    reading = CONNECTOR.partitions(config, config.stream, Window(**window))
    return [batch for part in reading.parts for batch in CONNECTOR.read(config, part, None)]


def rows(config, **window):
    """The records, without their numbers."""
    return [
        {name: value for name, value in row.items() if name != ROW}
        for batch in batches(config, **window)
        for row in batch.rows.to_pylist()
    ]


@pytest.fixture(params=["postgres", "mariadb"])
def server(request):
    """Each of the systems that are servers here."""
    return request.getfixturevalue(request.param)


# --- What is read ---------------------------------------------------------------------------------
def test_a_table_is_read_in_the_order_of_its_key(server):
    server.run("CREATE TABLE town (id int PRIMARY KEY, name text)", TOWNS)

    found = rows(server.config(table="town"))

    assert found == [{"id": "1", "name": ""}, {"id": "2", "name": None}, {"id": "3", "name": "Brest"}]


def test_a_table_of_sqlite_is_read_in_the_order_of_its_rows(sqlite):
    config = sqlite("CREATE TABLE town (id int PRIMARY KEY, name text)", TOWNS, table="town")

    found = rows(config)

    assert found == [{"id": "3", "name": "Brest"}, {"id": "1", "name": ""}, {"id": "2", "name": None}]


def test_records_are_numbered_across_batches(server):
    server.run("CREATE TABLE n (id int PRIMARY KEY)")
    server.insert("n", [[number] for number in range(250)])

    found = batches(server.config(table="n", batch_rows=100))

    assert [batch.rows.num_rows for batch in found] == [100, 100, 50]
    assert [batch.cursor["row"] for batch in found] == [100, 200, 250]
    assert [number for batch in found for number in batch.rows.column(ROW).to_pylist()] == list(range(1, 251))


def test_an_empty_table_has_no_batch(server):
    server.run("CREATE TABLE nothing (id int PRIMARY KEY, name text)")

    assert batches(server.config(table="nothing")) == []


def test_a_query_is_read_with_its_values(server):
    server.run("CREATE TABLE town (id int PRIMARY KEY, name varchar(50))", TOWNS)
    query = "SELECT id, name AS label -- a comment: the end\nFROM town WHERE name = :name"

    found = rows(server.config(query=query, parameters=["name = Brest"], key=["id"]))

    assert found == [{"id": "3", "label": "Brest"}]


@pytest.mark.parametrize("value", ["d'Ile; DROP TABLE town", "50 % :name %(name)s \\' \"", "--", "é☃"])
def test_a_value_of_a_query_is_never_read_as_sql(server, value):
    server.run("CREATE TABLE town (id int PRIMARY KEY, name varchar(50))", TOWNS)

    found = rows(server.config(query="SELECT :given AS given FROM town WHERE id = 1", parameters=[f"given = {value}"]))

    assert found == [{"given": value}]


def test_a_percent_sign_of_a_query_stays_one(server):
    server.run("CREATE TABLE town (id int PRIMARY KEY, name varchar(50))", TOWNS)

    assert rows(server.config(query="SELECT id % 2 AS odd FROM town WHERE name LIKE '%es%'")) == [{"odd": "1"}]


def test_names_are_quoted_whatever_they_hold(postgres):
    odd = 'select "x" % (é)s:p; -- %(a)s'
    quoted = '"' + odd.replace('"', '""') + '"'
    postgres.run(f'CREATE TABLE {quoted} ("order" int PRIMARY KEY, {quoted} text, "Total T.T.C." text)')
    postgres.insert(quoted.replace("%", "%%"), [[1, "a", "b"]])

    found = rows(postgres.config(table=odd, cursor="order", parts=2))

    assert found == [{"order": "1", odd: "a", "Total T.T.C.": "b"}]


def test_names_are_quoted_in_mariadb_too(mariadb):
    odd = "sélect 'x' `y` % %s :p"
    quoted = "`" + odd.replace("`", "``") + "`"
    mariadb.run(f"CREATE TABLE {quoted} (`order` int PRIMARY KEY, {quoted} text)")
    mariadb.insert(quoted.replace("%", "%%"), [[1, "a"]])

    assert rows(mariadb.config(table=odd, cursor="order")) == [{"order": "1", odd: "a"}]


def test_only_the_columns_that_are_asked_for_are_read(server):
    server.run(
        "CREATE TABLE town (id int PRIMARY KEY, name text, secret text)", "INSERT INTO town VALUES (1, 'a', 'b')"
    )

    (batch,) = batches(server.config(table="town"), columns=("name",))

    assert batch.rows.schema.names == ["name", ROW]


def test_three_hundred_columns(server):
    columns = [f"c{number}" for number in range(300)]
    server.run(
        f"CREATE TABLE wide (id int PRIMARY KEY, {', '.join(f'{name} varchar(4)' for name in columns)})",
        "INSERT INTO wide (id, c299) SELECT 1, 'last' UNION SELECT 2, NULL",
    )

    found = rows(server.config(table="wide"))

    assert [row["c299"] for row in found] == ["last", None]
    assert len(found[0]) == 301


def test_a_column_alone_may_be_null(postgres):
    postgres.run("CREATE TABLE one (v text)", "INSERT INTO one VALUES (NULL), (''), ('\\.'), (NULL)")

    assert sorted((row["v"] is None, row["v"] or "") for row in rows(postgres.config(table="one"))) == [
        (False, ""),
        (False, "\\."),
        (True, ""),
        (True, ""),
    ]


def test_texts_keep_what_csv_is_written_with(server):
    texts = ['a,b;"c"', "line\nbreak\r\n", " spaces ", "NULL", "\\N", "'", "☃ é 𝄞", "\t", "\\", '"', '""', "\x7f\x01"]
    server.run("CREATE TABLE t (id int PRIMARY KEY, v text)")
    for number, text in enumerate(texts):
        server.run("INSERT INTO t VALUES (%s, %s)", values=[number, text])

    assert [row["v"] for row in rows(server.config(table="t"))] == texts


def test_long_texts_make_smaller_batches(server, monkeypatch):
    monkeypatch.setattr(copying, "BLOCK_BYTES", 1_000_000)
    monkeypatch.setattr(pieces, "TARGET_BYTES", 1_000_000)
    monkeypatch.setattr(pieces, "FIRST_STEP", 2)
    server.run(f"CREATE TABLE t (id int PRIMARY KEY, v {server.long_text})")
    server.insert("t", [[number, "é" * 300_000] for number in range(10)])

    found = batches(server.config(table="t"))

    assert sum(batch.rows.num_rows for batch in found) == 10
    assert len(found) > 1
    assert {len(text) for batch in found for text in batch.rows.column("v").to_pylist()} == {300_000}


# --- Types ----------------------------------------------------------------------------------------
def test_postgresql_writes_its_values_itself(postgres):
    postgres.run(
        "CREATE TYPE mood AS ENUM ('fine', 'tired')",
        """CREATE TABLE t (id int PRIMARY KEY, b bool, n numeric, f float8, r real, big bigint, d date, ts timestamp,
           tz timestamptz, i interval, by bytea, j json, jb jsonb, a int[], ta text[], u uuid, m mood, ip inet,
           rg int4range, bits bit(3), t time, empty text)""",
        """INSERT INTO t VALUES (1, true, 123456789012345678901234567890.000100, 0.1, 0.1, 9223372036854775807,
           'infinity', '2024-12-31 23:59:59.123456', '2024-12-31 23:59:59+02', '1 day 2 hours', '\\xdeadbeef',
           '{"a": 1.0}', '{"a": null}', '{1,NULL,3}', ARRAY['a,b', 'c"d'],
           '12345678-1234-5678-1234-567812345678', 'tired', '10.0.0.1', '[1,5)', B'101', '10:30', '')""",
        "INSERT INTO t (id, b, n, d, ts, a) VALUES (2, false, 'NaN', '0044-03-15 BC', '-infinity', '{}')",
    )

    first, second = rows(postgres.config(table="t"))

    assert first == {
        "id": "1",
        "b": "true",
        "n": "123456789012345678901234567890.000100",
        "f": "0.1",
        "r": "0.1",
        "big": "9223372036854775807",
        "d": "infinity",
        "ts": "2024-12-31 23:59:59.123456",
        "tz": "2024-12-31 21:59:59+00",
        "i": "P1DT2H",
        "by": "\\xdeadbeef",
        "j": '{"a": 1.0}',
        "jb": '{"a": null}',
        "a": "[1,null,3]",
        "ta": '["a,b","c\\"d"]',
        "u": "12345678-1234-5678-1234-567812345678",
        "m": "tired",
        "ip": "10.0.0.1",
        "rg": "[1,5)",
        "bits": "101",
        "t": "10:30:00",
        "empty": "",
    }
    assert (second["b"], second["n"], second["d"], second["ts"]) == ("false", "NaN", "0044-03-15 BC", "-infinity")
    assert (second["a"], second["j"], second["empty"]) == ("[]", None, None)


def test_mariadb_writes_its_dates_itself(mariadb):
    mariadb.run(
        """CREATE TABLE t (id bigint unsigned PRIMARY KEY, b boolean, n decimal(40,10), f double, d date,
           dt datetime(6), ts timestamp NULL, ti time, y year, bl blob, bi binary(2), bits bit(9), e enum('a','b'),
           s set('x','y'), j json)""",
        """INSERT INTO t VALUES (18446744073709551615, true, 123456789012345678901234567890.0000000001, 0.1,
           '0000-00-00', '2024-02-29 23:59:59.000001', '2024-12-31 23:59:59', '-838:59:59', 2024, x'dead', x'00ff',
           257, 'b', 'x,y', '{"a": 1}')""",
    )

    (found,) = rows(mariadb.config(table="t"))

    assert found == {
        "id": "18446744073709551615",
        "b": "1",
        "n": "123456789012345678901234567890.0000000001",
        "f": "0.1",
        "d": "0000-00-00",
        "dt": "2024-02-29 23:59:59.000001",
        "ts": "2024-12-31 23:59:59",
        "ti": "-838:59:59",
        "y": "2024",
        "bl": "\\xdead",
        "bi": "\\x00ff",
        "bits": "257",
        "e": "b",
        "s": "x,y",
        "j": '{"a": 1}',
    }


def test_sqlite_holds_any_value_in_any_column(sqlite):
    config = sqlite(
        "CREATE TABLE t (n integer, d date)",
        "INSERT INTO t VALUES (1, '2024-01-01'), ('text', 5), (1.5, x'00ff'), (NULL, 'a' || char(0) || 'b')",
        table="t",
    )

    assert rows(config) == [
        {"n": "1", "d": "2024-01-01"},
        {"n": "text", "d": "5"},
        {"n": "1.5", "d": "\\x00ff"},
        {"n": None, "d": "a\0b"},
    ]


def test_a_text_that_is_not_utf_8_is_rejected_with_its_place(sqlite):
    config = sqlite(
        "CREATE TABLE t (name text)", "INSERT INTO t VALUES ('one'), (CAST(x'c3' AS text)), ('three')", table="t"
    )

    (batch,) = batches(config)

    assert batch.rows.column("name").to_pylist() == ["one", "three"]
    assert batch.rows.column(ROW).to_pylist() == [1, 3]
    assert [(each.row, each.reason, each.details) for each in batch.rejected] == [
        (2, RejectionReason.INVALID_ENCODING, {"column": "name", "byte": "0xc3", "encoding": "utf-8"})
    ]


def test_a_database_that_says_no_encoding_has_its_wrong_texts_rejected(postgres, postgres_server):
    postgres.run("CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc")
    try:
        connection = postgres_server._connect("bytes")
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE t (id int PRIMARY KEY, name text)")
            cursor.execute("INSERT INTO t VALUES (1, 'a'), (2, E'\\xe9t\\xe9'), (3, 'b,\"c'), (4, E'\\xff')")
            cursor.execute("GRANT SELECT ON t TO reader")
        connection.close()
        (batch,) = batches(postgres.config(database="bytes", schema_name="", table="t"))
    finally:
        postgres.run("DROP DATABASE bytes WITH (FORCE)")

    assert batch.rows.column("name").to_pylist() == ["a", 'b,"c']
    assert [(each.row, each.details["column"], each.details["byte"]) for each in batch.rejected] == [
        (2, "name", "0xe9"),
        (4, "name", "0xff"),
    ]
    assert batch.cursor == {"row": 4, "key": ["4"]}


# --- What has no key ------------------------------------------------------------------------------
def test_what_has_no_key_is_read_from_a_copy_that_does_not_change(server):
    server.run("CREATE TABLE log (v int)")
    server.insert("log", [[number] for number in range(250)])
    config = server.config(table="log", batch_rows=100)
    (part,) = CONNECTOR.partitions(config, "log", Window()).parts
    server.run("DELETE FROM log WHERE v < 100", "INSERT INTO log VALUES (999)")

    first = next(CONNECTOR.read(config, part, None))
    rest = list(CONNECTOR.read(config, part, first.cursor))

    assert (part.size, part.details["snapshot"]["rows"]) == (250, 250)
    assert [value for batch in [first, *rest] for value in batch.rows.column("v").to_pylist()] == [
        str(number) for number in range(250)
    ]
    assert pa.concat_batches([first.rows, *(batch.rows for batch in rest)]).column(ROW).to_pylist() == [*range(1, 251)]


def test_the_copy_keeps_what_was_rejected(sqlite):
    config = sqlite(
        "CREATE TABLE t (name text)", "INSERT INTO t VALUES ('one'), (CAST(x'c3' AS text))", query="SELECT * FROM t"
    )

    (batch,) = batches(config)

    assert (batch.rows.to_pylist(), batch.cursor["row"]) == ([{"name": "one", ROW: 1}], 2)
    assert [(each.row, each.details["byte"]) for each in batch.rejected] == [(2, "0xc3")]


def test_a_copy_over_the_limit_is_refused(postgres, settings):
    settings.COLLECT_MAX_FILE_BYTES = 10
    postgres.run("CREATE TABLE log (v int)", "INSERT INTO log VALUES (1)")

    with pytest.raises(SnapshotTooLarge):
        batches(postgres.config(table="log"))


# --- Keys that people give ------------------------------------------------------------------------
def test_a_view_is_read_in_the_order_of_the_key_that_is_given(server):
    server.run(
        "CREATE TABLE town (id int PRIMARY KEY, name text)",
        TOWNS,
        "CREATE VIEW seen AS SELECT id AS number, name FROM town",
    )

    (part,) = CONNECTOR.partitions(server.config(table="seen", key=["number"]), "seen", Window()).parts

    assert part.details["selection"]["key"] == ["number"]
    assert "snapshot" not in part.details


@pytest.mark.parametrize("values", [[1, 1], [1, None]], ids=["twice", "null"])
def test_a_key_that_does_not_identify_a_record_is_refused(server, values):
    server.run("CREATE TABLE log (v int)")
    server.insert("log", [[value] for value in values])

    with pytest.raises(KeyNotUnique):
        batches(server.config(table="log", key=["v"]))


def test_a_unique_constraint_without_nulls_is_a_key(server):
    server.run("CREATE TABLE t (code varchar(20) NOT NULL UNIQUE, other varchar(20) UNIQUE)")

    (part,) = CONNECTOR.partitions(server.config(table="t"), "t", Window()).parts

    assert part.details["selection"]["key"] == ["code"]


def test_two_columns_of_the_same_name_are_refused(postgres):
    with pytest.raises(ColumnsAlike) as raised:
        CONNECTOR.discover(postgres.config(query="SELECT 1 AS a, 2 AS a"))

    assert raised.value.details["column"] == "a"
