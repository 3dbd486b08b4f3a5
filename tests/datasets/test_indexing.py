"""The indexes of texts, made beside readers once a version is published."""

import pytest
from django.core.management import call_command
from django.db import connection

from apps.datasets.indexing import index_name, index_texts
from apps.datasets.reading.searching import searching
from tests.datasets.reading.tables import LINKED, VISITS, add_tables, publish_linked

# An index that keeps nobody waiting is made outside of any transaction.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_table_left")]


def indexes() -> dict[str, bool]:
    """The indexes of words that there are, and whether each is valid."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, indisvalid FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid "
            "WHERE relname LIKE '%words%'"
        )
        return dict(cursor.fetchall())


def test_each_table_with_texts_is_indexed_once():
    version = publish_linked()

    assert (index_texts(), index_texts()) == (2, 0)
    assert indexes() == {index_name(stored.table): True for stored in version.tables.all()}


def test_a_version_that_was_replaced_is_not_indexed():
    version = publish_linked()
    new = add_tables(version.dataset, {VISITS: LINKED[VISITS]})

    call_command("index_texts", verbosity=0)

    assert set(indexes()) == {index_name(new.tables.get().table)}


def test_what_a_killed_process_left_is_made_again():
    stored = publish_linked().tables.get(position=0)
    index_texts()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
            [f'data."{index_name(stored.table)}"'],
        )

    assert index_texts() == 1
    assert set(indexes().values()) == {True}


def test_a_search_uses_the_index():
    stored = publish_linked().tables.get(position=0)
    index_texts()

    found = searching(stored.schema, f'data."{stored.table}"', "école")
    with connection.cursor() as cursor:
        cursor.execute(f"SET enable_seqscan = off; EXPLAIN SELECT id FROM {found.sql}", found.values)  # noqa: S608 -- ours
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")

    assert index_name(stored.table) in plan
