"""What a model may read of a dataset, by DuckDB: each entity is a table of its name.

A query sees them and nothing else: no file, no network, no extension, in a bounded memory and time
(`datasets.engine.connecting`). What it would give is known from empty tables, before any row is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core import lake
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.models import Version
from apps.datasets.reading.sql import literal, quote
from apps.datasets.schema import ROW_ID, ColumnSchema, DatasetSchema, EntitySchema
from apps.inference.failures import FilesDamaged, FilesGone, QueryFailed, QueryTooLong, TooManyRows
from apps.inference.spec import Data

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST_SECONDS = 600
DESCRIBED_WITHIN_SECONDS = 10
# What a column of a query is, by the type that DuckDB gives it; of any other type, it is none that a model can read.
TYPES = {
    "VARCHAR": ColumnType.TEXT,
    "BOOLEAN": ColumnType.BOOLEAN,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.DATETIME,
    "TIMESTAMP WITH TIME ZONE": ColumnType.DATETIME,
    "FLOAT": ColumnType.FLOAT,
    "DOUBLE": ColumnType.FLOAT,
    "DECIMAL": ColumnType.DECIMAL,
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), ColumnType.INTEGER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), ColumnType.INTEGER),
}
# How an empty table of an entity is made, to know what a query would give.
AS_TABLE = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.DECIMAL: "DECIMAL(38, 6)",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMPTZ",
}


class QueryRefused(Exception):
    """The query, or the condition, does not fit the dataset. Its text is what people read."""


def describe(schema: DatasetSchema, data: Data) -> dict[str, ColumnSchema]:
    """The columns that a model may name: those of its entity, or of what its query gives, by name.

    A column of a query that has the name of one in the tables that it reads is told as that one is. Any other might
    come from what is said of people: it is personal as soon as these tables hold any such column.

    Raises QueryRefused if the query or the condition does not fit the tables.
    """
    from apps.datasets.engine.connecting import bounded, connect

    with connect() as engine, bounded(engine, DESCRIBED_WITHIN_SECONDS):
        for entity in schema.entities:
            columns = [
                f"{quote(ROW_ID)} BIGINT",
                *(f"{quote(each.name)} {AS_TABLE[each.type]}" for each in entity.columns),
            ]
            engine.execute(f"CREATE TABLE {quote(entity.name)} ({', '.join(columns)})")
        read = _tables(engine, schema, data)
        given = _understood(engine, f"DESCRIBE {asked(data)}")
    if data.entity:
        return {column.name: column for column in schema.entity(data.entity).columns}
    return _told(given, read)


def tables_read(schema: DatasetSchema, data: Data) -> list[EntitySchema]:
    """The tables whose rows are read, by the query and by the condition. Raises QueryRefused."""
    if data.entity and not data.where:
        return [entity for entity in schema.entities if entity.name == data.entity]
    from apps.datasets.engine.connecting import connect

    with connect() as engine:
        return _tables(engine, schema, data)


def fetch(
    version: Version, data: Data, values: Mapping[str, str], *, has_id: bool, within: float = LONGEST_SECONDS
) -> tuple[dict[str, list[Any]], list[int]]:
    """These values of each row, by name, each an expression of SQL; and their ids. In an order that does not change.

    Raises FilesGone, FilesDamaged, QueryFailed, QueryTooLong, TooManyRows.
    """
    import duckdb

    from apps.datasets.engine.connecting import bounded, connect

    limit = settings.TRAINING_MAX_ROWS
    told = ", ".join(f"{expression} AS {quote(name)}" for name, expression in values.items())
    order = quote(ROW_ID) if has_id else "ALL"
    names = [entity.name for entity in tables_read(version.pinned_schema, data)]
    with _files(version, names) as paths, connect(reads=paths.values()) as engine:
        for name, path in paths.items():
            engine.execute(f"CREATE VIEW {quote(name)} AS FROM read_parquet({literal(str(path))})")
        identity = f"{quote(ROW_ID)}, " if has_id and ROW_ID not in values else ""
        sql = f"SELECT {identity}{told} FROM ({asked(data)}) ORDER BY {order} LIMIT {limit + 1}"  # noqa: S608 -- theirs, in a sandbox
        try:
            with bounded(engine, within):
                found = engine.sql(sql).to_arrow_table()
        except duckdb.InterruptException:
            raise QueryTooLong(seconds=within) from None
        except duckdb.Error as error:
            raise QueryFailed(error=type(error).__name__) from error
    if found.num_rows > limit:
        raise TooManyRows(limit=limit)
    columns = {name: found.column(name).to_pylist() for name in found.column_names}
    ids = columns[ROW_ID] if has_id else list(range(1, found.num_rows + 1))
    return {name: columns[name] for name in values}, ids


def asked(data: Data) -> str:
    """The rows of the entity or of the query that the condition keeps, as SQL."""
    rows = f"FROM {quote(data.entity)}" if data.entity else f"FROM ({data.query.rstrip().rstrip(';')}\n)"
    return f"{rows} WHERE ({data.where}\n)" if data.where else rows


def _tables(engine: "DuckDBPyConnection", schema: DatasetSchema, data: Data) -> list[EntitySchema]:
    with _refusing():
        statements = engine.extract_statements(f"SELECT * {asked(data)}")
        names = engine.get_table_names(f"SELECT * {asked(data)}")
    if len(statements) != 1:
        raise QueryRefused(_("A single query is expected."))
    return [entity for entity in schema.entities if entity.name in names]


def _understood(engine: "DuckDBPyConnection", sql: str) -> Sequence[tuple[Any, ...]]:
    with _refusing():
        return engine.execute(sql).fetchall()


@contextmanager
def _refusing() -> Iterator[None]:
    """What DuckDB says of a query that does not fit the tables is about its words: there was no row to quote."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise QueryRefused(str(error).splitlines()[0]) from None


def _told(given: Sequence[tuple[Any, ...]], read: Sequence[EntitySchema]) -> dict[str, ColumnSchema]:
    """The columns of a query, from the names and types that DuckDB gives them."""
    known = {column.name: column for entity in reversed(read) for column in entity.columns}
    personal = [column for entity in read for column in entity.columns if column.personal_data != PersonalData.NONE]
    unknown = PersonalData.INDIRECT if personal else PersonalData.NONE
    columns = {}
    for name, kind, *_rest in given:
        if (type_ := TYPES.get(kind.partition("(")[0])) is None:
            continue
        column = known.get(name)
        if column is None or column.type != type_:
            column = ColumnSchema(name=name, type=type_, personal_data=column.personal_data if column else unknown)
        columns[name] = column
    return columns


@contextmanager
def _files(version: Version, entities: Sequence[str]) -> Iterator[dict[str, Path]]:
    """Local paths of the snapshots of these entities, as they were published."""
    with ExitStack() as stack:
        paths = {}
        for table in version.tables.filter(entity__in=entities):
            try:
                path = stack.enter_context(lake.reading(table.snapshot))
            except FileNotFoundError:
                raise FilesGone from None
            with path.open("rb") as file:
                if file_digest(file, "sha256").hexdigest() != table.sha256:
                    raise FilesDamaged(file=table.snapshot)
            paths[table.entity] = path
        if set(paths) != set(entities):
            raise FilesGone
        yield paths
