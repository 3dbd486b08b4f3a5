"""Publishing beside readers, on real connections."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.datasets import tables
from apps.datasets.models import Version
from apps.datasets.retention import drop_replaced_tables, drop_unless_read
from tests.datasets.factories import GRENOBLE, VOIRON, built, main_table, make_dataset, rows_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
]

LATER = timedelta(minutes=11)


@pytest.fixture
def reader():
    """Another process, in a long transaction."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        yield cursor
    other.rollback()
    other.close()


def count(cursor, table):
    cursor.execute(f'SELECT count(*) FROM data."{table}"')  # noqa: S608 -- a name of ours
    return cursor.fetchone()[0]


def test_a_reader_in_a_long_transaction_neither_waits_nor_keeps_a_version_waiting(reader):
    dataset = make_dataset(GRENOBLE)
    first = built(dataset).version
    assert count(reader, main_table(first).table) == 1

    second = built(dataset, GRENOBLE, VOIRON).version

    assert (count(reader, main_table(first).table), count(reader, main_table(second).table)) == (1, 2)


def test_nobody_sees_a_version_before_its_rows(reader, monkeypatch):
    dataset = make_dataset(GRENOBLE)
    seen = []
    finish = tables.finish_tables

    def look(loaded):
        finish(loaded)
        reader.execute("SELECT count(*) FROM datasets_version")
        seen.append(reader.fetchone()[0])
        reader.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'data'")
        seen.append(reader.fetchone()[0])
        reader.connection.rollback()

    monkeypatch.setattr(tables, "finish_tables", look)
    version = built(dataset).version

    assert seen == [0, 0]
    assert count(reader, main_table(version).table) == 1


def test_a_replaced_table_goes_after_ten_minutes_and_the_snapshot_stays(lake_folder):
    dataset = make_dataset(GRENOBLE)
    first = built(dataset).version
    second = built(dataset, GRENOBLE, VOIRON).version
    now = timezone.now()

    early = drop_replaced_tables(now=now)
    counted = drop_replaced_tables(now=now + LATER, dry_run=True)
    dropped = drop_replaced_tables(now=now + LATER)
    again = drop_replaced_tables(now=now + LATER)

    first.refresh_from_db()
    assert (early, counted, dropped, again) == (0, 1, 1, 0)
    assert tables.existing_tables() == {main_table(second).table}
    assert main_table(first).table == ""
    assert (lake_folder / main_table(first).snapshot).exists()


def test_a_table_that_is_being_read_is_left_for_the_next_time(reader):
    dataset = make_dataset(GRENOBLE)
    first = built(dataset).version
    built(dataset, VOIRON)
    count(reader, main_table(first).table)

    assert drop_replaced_tables(now=timezone.now() + LATER) == 0
    first.refresh_from_db()
    assert count(reader, main_table(first).table) == 1
    reader.connection.rollback()

    assert drop_replaced_tables(now=timezone.now() + LATER) == 1


def test_a_table_that_no_version_names_goes_at_once():
    version = built(make_dataset(GRENOBLE)).version
    tables.create_table(table="left_over", schema=version.pinned_schema.main)

    assert drop_replaced_tables(now=timezone.now()) == 1
    assert tables.existing_tables() == {main_table(version).table}


def test_the_table_of_a_version_is_never_dropped_as_if_it_were_left_over():
    version = built(make_dataset(GRENOBLE)).version

    assert not drop_unless_read(main_table(version).table)
    with pytest.raises(AssertionError):
        tables.create_table(table=main_table(version).table, schema=version.pinned_schema.main)

    assert rows_of(Version.objects.get()).count() == 1
