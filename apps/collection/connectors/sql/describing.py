"""The streams that a database offers, for people to choose from."""

from collections.abc import Sequence
from typing import Any

from apps.collection.connectors.base import SourceColumn, Stream
from apps.collection.connectors.file.values import proposed_type
from apps.collection.connectors.sql.columns import Column, Kind
from apps.collection.connectors.sql.config import SqlConfig
from apps.collection.connectors.sql.partitioning import columns_of
from apps.collection.connectors.sql.reading import SAMPLE_ROWS, read_selection
from apps.collection.connectors.sql.selecting import Selection
from apps.collection.connectors.sql.systems.base import Session, opened


def chosen(config: SqlConfig, *, seconds: float) -> Stream:
    """The table or the query of the settings."""
    with opened(config, seconds=seconds) as session:
        columns = columns_of(session)
        # Where the system does not say what a query computes, its first values do.
        is_told = any(column.kind != Kind.OTHER for column in columns)
        types = {} if is_told else _types_of_values(session, columns)
    return Stream(
        name=config.stream,
        columns=tuple(_source_column(column, types) for column in columns),
        details=_details(config, columns),
    )


def offered(config: SqlConfig, *, seconds: float) -> list[Stream]:
    """Every table and view, in the order of their names."""
    with opened(config, seconds=seconds) as session:
        tables = session.driver.tables(session)
    return [
        Stream(
            name=name,
            columns=tuple(_source_column(column, {}) for column in columns),
            details={"schema_name": config.schema_name, "table": name},
        )
        for name, columns in tables.items()
    ]


def _source_column(column: Column, types: dict[str, str]) -> SourceColumn:
    proposed = types.get(column.name) or column.kind.proposed_type
    return SourceColumn(name=column.name, proposed_type=proposed, is_key=column.is_key)


def _details(config: SqlConfig, columns: Sequence[Column]) -> dict[str, Any]:
    return {
        "system": str(config.system),
        "key": [column.name for column in columns if column.is_key],
        "cursor": config.cursor,
    }


def _types_of_values(session: Session, columns: tuple[Column, ...]) -> dict[str, str]:
    selection = Selection(columns=columns, values=session.config.values)
    batch = next(read_selection(session, selection, limit=SAMPLE_ROWS), None)
    if batch is None:
        return {}
    return {
        name: proposed_type([text or "" for text in batch.rows.column(name).to_pylist()]) for name in selection.names
    }
