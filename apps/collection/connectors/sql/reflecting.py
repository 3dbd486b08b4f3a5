"""What a database says of its tables: their columns, and the columns that identify a record."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import types
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import SAWarning

from apps.collection.connectors.sql.columns import Column, Kind
from apps.collection.connectors.sql.config import SqlConfig

if TYPE_CHECKING:
    from apps.collection.connectors.sql.systems.base import Session

# The first line that matches: a class before those it is made from.
_KINDS: list[tuple[type[types.TypeEngine[Any]], Kind]] = [
    (types.Boolean, Kind.BOOLEAN),
    (types.Integer, Kind.INTEGER),
    (types.Float, Kind.FLOAT),
    (types.Numeric, Kind.DECIMAL),
    (types.DateTime, Kind.DATETIME),
    (types.Date, Kind.DATE),
    (types.LargeBinary, Kind.BINARY),
    (types.VARBINARY, Kind.BINARY),
    (types.ARRAY, Kind.LIST),
    (types.Enum, Kind.OTHER),
    (types.String, Kind.TEXT),
]


def table_of(config: SqlConfig) -> sa.TableClause:
    """The table that the settings name, without its columns."""
    return sa.table(config.table, schema=config.schema_name or None)


def columns_of_table(session: Session) -> list[Column]:
    """The columns of the table that the settings name. Raises NoSuchTableError."""
    with _looking(session) as inspector:
        found = inspector.get_columns(session.config.table, schema=session.config.schema_name or None)
    return [_column(each) for each in found]


def declared_key(session: Session) -> tuple[str, ...]:
    """The columns of the primary key of the table, or of a unique constraint without nulls; none if it has neither."""
    name, schema = session.config.table, session.config.schema_name or None
    with _looking(session) as inspector:
        try:
            if key := inspector.get_pk_constraint(name, schema=schema)["constrained_columns"]:
                return tuple(key)
            unique = inspector.get_unique_constraints(name, schema=schema)
        except NotImplementedError:  # SQLAlchemy does not look for them in this system
            return ()
        filled = {each["name"] for each in inspector.get_columns(name, schema=schema) if not each["nullable"]}
    candidates = [each["column_names"] for each in unique if filled.issuperset(each["column_names"])]
    return min(map(tuple, candidates), key=len, default=())


def tables_of(session: Session) -> dict[str, list[Column]]:
    """Every table and view of the schema, with its columns."""
    schema = session.config.schema_name or None
    with _looking(session) as inspector:
        found = inspector.get_multi_columns(schema=schema, kind=ObjectKind.ANY)
        keys = inspector.get_multi_pk_constraint(schema=schema)
    tables = {name: _with_key(columns, keys.get((where, name))) for (where, name), columns in found.items()}
    return dict(sorted(tables.items()))


@contextmanager
def _looking(session: Session) -> Iterator[sa.Inspector]:
    with warnings.catch_warnings():
        # Of types that SQLAlchemy does not know: they are texts like any other here.
        warnings.simplefilter("ignore", SAWarning)
        yield sa.inspect(session.engine)


def _with_key(columns: list[Any], key: Any) -> list[Column]:
    named = set(key["constrained_columns"]) if key else set()
    return [_column(each, is_key=each["name"] in named) for each in columns]


def _column(found: Any, *, is_key: bool = False) -> Column:
    kind = next((kind for known, kind in _KINDS if isinstance(found["type"], known)), Kind.OTHER)
    if kind == Kind.DECIMAL and found["type"].scale == 0:
        kind = Kind.INTEGER
    return Column(name=found["name"], kind=kind, is_key=is_key, is_nullable=found["nullable"])
