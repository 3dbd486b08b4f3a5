"""The indexes of the words of texts, made once a version is published, while it is read.

Measured, they cost fifty times the COPY of the rows: no reader should wait for them. A search that comes before reads
every row, and gives the same. What is missing is seen in the database, so nothing is lost if a process is killed.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, ProgrammingError, connection
from psycopg2.errors import LockNotAvailable, UndefinedTable

from apps.datasets.merise.constraints import shorten
from apps.datasets.models import VersionTable
from apps.datasets.reading.searching import document_of, searched_columns
from apps.datasets.reading.sql import quote
from apps.datasets.tables import DATA_SCHEMA

logger = logging.getLogger(__name__)


def index_texts() -> int:
    """Index the texts of the versions that are served and have no such index yet; how many tables.

    Outside of a transaction: readers are not kept waiting. One process at a time: another finds nothing to do.
    """
    with _alone() as is_alone:
        return sum(_index(stored) for stored in list(_unindexed())) if is_alone else 0


def index_name(table: str) -> str:
    return shorten(f"{table}__words")


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process makes indexes; none begins before the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [__name__])
        ((is_alone,),) = cursor.fetchall()
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [__name__])


def _unindexed() -> Iterator[VersionTable]:
    served = VersionTable.objects.filter(version__replaced_at=None).exclude(table="").select_related("version")
    with connection.cursor() as cursor:
        # An index that was being made when its process was killed is there, and not valid.
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid "
            "WHERE relnamespace = %s::regnamespace AND indisvalid",
            [DATA_SCHEMA],
        )
        there = {name for (name,) in cursor.fetchall()}
    for stored in served:
        if searched_columns(stored.schema) and index_name(stored.table) not in there:
            yield stored


def _index(stored: VersionTable) -> bool:
    """Make the index of a table, that is read and may be dropped meanwhile; whether it was made."""
    name = quote(index_name(stored.table))
    words = document_of(stored.schema)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {quote(DATA_SCHEMA)}.{name}")
            cursor.execute(
                f"CREATE INDEX CONCURRENTLY {name} ON {quote(DATA_SCHEMA)}.{quote(stored.table)} USING gin ({words})"
            )
            # The planner knows nothing of an expression before.
            cursor.execute(f"ANALYZE {quote(DATA_SCHEMA)}.{quote(stored.table)}")
    except (ProgrammingError, OperationalError) as error:
        if not isinstance(error.__cause__, UndefinedTable | LockNotAvailable):
            raise
        logger.info("table_gone_before_its_index", extra={"subject": stored.table})
        return False
    return True
