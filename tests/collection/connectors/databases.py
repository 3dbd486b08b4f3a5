"""Database servers on loopback, that listen on a port as those of others do: a PostgreSQL of ours, and MariaDB."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg2
import pymysql
import pytest

from apps.collection.connectors.sql.config import SqlConfig
from config.embedded.postgres import DATABASE, ROLE, Postgres
from tests.ports import free_port

PASSWORD = "only for tests"
READER = "reader"
# May read without a password: what a source keeps in its settings is then all that it needs.
TRUSTED = "trusted"
_numbers = count(1)


class ListeningPostgres(Postgres):
    """The suite's embedded PostgreSQL, but on a port, with passwords and TLS."""

    port = 0

    def prepare(self) -> None:
        super().prepare()
        with (self.data / "pg_hba.conf").open("a") as file:
            file.write(f"host all {TRUSTED} 127.0.0.1/32 trust\n")
            file.write("host all all 127.0.0.1/32 scram-sha-256\n")

    def command(self) -> list[str]:
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_permissions": "0700"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*super().command(), *options]

    def _connect(self, database: str) -> Any:
        return psycopg2.connect(
            host=str(self.socket_home), port=self.port, user=ROLE, dbname=database, connect_timeout=5
        )


@dataclass
class Place:
    """A schema (or a database, for MySQL) of a test's own. `run` makes tables; `config` is what a source says of it."""

    settings: dict[str, Any]
    connection: Any
    long_text: str = "text"
    trusted: str = TRUSTED
    name: str = field(default_factory=lambda: f"place_{os.getpid()}_{next(_numbers)}")

    def run(self, *statements: str, values: Any = None) -> None:
        with closing(self.connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement, values)

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """All in one statement. `table` is written as the system quotes it."""
        marks = f"({', '.join(['%s'] * len(rows[0]))})"
        statement = f"INSERT INTO {table} VALUES {', '.join([marks] * len(rows))}"  # noqa: S608 -- names of a test
        self.run(statement, values=[value for row in rows for value in row])

    def open_config(self, **options: Any) -> SqlConfig:
        """The same, for whoever needs no password."""
        return self.config(**options | {"user": self.trusted, "password": None})

    def config(self, **options: Any) -> SqlConfig:
        return SqlConfig(**self.settings | options)

    def asked(self, statement: str, values: Any = None) -> list[tuple]:
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[ListeningPostgres]:
    with TemporaryDirectory(prefix="ecluse-pg-") as directory:
        home = Path(directory)
        home.chmod(0o755)
        server = ListeningPostgres(home / "pg", sockets=home / "s", durable=False)
        server.port = free_port()
        server.start()
        try:
            with closing(server._connect(DATABASE)) as connection, connection, connection.cursor() as cursor:
                cursor.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
                cursor.execute(f"CREATE ROLE {TRUSTED} LOGIN IN ROLE {READER}")
            yield server
        finally:
            server.stop()


@pytest.fixture
def loopback(settings) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@contextmanager
def postgres_place(server: ListeningPostgres) -> Iterator[Place]:
    with closing(server._connect(DATABASE)) as connection:
        connection.autocommit = True
        place = Place(settings={}, connection=connection)
        place.settings = {
            "system": "postgresql",
            "host": "127.0.0.1",
            "port": server.port,
            "database": DATABASE,
            "user": READER,
            "password": PASSWORD,
            "tls": "none",
            "schema_name": place.name,
            "timeout_seconds": 30,
        }
        place.run(
            f"CREATE SCHEMA {place.name}",
            f"GRANT USAGE ON SCHEMA {place.name} TO {READER}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {place.name} GRANT SELECT ON TABLES TO {READER}",
            f"SET search_path = {place.name}",
            "SET client_min_messages = error",
        )
        try:
            yield place
        finally:
            place.run(f"DROP SCHEMA {place.name} CASCADE")


@pytest.fixture
def postgres(postgres_server, loopback, settings) -> Iterator[Place]:
    settings.OUTBOUND_ALLOWED_PORTS = [80, 443, postgres_server.port]
    with postgres_place(postgres_server) as place:
        yield place


@pytest.fixture
def mariadb(loopback) -> Iterator[Place]:
    try:
        connection = pymysql.connect(host="127.0.0.1", user="root", connect_timeout=5, autocommit=True)
    except pymysql.OperationalError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"No MariaDB answers on 127.0.0.1:3306 ({type(error).__name__}).")
    with closing(connection):
        place = Place(settings={}, connection=connection, long_text="longtext")
        user = place.name[-30:]
        place.trusted = f"{user}_open"
        place.settings = {
            "system": "mysql",
            "host": "127.0.0.1",
            "database": place.name,
            "user": user,
            "password": PASSWORD,
            "tls": "none",
            "timeout_seconds": 30,
        }
        place.run(
            f"CREATE DATABASE {place.name} CHARACTER SET utf8mb4",
            f"CREATE USER '{user}'@'%' IDENTIFIED BY '{PASSWORD}'",
            f"CREATE USER '{place.trusted}'@'%'",
            f"GRANT SELECT ON {place.name}.* TO '{user}'@'%', '{place.trusted}'@'%'",
            f"USE {place.name}",
            "SET SESSION sql_mode = ''",
        )
        try:
            yield place
        finally:
            place.run(f"DROP DATABASE {place.name}", f"DROP USER '{user}'@'%', '{place.trusted}'@'%'")


@pytest.fixture
def sqlite(uploaded, tmp_path):
    """Make an SQLite file with these statements, as if someone had sent it; the settings of a source that reads it."""
    import sqlite3

    def make(*statements: str, **options: Any) -> SqlConfig:
        path = tmp_path / f"database-{next(_numbers)}.db"
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        upload = uploaded(path.read_bytes(), name="database.db").upload
        return SqlConfig(**{"system": "sqlite", "upload": upload.model_dump(), "timeout_seconds": 30} | options)

    return make
