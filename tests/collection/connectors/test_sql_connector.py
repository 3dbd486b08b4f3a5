"""What a database offers, what is refused, and what people are told."""

import sqlite3
from contextlib import closing
from time import monotonic

import pytest
from pydantic import ValidationError

from apps.collection.connectors.base import Window
from apps.collection.connectors.outbound import AddressNotAllowed
from apps.collection.connectors.sql import SqlConnector, exceptions
from apps.collection.connectors.sql.config import SqlConfig
from apps.collection.connectors.sql.systems import base
from apps.collection.previewing import preview
from tests.collection.connectors.tls_relay import tls_relay
from tests.core.http.certificates import make_certificate
from tests.ports import free_port

CONNECTOR = SqlConnector()
SERVER = {"host": "db.example.org", "database": "d", "user": "u"}


@pytest.fixture(params=["postgres", "mariadb"])
def server(request):
    return request.getfixturevalue(request.param)


def everything(config):
    reading = CONNECTOR.partitions(config, config.stream, Window())
    return [
        row for part in reading.parts for batch in CONNECTOR.read(config, part, None) for row in batch.rows.to_pylist()
    ]


# --- What it offers -------------------------------------------------------------------------------
def test_a_database_that_answers_says_so(server):
    access = CONNECTOR.check(server.config())

    assert access.is_well
    assert server.settings["database"] in access.message


def test_all_tables_and_views_are_offered_with_their_keys(server):
    server.run(
        "CREATE TABLE town (id int, at timestamp NULL, share decimal(5,2), n decimal(9), note text, PRIMARY KEY (id))",
        "CREATE VIEW seen AS SELECT note FROM town",
    )

    seen, town = CONNECTOR.discover(server.config())

    assert (seen.name, [column.name for column in seen.columns]) == ("seen", ["note"])
    assert [(column.name, column.proposed_type, column.is_key) for column in town.columns] == [
        ("id", "integer", True),
        ("at", "datetime", False),
        ("share", "float", False),
        ("n", "integer", False),
        ("note", "text", False),
    ]
    assert town.details["table"] == "town"


def test_the_tables_of_a_file_are_offered(sqlite):
    streams = CONNECTOR.discover(
        sqlite("CREATE TABLE t (id integer PRIMARY KEY, d date, x)", "CREATE VIEW v AS SELECT d FROM t")
    )

    assert [stream.name for stream in streams] == ["t", "v"]
    assert [(column.name, column.proposed_type, column.is_key) for column in streams[0].columns] == [
        ("id", "integer", True),
        ("d", "date", False),
        ("x", "text", False),
    ]


def test_what_was_chosen_comes_alone(server):
    server.run("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY, d date)")

    (table,) = CONNECTOR.discover(server.config(table="b"))
    (query,) = CONNECTOR.discover(server.config(query="SELECT d, 1.5 AS n FROM b"))

    assert [(column.name, column.proposed_type, column.is_key) for column in table.columns] == [
        ("id", "integer", True),
        ("d", "date", False),
    ]
    assert [(column.name, column.proposed_type) for column in query.columns] == [("d", "date"), ("n", "float")]


def test_the_types_of_a_query_of_sqlite_are_those_of_its_values(sqlite):
    config = sqlite(
        "CREATE TABLE t (d)", "INSERT INTO t VALUES ('2024-01-01'), (NULL)", query="SELECT d, 7 AS n FROM t"
    )

    (stream,) = CONNECTOR.discover(config)

    assert [(column.name, column.proposed_type) for column in stream.columns] == [("d", "date"), ("n", "integer")]


def test_a_preview_shows_the_first_rows(server):
    server.run("CREATE TABLE t (id int PRIMARY KEY, v text)")
    server.insert("t", [[number, "a"] for number in range(200)])

    shown = preview(
        kind="sql", config=server.config(table="t").model_dump() | {"password": server.settings["password"]}
    )

    assert (len(shown.rows), len(shown.rows[0])) == (20, 2)


# --- What it refuses ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"system": "postgresql", **SERVER, "table": "a", "query": "SELECT 1"}, "one of the two"),
        ({"system": "postgresql", "host": "h"}, "the database and the user"),
        ({"system": "sqlite"}, "Send the file"),
        ({"system": "sql_server", **SERVER}, "cannot be checked"),
        ({"system": "postgresql", **SERVER, "query": "SELECT 1; DROP TABLE a"}, "without a semicolon"),
        ({"system": "postgresql", **SERVER, "query": "SELECT ';'"}, "without a semicolon"),
        ({"system": "postgresql", **SERVER, "query": "/* SELECT */ DELETE FROM a"}, "Only what reads"),
        ({"system": "postgresql", **SERVER, "query": "COPY a TO PROGRAM 'id'"}, "Only what reads"),
        ({"system": "postgresql", **SERVER, "parameters": ["since"]}, "name = value"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_what_to_correct(options, said):
    with pytest.raises(ValidationError, match=said):
        SqlConfig(**options)


@pytest.mark.parametrize("query", ["SELECT 1;", " -- why\n(SELECT 1)", "/* a */ with x AS (SELECT 1) SELECT * FROM x"])
def test_a_query_may_begin_and_end_as_people_write_it(query):
    assert SqlConfig(system="postgresql", **SERVER, query=query).query == query.strip().rstrip(";")


ESCAPES = [
    "SELECT 1) AS q) TO PROGRAM 'touch /tmp/owned' --",
    "SELECT 1) TO '/tmp/owned' --",
    "SELECT 1 AS a) AS q UNION SELECT (2",
    "WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone",
    "SELECT * INTO copy FROM t",
    "SELECT 1 /*",
    "SELECT $1",
    "SELECT * FROM t FOR UPDATE",
    "SELECT nextval('numbers')",
    "SELECT set_config('transaction_read_only', 'off', false), pg_catalog.lo_creat(-1)",
]


@pytest.mark.parametrize("query", ESCAPES)
def test_a_query_of_postgresql_leaves_everything_as_it_was(postgres, query):
    postgres.run("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)", "CREATE SEQUENCE numbers")
    postgres.run(f"GRANT ALL ON ALL TABLES IN SCHEMA {postgres.name} TO reader")
    postgres.run(f"GRANT ALL ON SCHEMA {postgres.name} TO reader")
    postgres.run(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA {postgres.name} TO reader")

    with pytest.raises((exceptions.ConfigError, exceptions.AuthError)):
        everything(postgres.config(query=query))

    assert postgres.asked("SELECT * FROM t") == [(1,)]
    assert postgres.asked("SELECT is_called FROM numbers") == [(False,)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1) AS q INTO OUTFILE '/tmp/owned' -- ",
        "SELECT * FROM t INTO OUTFILE '/tmp/owned'",
        "SELECT * FROM t INTO @x",
        "SELECT 1 /*! ) AS q INTO OUTFILE '/tmp/owned' */",
        "WITH x AS (SELECT 1) DELETE FROM t",
    ],
)
def test_a_query_of_mariadb_leaves_everything_as_it_was(mariadb, query):
    mariadb.run("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)")
    mariadb.run(f"GRANT ALL ON {mariadb.name}.* TO '{mariadb.settings['user']}'@'%'")

    with pytest.raises((exceptions.ConfigError, exceptions.AuthError)):
        everything(mariadb.config(query=query))

    assert mariadb.asked("SELECT * FROM t") == [(1,)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT load_extension('x')",
        "SELECT * FROM pragma_database_list",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS m FROM n",
        "SELECT fts3_tokenizer('simple')",
    ],
)
def test_a_query_of_sqlite_reaches_nothing_else_and_ends(sqlite, query):
    config = sqlite("CREATE TABLE t (id)", query=query).model_copy(update={"timeout_seconds": 1})

    with pytest.raises(exceptions.ConfigError):
        everything(config)


def test_a_view_of_a_file_that_never_ends_is_ended(sqlite):
    config = sqlite(
        "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS m FROM n",
        table="v",
    ).model_copy(update={"timeout_seconds": 1})
    started = monotonic()

    with pytest.raises(exceptions.StatementTooSlow):
        everything(config)

    assert monotonic() - started < 10


def test_the_file_is_left_as_it_was(sqlite):
    config = sqlite("PRAGMA journal_mode = WAL", "CREATE TABLE t (id)", "INSERT INTO t VALUES (1)", table="t")

    with base.opened(config, seconds=5) as session, closing(session.connection.cursor()) as cursor:
        for statement in ("DELETE FROM t", "ATTACH '/tmp/owned.db' AS other", "PRAGMA query_only = OFF", "VACUUM"):
            with pytest.raises(sqlite3.Error):
                cursor.execute(statement)

    assert len(everything(config)) == 1


# --- Where it goes --------------------------------------------------------------------------------
def test_an_address_that_is_closed_is_never_connected_to(postgres, settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = []

    with pytest.raises(AddressNotAllowed):
        CONNECTOR.discover(postgres.config())


def test_a_port_that_is_not_open_is_not_connected_to(postgres, settings):
    settings.OUTBOUND_ALLOWED_PORTS = [80, 443]

    with pytest.raises(exceptions.PortNotOpen) as raised:
        CONNECTOR.discover(postgres.config())

    assert raised.value.details["port"] == postgres.settings["port"]


@pytest.mark.parametrize("host", ["/var/run/postgresql", "127.0.0.1,10.0.0.1", "a b", "host=127.0.0.1"])
def test_a_host_is_a_name_and_nothing_else(postgres, host, monkeypatch):
    import socket

    def fails(*_arguments, **_options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fails)

    with pytest.raises(exceptions.HostNotFound):
        CONNECTOR.discover(postgres.config(host=host))


@pytest.mark.parametrize("system", ["postgresql", "mysql", "sql_server", "oracle"])
def test_a_server_that_does_not_listen_may_do_so_later(system, loopback, settings):
    port = free_port()
    settings.OUTBOUND_ALLOWED_PORTS = [port]
    config = SqlConfig(system=system, host="127.0.0.1", port=port, database="d", user="u", password="p", tls="none")

    access = CONNECTOR.check(config)

    assert not access.is_well
    assert str(port) in access.message
    with pytest.raises(exceptions.DatabaseOutOfReach):
        CONNECTOR.discover(config)


def test_a_server_that_says_nothing_is_left_in_time(loopback, settings):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.OUTBOUND_ALLOWED_PORTS = [port]
        started = monotonic()

        access = CONNECTOR.check(
            SqlConfig(system="postgresql", host="127.0.0.1", port=port, database="d", user="u", tls="none")
        )

    assert not access.is_well
    assert monotonic() - started < 6


def test_a_driver_that_is_not_installed_is_named(loopback, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "oracledb", None)

    with pytest.raises(exceptions.DriverMissing) as raised:
        CONNECTOR.discover(SqlConfig(system="oracle", host="127.0.0.1", database="d", user="u", tls="none"))

    assert raised.value.details == {"package": "oracledb"}


# --- What is told ---------------------------------------------------------------------------------
def test_a_wrong_password_is_told_and_never_shown(server):
    config = server.config(password="wrong-and-secret")

    with pytest.raises(exceptions.DatabaseRefusesUs) as raised:
        CONNECTOR.discover(config)

    assert "secret" not in f"{raised.value.message} {raised.value.details} {config!r}"
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"database": "nowhere", "table": "t"}, {exceptions.DatabaseNotFound, exceptions.RightMissing}),
        ({"table": "nothing"}, {exceptions.TableNotFound}),
        ({"table": "t", "cursor": "nothing"}, {exceptions.ColumnNotFound}),
        ({"table": "t", "key": ["nothing"]}, {exceptions.ColumnNotFound}),
        ({"query": "SELECT nothing FROM t"}, {exceptions.QueryNotUnderstood}),
        ({"query": "SELECT * FROM nothing"}, {exceptions.QueryNotUnderstood}),
        ({"query": "SELECT FROM WHERE"}, {exceptions.QueryNotUnderstood}),
        ({"query": "SELECT * FROM t WHERE id = :number"}, {exceptions.ParameterMissing}),
        ({}, {exceptions.NothingChosen}),
    ],
)
def test_what_does_not_exist_is_named(server, options, error):
    server.run("CREATE TABLE t (id int PRIMARY KEY)")

    with pytest.raises(tuple(error)):
        everything(server.config(**options))


def test_the_place_in_the_query_is_that_of_the_server(postgres):
    with pytest.raises(exceptions.QueryNotUnderstoodThere) as raised:
        CONNECTOR.discover(postgres.config(query="SELECT 1 AS one,\n  nothing AS two"))

    assert raised.value.details == {"line": 2, "character": 3, "state": "42703"}


def test_no_place_is_told_where_the_server_says_none(sqlite):
    with pytest.raises(exceptions.QueryNotUnderstood) as raised:
        CONNECTOR.discover(sqlite(query="SELECT nothing FROM nowhere"))

    assert [*raised.value.details] == ["state"]
    assert "line" not in str(raised.value.message)


def test_a_table_that_may_not_be_read_is_told(postgres):
    postgres.run("CREATE TABLE t (id int PRIMARY KEY)", "REVOKE SELECT ON t FROM reader")

    with pytest.raises(exceptions.RightMissing):
        everything(postgres.config(table="t"))


def test_a_database_without_tables_is_told(server):
    with pytest.raises(exceptions.NoTables):
        CONNECTOR.discover(server.config())


@pytest.mark.parametrize(
    ("name", "query"),
    [("postgres", "SELECT 1 AS a FROM pg_sleep(60)"), ("mariadb", "SELECT SLEEP(60) AS a FROM t")],
)
def test_a_query_that_lasts_is_ended_by_the_server(request, name, query):
    server = request.getfixturevalue(name)
    server.run("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)")
    started = monotonic()

    with pytest.raises(exceptions.StatementTooSlow):
        everything(server.config(query=query, timeout_seconds=1))

    assert monotonic() - started < 15


def test_a_file_that_is_no_database_is_told(uploaded):
    upload = uploaded(b"id;name\n1;a\n" * 100, name="table.csv").upload

    with pytest.raises(exceptions.NotADatabase) as raised:
        CONNECTOR.discover(SqlConfig(system="sqlite", upload=upload.model_dump()))

    assert raised.value.details == {"name": "table.csv"}


def test_a_file_that_is_cut_is_told(uploaded, tmp_path):
    path = tmp_path / "cut.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (v)")
        connection.executemany("INSERT INTO t VALUES (?)", [["x" * 1_000]] * 200)
        connection.commit()
    upload = uploaded(path.read_bytes()[:50_000], name="cut.db").upload

    with pytest.raises(exceptions.NotADatabase):
        everything(SqlConfig(system="sqlite", upload=upload.model_dump(), table="t"))


# --- TLS ------------------------------------------------------------------------------------------
@pytest.fixture
def protected(postgres, settings, monkeypatch):
    """The settings of the same place, through TLS, with a certificate for db.localhost."""
    import socket

    certificate = make_certificate("db.localhost")
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *given, **named: resolve("127.0.0.1" if host.endswith(".localhost") else host, *given, **named),
    )
    with tls_relay(postgres.settings["port"], certificate) as port:
        settings.OUTBOUND_ALLOWED_PORTS = [port, postgres.settings["port"]]
        settings.OUTBOUND_CA_BUNDLE = certificate
        postgres.run("CREATE TABLE t (id int PRIMARY KEY)")
        postgres.settings |= {"port": port, "host": "db.localhost"}
        yield postgres


def test_a_certificate_that_holds_is_accepted(protected):
    assert everything(protected.config(tls="verified", table="t")) == []


def test_a_certificate_for_another_name_is_refused(protected):
    with pytest.raises(exceptions.TlsRefused):
        CONNECTOR.discover(protected.config(tls="verified", host="other.localhost"))


def test_a_certificate_of_an_unknown_authority_is_refused(protected, settings):
    settings.OUTBOUND_CA_BUNDLE = ""

    with pytest.raises(exceptions.TlsRefused):
        CONNECTOR.discover(protected.config(tls="verified"))


def test_whoever_answers_is_accepted_where_it_is_asked(protected, settings):
    settings.OUTBOUND_CA_BUNDLE = ""

    assert everything(protected.config(tls="encrypted", table="t")) == []


@pytest.mark.parametrize("tls", ["verified", "encrypted"])
def test_a_server_that_does_not_encrypt_is_never_sent_the_password(server, tls):
    with pytest.raises(exceptions.TlsRefused):
        CONNECTOR.discover(server.config(tls=tls))
