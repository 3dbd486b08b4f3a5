"""What one part reads, as a statement of SQLAlchemy: which columns, between which bounds, after which key.

Pure: nothing here is connected. Bounds go through parameters, names through SQLAlchemy's quoting.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import sqlalchemy as sa

from apps.collection.connectors.sql.columns import Column
from apps.collection.connectors.sql.config import SqlConfig, System
from apps.collection.connectors.sql.exceptions import ParameterMissing
from apps.collection.connectors.sql.keys import from_json
from apps.collection.connectors.sql.statements import parameter_names

# How a column is written in the SELECT: a system may have values to write as text itself.
Written = Callable[[Column, sa.ColumnElement[Any]], sa.ColumnElement[Any]]


@dataclass(frozen=True, kw_only=True)
class Span:
    """Bounds of a column, in JSON (see `keys`): `lower` included, `upper` if said so, and whether nulls are within."""

    column: str
    lower: Any = None
    upper: Any = None
    is_upper_included: bool = False
    has_nulls: bool = False

    def condition(self, column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
        conditions = []
        if self.lower is not None:
            conditions.append(column >= sa.bindparam(f"{name}_lower", from_json(self.lower)))
        if self.upper is not None:
            upper: sa.BindParameter[Any] = sa.bindparam(f"{name}_upper", from_json(self.upper))
            conditions.append(column <= upper if self.is_upper_included else column < upper)
        within = sa.and_(*conditions)
        return sa.or_(within, column.is_(None)) if self.has_nulls else within

    @property
    def is_bounded(self) -> bool:
        return self.lower is not None or self.upper is not None


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a part reads, told in JSON in its details. `key` are the columns it is sorted by, none for no order."""

    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": [column.as_json() for column in self.columns],
            "key": list(self.key),
            "spans": [vars(span) for span in self.spans],
            "values": dict(self.values),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(
            columns=tuple(Column.from_json(each) for each in stored["columns"]),
            key=tuple(stored["key"]),
            spans=tuple(Span(**each) for each in stored["spans"]),
            values=stored["values"],
        )

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def source(self, config: SqlConfig) -> sa.FromClause:
        extra = [*self.key, *(span.column for span in self.spans)]
        return source_of(config, [*self.names, *extra], values=self.values)

    def statement(
        self, config: SqlConfig, *, written: Written, after: Sequence[Any] = (), limit: int | None = None
    ) -> sa.Select[Any]:
        """The columns, then the key under names of ours, in the order of the key, after one that was read."""
        source = self.source(config)
        selected = [
            written(column, source.c[column.name]).label(f"v{rank}") for rank, column in enumerate(self.columns)
        ]
        key = [source.c[name] for name in self.key]
        statement = sa.select(*selected, *(column.label(f"k{rank}") for rank, column in enumerate(key)))
        conditions = [span.condition(source.c[span.column], f"s{rank}") for rank, span in enumerate(self.bounded)]
        if after:
            conditions.append(beyond(key, [_bound(rank, from_json(value), config) for rank, value in enumerate(after)]))
        return statement.where(*conditions).order_by(*key).limit(limit)

    @property
    def bounded(self) -> list[Span]:
        return [span for span in self.spans if span.is_bounded]


def source_of(config: SqlConfig, names: Sequence[str], *, values: Mapping[str, str]) -> sa.FromClause:
    """The table, or the query between parentheses, with these columns. Raises ParameterMissing."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in dict.fromkeys(names)]
    if not config.query:
        return sa.table(config.table, *columns, schema=config.schema_name or None)
    return query_text(config.query, values).columns(*columns).subquery("q")


def query_text(query: str, values: Mapping[str, str]) -> sa.TextClause:
    """The query with its values. Raises ParameterMissing."""
    names = parameter_names(query)
    for name in names:
        if name not in values:
            raise ParameterMissing(name=name)
    # On a line of its own, so that a comment at its end does not swallow what follows.
    return sa.text(f"{query}\n").bindparams(**{name: values[name] for name in names})


def _bound(rank: int, value: Any, config: SqlConfig) -> sa.ColumnElement[Any]:
    name = f"k{rank}_last"
    if config.system == System.SQLITE and isinstance(value, str) and not value.isprintable():
        # A text of SQLite may be any bytes, which its driver only takes as such.
        return sa.cast(sa.bindparam(name, value.encode("utf-8", "surrogateescape")), sa.Text)
    return sa.bindparam(name, value)


def beyond(key: Sequence[sa.ColumnElement[Any]], bound: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    """What comes after a key: a > x OR (a = x AND (b > y OR …)), which every system reads.

    The first column is also bounded by itself, so that its index is used.
    """
    condition = key[-1] > bound[-1]
    for rank in range(len(key) - 2, -1, -1):
        condition = sa.or_(key[rank] > bound[rank], sa.and_(key[rank] == bound[rank], condition))
    return condition if len(key) == 1 else sa.and_(key[0] >= bound[0], condition)
