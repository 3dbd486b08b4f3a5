"""The tables that hold the rows of versions: one for each version, in the schema `data` of the same database.

    with transaction.atomic():
        create_table(table=name, schema=schema)
        copy_rows(table=name, schema=schema, path=snapshot)
        finish_table(table=name, schema=schema)
    model_for(version).objects.filter(year__gte=2020)

Django writes `schema"."table` between quotes, which names a table of another schema, so no connection carries a
`search_path` of its own, and a connection of the pool that another request used before needs no care.

The models are made from the schema of the version and live each in a registry of their own. In the global one they
would be seen by `makemigrations`, never be freed, and clash between threads.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2s
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps.registry import Apps
from django.db import DatabaseError, connection, models
from django.utils.translation import gettext_lazy as _
from psycopg2 import errors

from apps.datasets.enums import ColumnType
from apps.datasets.failures import IndexedValueTooLong
from apps.datasets.models import Version
from apps.datasets.schema import ROW_ID, ColumnSchema, EntitySchema

if TYPE_CHECKING:
    import pyarrow as pa

DATA_SCHEMA = "data"
LONGEST_NAME = 63
# Names that, joined by two underscores, can be told apart again.
PLAIN_SLUG, PLAIN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"), re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
MODELS_KEPT = 128
# What COPY reads at once, in rows and in bytes.
BATCH_ROWS = 16_384
BLOCK = 1 << 18


def table_name(*, dataset: str, entity: str, number: int) -> str:
    """The table of this version. Deterministic, at most 63 bytes, and never that of another dataset."""
    name = f"{dataset.replace('-', '_')}__{entity}__v{number}"
    if PLAIN_SLUG.fullmatch(dataset) and PLAIN_NAME.fullmatch(entity):
        return _shorten(name)
    return _shorten(name, of=f"{dataset} {entity} {number}")


def model_for(version: Version) -> type[models.Model]:
    """The Django model of the rows of this version. Raises ValueError once its table was dropped."""
    if not version.table:
        raise ValueError(f"Version {version.pk} has no table any more.")
    return table_model(version.table, version.pinned_schema)


@lru_cache(maxsize=MODELS_KEPT)
def table_model(table: str, schema: EntitySchema) -> type[models.Model]:
    """The model of a table of this shape; the same class for as long as it is among the last ones used."""
    meta = type(
        "Meta",
        (),
        {
            "apps": _Registry(),
            "app_label": "data",
            "managed": False,
            "db_table": f'{DATA_SCHEMA}"."{table}',
            "db_table_comment": _comment(schema.label),
            "verbose_name": schema.label or schema.name,
            "ordering": [ROW_ID],
        },
    )
    # Columns are in the order in which their fields were made.
    fields: dict[str, Any] = {ROW_ID: models.BigIntegerField(_("row"), primary_key=True)}
    fields |= {column.name: _field(column) for column in schema.columns}
    return type("Row", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


def create_table(*, table: str, schema: EntitySchema) -> None:
    """Make the table, empty, in place of what an interrupted load or a dataset that is gone left under its name.

    Raises AssertionError rather than dropping the table of a version.
    """
    assert not Version.objects.filter(table=table).exists(), table  # noqa: S101 -- rows would be lost
    drop_table(table=table)
    with connection.schema_editor(atomic=False) as editor:
        editor.create_model(table_model(table, schema))


def copy_rows(*, table: str, schema: EntitySchema, path: Path) -> None:
    """Fill the table from a snapshot, in bounded memory. In the transaction that made the table: the rows are frozen,
    so that no reader and no vacuum has to look at them twice.
    """
    import pyarrow.parquet as pq

    columns = [ROW_ID, *schema.names]
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    sql = f"COPY {_quoted(table)} ({names}) FROM STDIN (FORMAT csv, FREEZE)"
    with (
        pq.ParquetFile(path) as file,
        connection.cursor() as cursor,
        connection.wrap_database_errors,
    ):
        cursor.copy_expert(sql, _CsvReader(file.iter_batches(BATCH_ROWS, columns=columns)), BLOCK)


def finish_table(*, table: str, schema: EntitySchema) -> None:
    """Index a table that was filled, and let the planner know what is in it.

    Raises IndexedValueTooLong if a text is longer than an index can hold.
    """
    model = table_model(table, schema)
    with connection.schema_editor(atomic=False) as editor, _telling_what_cannot_be_indexed():
        for constraint in _constraints(table, schema):
            editor.add_constraint(model, constraint)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {_quoted(table)}")


def drop_table(*, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_quoted(table)}")


def existing_tables() -> set[str]:
    """The tables that there are, whether a version names them or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [DATA_SCHEMA])
        return {name for (name,) in cursor.fetchall()}


class _Registry(Apps):
    """Where one model is known, and nothing else.

    Django's own remembers the models of every registry in one cache, which would keep each of them alive, and which
    each new model would empty for the whole process.
    """

    def register_model(self, app_label: str, model: type[models.Model]) -> None:
        self.all_models[app_label][str(model._meta.model_name)] = model

    def get_models(self, include_auto_created: bool = False, include_swapped: bool = False) -> list[type[models.Model]]:
        return [model for known in self.all_models.values() for model in known.values()]

    def clear_cache(self) -> None:
        """Nothing is cached."""


class _CsvReader(RawIOBase):
    """Batches of Arrow as the CSV that COPY reads: nothing between two commas is NULL, two quotes are an empty text."""

    def __init__(self, batches: "Iterator[pa.RecordBatch]") -> None:
        self._batches = batches
        self._block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Some bytes, `size` at most; none at the end."""
        if not self._block:
            self._block = self._next_block()
        taken, self._block = self._block[:size], self._block[size:]
        return bytes(taken)

    def _next_block(self) -> memoryview:
        import pyarrow as pa
        from pyarrow import csv

        for batch in self._batches:
            if batch.num_rows:
                block = pa.BufferOutputStream()
                csv.write_csv(batch, block, csv.WriteOptions(include_header=False))
                return memoryview(block.getvalue())
        return memoryview(b"")


def _field(column: ColumnSchema) -> "models.Field[Any, Any]":
    options: dict[str, Any] = {
        "verbose_name": column.title,
        "help_text": column.description,
        "db_comment": _comment(column.description or column.label) or None,
        "null": not column.must_be_filled,
    }
    match column.type:
        case ColumnType.TEXT if column.max_length:
            return models.CharField(max_length=column.max_length, **options)
        case ColumnType.TEXT:
            return models.TextField(**options)
        case ColumnType.INTEGER:
            return models.BigIntegerField(**options)
        case ColumnType.FLOAT:
            return models.FloatField(**options)
        case ColumnType.DECIMAL:
            return models.DecimalField(max_digits=column.digits, decimal_places=column.decimals, **options)
        case ColumnType.BOOLEAN:
            return models.BooleanField(**options)
        case ColumnType.DATE:
            return models.DateField(**options)
        case ColumnType.DATETIME:
            return models.DateTimeField(**options)


def _constraints(table: str, schema: EntitySchema) -> Iterator[models.UniqueConstraint]:
    """The key, then the columns that are unique by themselves.

    In PostgreSQL an index is in the schema of its table, where its name must be the only one.
    """
    if schema.key:
        yield models.UniqueConstraint(fields=schema.key, name=_shorten(f"{table}__key"))
    for column in schema.columns:
        if column.is_unique and schema.key != (column.name,):
            yield models.UniqueConstraint(fields=[column.name], name=_shorten(f"{table}__{column.name}__unique"))


def _comment(text: str) -> str:
    """Django gives the statement that comments to psycopg2 with no parameters, yet to be filled in with them."""
    return text.replace("%", "%%")


@contextmanager
def _telling_what_cannot_be_indexed() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if isinstance(error.__cause__, errors.ProgramLimitExceeded):
            raise IndexedValueTooLong from error
        raise


def _shorten(name: str, *, of: str = "") -> str:
    """The name if PostgreSQL can hold it; otherwise its beginning and a digest of it (or of what it is made of)."""
    if len(name.encode()) <= LONGEST_NAME and not of:
        return name
    digest = blake2s((of or name).encode(), digest_size=6).hexdigest()
    return f"{name.encode()[: LONGEST_NAME - len(digest) - 1].decode(errors='ignore')}_{digest}"


def _quoted(table: str) -> str:
    return f"{connection.ops.quote_name(DATA_SCHEMA)}.{connection.ops.quote_name(table)}"
