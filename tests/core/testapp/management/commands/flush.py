"""`flush`, as Django calls it after each test that commits, at the cost of what the test wrote.

Django truncates every table, then makes content types, permissions and roles again: a tenth of a second, and more than
one on a server that forces to disk the two files or more that each truncated table leaves. Most tests wrote to a few
tables, and to none of those.
"""

from typing import Any, ClassVar

from django.core.management.commands import flush
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


class Command(flush.Command):
    """The first time, all that Django does; then only what differs from what that left.

    A test that changed what stands (a permission, a role) has it all made again.
    """

    # By database: what Django left in each table, as a digest of its rows; None in most.
    left: ClassVar[dict[str, dict[str, str | None]]] = {}

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        name = connection.settings_dict["NAME"]
        left, found = self.left.get(name), digests(connection)
        if left is not None and left.keys() == found.keys():
            written = [table for table in found if found[table] != left[table]]
            if not any(left[table] for table in written):
                delete_all(connection, written)
                return
        super().handle(**options)
        self.left[name] = digests(connection)


def digests(connection: BaseDatabaseWrapper) -> dict[str, str | None]:
    """The tables of the models, each with a digest of its rows: None of an empty one."""
    quote = connection.ops.quote_name
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    each = (
        f"(SELECT md5(string_agg(md5(row::text), '' ORDER BY row::text)) FROM {quote(table)} row)"  # noqa: S608 -- our own names
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(each)}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def delete_all(connection: BaseDatabaseWrapper, tables: list[str]) -> None:
    """In any order: Django's foreign keys are checked when a transaction ends."""
    if not tables:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # The door by which old events leave the audit trail.
        cursor.execute("SET LOCAL ecluse.audit_purge = 'on'")
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- our own names
