"""The old database as tables of PostgreSQL, in a schema of their own, with a role that may only read them."""

import io
from collections.abc import Callable, Iterable
from typing import Any

from apps.collection.world import label
from apps.collection.world.stores.sqlite import create
from apps.collection.world.stores.tables import TABLES, VIEW, VIEW_QUERY, Table, rows_of, values
from apps.collection.world.story import Story

SCHEMA = "monde_mairie"
READER = "monde_lecteur"
READER_PASSWORD = "lecture-inventee"  # noqa: S105 -- it opens invented data, and is written on the world's first page


def fill_database(
    url: str, tell_story: Callable[[], Story], *, version: str, schema: str = SCHEMA, reader: str = READER
) -> bool:
    """Make the schema again if it is not of this version, all of it or nothing; say whether it was made.

    Raises psycopg2.Error if the database does not answer, or does not let us make schemas and roles.
    """
    import psycopg2

    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            # One world at a time: another that starts now waits here.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [schema])
            if _version(cursor, schema) == version:
                return False
            rows, _faults = rows_of(tell_story())
            _make_schema(cursor, schema)
            for table in TABLES:
                _fill(cursor, table, values(table, rows[table.name]))
            _make_references(cursor)
            _let_read(cursor, schema, reader)
            cursor.execute(f"COMMENT ON SCHEMA {schema} IS %s", [f"{label.MENTION} [{version}]"])
        return True
    finally:
        connection.close()


def _version(cursor: Any, schema: str) -> str | None:
    cursor.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [schema])
    comment = cursor.fetchone()[0]
    return comment.rpartition("[")[2].rstrip("]") if comment else None


def _make_schema(cursor: Any, schema: str) -> None:
    cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    cursor.execute(f"CREATE SCHEMA {schema}")
    cursor.execute(f"SET LOCAL search_path TO {schema}")
    for table in TABLES:
        cursor.execute(create(table, with_references=False))
        cursor.execute(f"COMMENT ON TABLE {table.name} IS %s", [f"{table.told}. {label.MENTION}"])


def _fill(cursor: Any, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    lines = ("\t".join(_copied(value) for value in row) + "\n" for row in rows)
    cursor.copy_expert(f"COPY {table.name} FROM STDIN", io.StringIO("".join(lines)))


def _copied(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _make_references(cursor: Any) -> None:
    for table in TABLES:
        for column, (other, key) in table.refers.items():
            # Not valid: declared, but not for the rows that are there, some of which are orphans.
            cursor.execute(
                f"ALTER TABLE {table.name} ADD CONSTRAINT {table.name}_{column}_fkey "
                f"FOREIGN KEY ({column}) REFERENCES {other} ({key}) NOT VALID"
            )
    cursor.execute(f"CREATE VIEW {VIEW} AS {VIEW_QUERY}")
    cursor.execute(f"COMMENT ON VIEW {VIEW} IS %s", [label.MENTION])


def _let_read(cursor: Any, schema: str, reader: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [reader])
    if not cursor.fetchone():
        cursor.execute(f"CREATE ROLE {reader}")
    cursor.execute(f"ALTER ROLE {reader} LOGIN PASSWORD %s NOSUPERUSER NOCREATEDB NOCREATEROLE", [READER_PASSWORD])
    cursor.execute(f"ALTER ROLE {reader} SET default_transaction_read_only = on")
    cursor.execute(f"ALTER ROLE {reader} SET search_path = {schema}")
    cursor.execute(f"COMMENT ON ROLE {reader} IS %s", [label.MENTION])
    cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {reader}")
    cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {reader}")
