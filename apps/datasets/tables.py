"""The tables that hold the rows of versions: one for each entity, in the schema `data` of the same database.

    with transaction.atomic():
        create_table(table=name, schema=schema)
        copy_rows(table=name, schema=schema, path=snapshot)
        finish_tables({name: schema})
    table_model(name, schema).objects.filter(year__gte=2020)

Django writes `schema"."table` between quotes, which names a table of another schema, so no connection carries a
`search_path` of its own, and a connection of the pool that another request used before needs no care.

The models are made from the schema of the version and live each in a registry of their own. In the global one they
would be seen by `makemigrations`, never be freed, and clash between threads.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import lru_cache
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps.registry import Apps
from django.db import DatabaseError, connection, models
from django.utils.translation import gettext_lazy as _
from psycopg2 import errors

from apps.datasets.enums import ColumnType
from apps.datasets.failures import IndexedValueTooLong
from apps.datasets.merise.constraints import Constraint, ConstraintKind, comment_of, constraints_of, indexes_of, shorten
from apps.datasets.models import VersionTable
from apps.datasets.schema import ROW_ID, ColumnSchema, EntitySchema

if TYPE_CHECKING:
    import pyarrow as pa

DATA_SCHEMA = "data"
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
        return shorten(name)
    return shorten(name, of=f"{dataset} {entity} {number}")


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
            "db_table_comment": _comment(comment_of(schema)),
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
    assert not VersionTable.objects.filter(table=table).exists(), table  # noqa: S101 -- rows would be lost
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
        closing(_CsvReader(file.iter_batches(BATCH_ROWS, columns=columns))) as reader,
        connection.cursor() as cursor,
        connection.wrap_database_errors,
    ):
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.copy_expert(sql, reader, BLOCK)


def finish_tables(tables: Mapping[str, EntitySchema]) -> None:
    """Constrain and index tables that were filled, and let the planner know what is in them; foreign keys come last.

    Raises IndexedValueTooLong if a text is longer than an index can hold.
    """
    places = {schema.name: _quoted(table) for table, schema in tables.items()}
    said = {table: list(constraints_of(table, schema, located=places.__getitem__)) for table, schema in tables.items()}
    with connection.cursor() as cursor, _telling_what_cannot_be_indexed():
        for table, constraints in said.items():
            # All at once: the rows are read a single time.
            _add(cursor, table, [each for each in constraints if each.kind != ConstraintKind.FOREIGN_KEY])
            for index in indexes_of(table, tables[table]):
                columns = ", ".join(connection.ops.quote_name(name) for name in index.columns)
                cursor.execute(f"CREATE INDEX {connection.ops.quote_name(index.name)} ON {_quoted(table)} ({columns})")
        for table, constraints in said.items():
            _add(cursor, table, [each for each in constraints if each.kind == ConstraintKind.FOREIGN_KEY])
            cursor.execute(f"ANALYZE {_quoted(table)}")


def drop_table(*, table: str) -> None:
    """With the foreign keys that refer to it: the tables of a version go one by one."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_quoted(table)} CASCADE")


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
    """Batches of Arrow as the CSV that COPY reads: nothing between two commas is NULL, two quotes are an empty text.

    A block is written by another thread while the server takes the one before; neither holds the interpreter.
    """

    def __init__(self, batches: "Iterator[pa.RecordBatch]") -> None:
        self._batches = batches
        self._block = memoryview(b"")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="csv")
        self._ahead = self._writer.submit(self._next_block)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Some bytes, `size` at most; none at the end."""
        if not self._block:
            self._block = self._ahead.result()
            if self._block:
                self._ahead = self._writer.submit(self._next_block)
        taken, self._block = self._block[:size], self._block[size:]
        return bytes(taken)

    def close(self) -> None:
        self._writer.shutdown()
        super().close()

    def _next_block(self) -> memoryview:
        import pyarrow as pa
        from pyarrow import csv

        for batch in self._batches:
            if batch.num_rows:
                block = pa.BufferOutputStream()
                csv.write_csv(_without_zones(batch), block, csv.WriteOptions(include_header=False))
                return memoryview(block.getvalue())
        return memoryview(b"")


def _without_zones(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """The same instants as local times of UTC: with their zone, each takes twenty times as long to write."""
    import pyarrow as pa

    for rank, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz:
            batch = batch.set_column(rank, field.name, batch.column(rank).view(pa.timestamp(field.type.unit)))
    return batch


def _field(column: ColumnSchema) -> "models.Field[Any, Any]":
    options: dict[str, Any] = {
        "verbose_name": column.title,
        "help_text": column.description,
        "db_comment": _comment(comment_of(column)) or None,
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


def _add(cursor: Any, table: str, constraints: Sequence[Constraint]) -> None:
    if constraints:
        added = ", ".join(
            f"ADD CONSTRAINT {connection.ops.quote_name(each.name)} {each.definition}" for each in constraints
        )
        cursor.execute(f"ALTER TABLE {_quoted(table)} {added}")


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


def _quoted(table: str) -> str:
    return f"{connection.ops.quote_name(DATA_SCHEMA)}.{connection.ops.quote_name(table)}"
