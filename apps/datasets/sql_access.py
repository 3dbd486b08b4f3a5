"""Reading by SQL: a role of PostgreSQL for each person or group, and views of what they may read, in their schema.

    open_sql(holder=person, datasets=[dataset], by=None)      # the role, and its password the first time
    follow_dataset(dataset)                                   # in the transaction that changes what is read of it

What a view shows is what `reading.Table` says of its holder, so it changes with versions, grants, confidentiality and
visibility, in the transaction of each; `keep_sql_access` catches up with what changes elsewhere (roles, accounts).

No view that is read is replaced, for that would wait for its readers, and keep the next ones waiting: a new schema
takes the name of the old one, whose views nobody may read any more, and which is dropped a while later.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.auth.models import Group
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from psycopg2.errors import LockNotAvailable
from psycopg2.extensions import encrypt_password

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.datasets.audit_actions import AuditAction
from apps.datasets.enums import Mask
from apps.datasets.exceptions import DatasetRefused
from apps.datasets.merise.constraints import shorten
from apps.datasets.models import Dataset, SqlAccess
from apps.datasets.models.sql_access import role_prefix
from apps.datasets.names import to_name
from apps.datasets.reading import Table
from apps.datasets.reading.masks import written
from apps.datasets.reading.sql import POSTGRESQL, literal, quote
from apps.datasets.reading.table import DATABASE_SCHEMA
from apps.datasets.schema import ROW_ID

# What all readers are members of, which gives no right: pg_hba.conf names it to let them in.
READERS = "ecluse_readers"
CONNECTIONS = 5
# Whoever is connected may set these otherwise: `end_long_sessions` holds them to it.
SETTINGS = {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "idle_session_timeout": "15min",
    "default_transaction_read_only": "on",
}
LONGEST_TRANSACTION, LONGEST_IDLENESS = "2 minutes", "20 minutes"
REPLACED = "__old_"
LOCK_TIMEOUT_MS = 500
# What PostgreSQL lets anyone do unless told otherwise. The functions write large objects, and are its administrator's.
OPEN_TO_ALL = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC",
)
WRITING_FUNCTIONS = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_open(oid, integer)",
    "lo_put(oid, bigint, bytea)",
    "lo_unlink(oid)",
)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The role of a holder; its password if it was just made, which is kept nowhere else."""

    role: str
    password: str = ""


@transaction.atomic
def open_sql(
    *, holder: User | Group, datasets: Sequence[Dataset], by: User | None, renews_password: bool = False
) -> Opened:
    """Let a person or a group read these datasets by SQL too. Raises DatasetRefused if they may not read one at all."""
    accesses = [_access(holder, dataset) for dataset in datasets]
    for access in accesses:
        if access.dataset.level_for(access.viewer) is None:
            message = _("“%(who)s” may not read the dataset “%(name)s”: give them an access first.")
            told = message % {"who": access.holder, "name": access.dataset.name}
            raise DatasetRefused({"": told}, subject=f"datasets.dataset:{access.dataset.pk}")
    role = accesses[0].role
    password = "" if _exists(role) and not renews_password else secrets.token_urlsafe(24)
    if password:
        _make_role(role, password)
    for access in accesses:
        if access._state.adding:
            access.save()
            record(action=AuditAction.SQL_ACCESS_GIVEN, actor=by, subject=access.dataset, details={"role": role})
    _follow(_accesses_of(holder))
    return Opened(role=role, password=password)


@transaction.atomic
def close_sql(*, holder: User | Group, datasets: Sequence[Dataset] = (), by: User | None) -> list[Dataset]:
    """Take back the reading by SQL of these datasets, of all of them if none is given; which ones were."""
    accesses = SqlAccess.objects.filter(**_held_by(holder)).select_related("dataset")
    closed = [access for access in accesses if not datasets or access.dataset in datasets]
    for access in closed:
        access.delete()
        details = {"role": access.role}
        record(action=AuditAction.SQL_ACCESS_TAKEN_BACK, actor=by, subject=access.dataset, details=details)
    if closed:
        role = closed[0].role
        left = _accesses_of(holder)
        _write_schema(role, left)
        if not left:
            _drop_role(role)
    return [access.dataset for access in closed]


def follow_dataset(dataset: Dataset) -> None:
    """What is read of a dataset has changed: so have the views of it, once the transaction commits."""
    for access in SqlAccess.objects.filter(dataset=dataset).select_related("user", "group").order_by("pk"):
        _follow(_accesses_of(access.held_by))


@transaction.atomic
def keep_sql_access() -> int:
    """Make the server match what is said: the views of everyone, no role that nobody holds; how many things changed."""
    accesses = list(_locked(SqlAccess.objects.order_by("user", "group", "pk")))
    by_role = {role: list(of_role) for role, of_role in groupby(accesses, key=lambda access: access.role)}
    changed = sum(_follow(of_role) for of_role in by_role.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [role_prefix()])
        left = sorted({name for (name,) in cursor.fetchall()} - set(by_role))
    for role in left:
        _write_schema(role, [])
        _drop_role(role)
    return changed + len(left)


def end_long_sessions() -> int:
    """End the sessions of readers that last, whatever they set for themselves; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE starts_with(usename, %s) AND "
            "(xact_start < now() - %s::interval OR (state = 'idle' AND state_change < now() - %s::interval))",
            [role_prefix(), LONGEST_TRANSACTION, LONGEST_IDLENESS],
        )
        ((count,),) = cursor.fetchall()
    return int(count)


def drop_replaced_views() -> int:
    """Drop the schemas of views that were replaced, but for those where somebody is still reading; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s) AND position(%s in nspname) > 0",
            [role_prefix(), REPLACED],
        )
        replaced = [name for (name,) in cursor.fetchall()]
    return sum(_drop_unless_read(name) for name in replaced)


def _drop_unless_read(schema: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_MS}ms"])
            cursor.execute(f"DROP SCHEMA {quote(schema)} CASCADE")
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
    return True


def _held_by(holder: User | Group) -> dict[str, Any]:
    return {"user": holder} if isinstance(holder, User) else {"group": holder}


def _access(holder: User | Group, dataset: Dataset) -> SqlAccess:
    said = {"dataset": dataset, **_held_by(holder)}
    found: SqlAccess = SqlAccess.objects.filter(**said).first() or SqlAccess(**said)
    return found


def _accesses_of(holder: User | Group) -> list[SqlAccess]:
    return list(_locked(SqlAccess.objects.filter(**_held_by(holder)).order_by("pk")))


def _locked(accesses: QuerySet[SqlAccess]) -> QuerySet[SqlAccess]:
    """With all that their views are made from; nobody else writes the schema of their holder meanwhile."""
    return accesses.select_for_update(of=("self",)).select_related("dataset__current_version", "user", "group")


def _follow(accesses: Sequence[SqlAccess]) -> bool:
    """Give the holder of these the views of today; whether they had others."""
    before = [access.views for access in accesses]
    for access in accesses:
        access.views = dict(_views_of(access))
    if [access.views for access in accesses] == before:
        return False
    _write_schema(accesses[0].role, accesses)
    SqlAccess.objects.bulk_update(accesses, ["views"])
    return True


def _views_of(access: SqlAccess) -> Iterable[tuple[str, str]]:
    """The views of a dataset, by name: what their holder may read of its tables; none if nothing."""
    viewer, dataset = access.viewer, access.dataset
    version = dataset.current_version
    is_gone = access.user is not None and not access.user.is_active
    if version is None or is_gone or dataset.level_for(viewer) is None:
        return
    version.dataset = dataset
    for table in Table.all_of(version, viewer):
        name = shorten(f"{to_name(dataset.slug, fallback='dataset')}__{table.stored.entity}")
        yield name, _query_of(table)


def _query_of(table: Table) -> str:
    """A pseudonym is not shown: what it is made with would be read in the definition of the view."""
    shown = [quote(ROW_ID)]
    for column in table.columns:
        mask = table.masks.get(column.name)
        if mask == Mask.PSEUDONYM:
            continue
        it = written(table.schema.column(column.name), mask, POSTGRESQL, {}) if mask else quote(column.name)
        shown.append(f"{it} AS {quote(column.name)}")
    return f"SELECT {', '.join(shown)} FROM {quote(DATABASE_SCHEMA)}.{quote(table.stored.table)}"  # noqa: S608 -- quoted


def _write_schema(role: str, accesses: Sequence[SqlAccess]) -> None:
    """A schema of these views in place of the one before, whose views are then closed."""
    name = quote(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [name])
        ((is_there,),) = cursor.fetchall()
        if is_there:
            cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {name} FROM {name}")
            cursor.execute(f"REVOKE ALL ON SCHEMA {name} FROM {name}")
            cursor.execute(f"ALTER SCHEMA {name} RENAME TO {quote(f'{role}{REPLACED}{secrets.token_hex(4)}')}")
        cursor.execute(f"CREATE SCHEMA {name}")
        cursor.execute(f"GRANT USAGE ON SCHEMA {name} TO {name}")
        for access in accesses:
            for view, query in access.views.items():
                # A barrier: no function of a reader sees a row before its columns are masked.
                cursor.execute(f"CREATE VIEW {name}.{quote(view)} WITH (security_barrier) AS {query}")
                cursor.execute(f"GRANT SELECT ON {name}.{quote(view)} TO {name}")


def _exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
        ((is_there,),) = cursor.fetchall()
    return bool(is_there)


def _make_role(role: str, password: str) -> None:
    """One that connects, reads the views of its schema, and nothing else; or a new password for it."""
    name, database = quote(role), quote(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        # Roles are those of the server: another of its databases may make this one at the same moment.
        made = "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL"
        cursor.execute(f"DO $$ BEGIN CREATE ROLE {READERS} NOLOGIN; {made}; END $$")
        if not _exists(role):
            cursor.execute(f"CREATE ROLE {name} NOCREATEDB NOCREATEROLE NOINHERIT IN ROLE {READERS}")
        # What travels, and what a log may keep, is what the server would keep of the password, not the password.
        kept = encrypt_password(password, role, connection.connection, "scram-sha-256")
        cursor.execute(f"ALTER ROLE {name} LOGIN CONNECTION LIMIT {CONNECTIONS} PASSWORD {literal(kept)}")
        for setting, value in {**SETTINGS, "search_path": role}.items():
            cursor.execute(f"ALTER ROLE {name} SET {setting} = {literal(value)}")
        cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO {name}")
        cursor.execute(f"GRANT {name} TO CURRENT_USER")
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
        for statement in OPEN_TO_ALL:
            cursor.execute(statement)
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        ((is_administrator,),) = cursor.fetchall()
        if is_administrator:
            cursor.execute(f"REVOKE EXECUTE ON FUNCTION {', '.join(WRITING_FUNCTIONS)} FROM PUBLIC")


def _drop_role(role: str) -> None:
    """Once its schema holds nothing that it may read; whoever is connected by it is not any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [role])
        cursor.execute(f"DROP SCHEMA {quote(role)} CASCADE")
        cursor.execute(f"DROP OWNED BY {quote(role)}")
        cursor.execute(f"DROP ROLE {quote(role)}")
