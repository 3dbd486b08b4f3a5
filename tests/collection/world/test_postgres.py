"""The old database as tables of PostgreSQL: the same rows, their keys, a role that may only read."""

import os
from contextlib import closing

import psycopg2
import pytest
from django.db import connection
from psycopg2.extensions import make_dsn

from apps.collection.world.label import MENTION
from apps.collection.world.stores.postgres import fill_database
from apps.collection.world.stores.tables import TABLES
from tests.collection.world import stores

SCHEMA = "monde_essai"
# A role is of the whole server, where each worker of the suite has a database of its own.
READER = f"monde_essai_{os.environ.get('PYTEST_XDIST_WORKER', 'seul')}"


@pytest.fixture(scope="module")
def address(django_db_setup):
    """Where the database of the tests is; the schema and the role are taken away in the end."""
    known = {"dbname", "user", "password", "host", "port"}
    address = make_dsn(**{name: value for name, value in connection.get_connection_params().items() if name in known})
    yield address
    with closing(psycopg2.connect(address)) as leaving, leaving, leaving.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        cursor.execute(f"DROP OWNED BY {READER}")
        cursor.execute(f"DROP ROLE {READER}")


@pytest.fixture(scope="module")
def fill(address, demo_world):
    def fill(version):
        return fill_database(address, lambda: demo_world.story, version=version, schema=SCHEMA, reader=READER)

    return fill


@pytest.fixture(scope="module")
def cursor(address, fill):
    fill("1")
    with closing(psycopg2.connect(address)) as opened, opened.cursor() as cursor:
        cursor.execute(f"SET search_path TO {SCHEMA}")
        opened.commit()
        yield cursor


def rows(cursor, query, *values):
    cursor.execute(query, values)
    return cursor.fetchall()


def test_it_has_the_rows_of_the_sqlite_file(demo_world, cursor):
    found = rows(cursor, "SELECT reference, ordre, agent_matricule, debut_le, cout, compte_rendu FROM interventions")
    expected = [
        tuple(row[name] for name in ("reference", "ordre", "agent_matricule", "debut_le", "cout", "compte_rendu"))
        for row in stores.database(demo_world).values()
    ]

    assert sorted(found, key=str) == sorted(expected, key=str)


def test_it_has_the_keys_and_the_view(cursor):
    query = "SELECT contype, count(*) FROM pg_constraint WHERE connamespace = %s::regnamespace GROUP BY contype"
    kinds = dict(rows(cursor, query, SCHEMA))

    assert kinds["p"] == len(TABLES)
    assert kinds["f"] == sum(len(table.refers) for table in TABLES)
    shown = rows(cursor, "SELECT count(*) FROM interventions_detaillees")
    assert shown == rows(cursor, "SELECT count(*) FROM interventions")


def test_each_table_says_that_it_is_invented(cursor):
    query = (
        "SELECT obj_description(oid, 'pg_class') FROM pg_class "
        "WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'v')"
    )
    told = rows(cursor, query, SCHEMA)

    assert len(told) == len(TABLES) + 1
    assert all(MENTION in comment for (comment,) in told)


def test_the_reader_reads_and_cannot_write(cursor):
    cursor.execute(f"SET ROLE {READER}")

    assert rows(cursor, "SELECT count(*) FROM services") == [(12,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("DELETE FROM services")
    cursor.connection.rollback()


def test_it_is_made_again_for_another_version_only(fill, cursor):
    cursor.connection.rollback()

    assert fill("1") is False
    assert fill("2") is True
    assert fill("2") is False
