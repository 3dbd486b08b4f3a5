"""From tables (MLD) to the script that makes them in PostgreSQL (MPD).

The tables of versions are made by `tables.py`, with the same columns, types and constraints; this is how they are
shown, downloaded, and made again elsewhere.
"""

from collections.abc import Callable, Iterator

from apps.datasets.merise.constraints import (
    Constraint,
    ConstraintKind,
    comment_of,
    constraints_of,
    indexes_of,
    quoted,
    text_literal,
    type_of,
)
from apps.datasets.schema import ROW_ID, DatasetSchema, EntitySchema


def to_ddl(schema: DatasetSchema, name: str, *, table_of: Callable[[str], str] = str) -> str:
    """The script that makes these tables in the PostgreSQL schema `name`, and the schema if it is not there.

    `table_of` says what the table of an entity is called; like it, unless told otherwise. Foreign keys come once all
    the tables are there, since tables may refer to one another.
    """

    def located(entity: str) -> str:
        return f"{quoted(name)}.{quoted(table_of(entity))}"

    def constraints(entity: EntitySchema) -> list[Constraint]:
        return [*constraints_of(table_of(entity.name), entity, located=located)]

    parts = [f"CREATE SCHEMA IF NOT EXISTS {quoted(name)};"]
    for entity in schema.entities:
        inside = [each for each in constraints(entity) if each.kind != ConstraintKind.FOREIGN_KEY]
        parts.append(_table(entity, table_of(entity.name), located(entity.name), inside))
    links = [
        f"ALTER TABLE {located(entity.name)} ADD {_constraint(each)};"
        for entity in schema.entities
        for each in constraints(entity)
        if each.kind == ConstraintKind.FOREIGN_KEY
    ]
    indexes = [
        f"CREATE INDEX {quoted(index.name)} ON {located(entity.name)} ({', '.join(map(quoted, index.columns))});"
        for entity in schema.entities
        for index in indexes_of(table_of(entity.name), entity)
    ]
    comments = [line for entity in schema.entities for line in _comments(entity, located(entity.name))]
    parts += ["\n".join(lines) for lines in (links, indexes, comments) if lines]
    return "\n\n".join(parts) + "\n"


def _table(entity: EntitySchema, table: str, located: str, constraints: list[Constraint]) -> str:
    """A table with its row number, which identifies a row within a version, then its columns."""
    types = {ROW_ID: "bigint NOT NULL PRIMARY KEY"}
    for column in entity.columns:
        types[column.name] = f"{type_of(column)} NOT NULL" if column.must_be_filled else type_of(column)
    width = max(len(quoted(name)) for name in types)
    lines = [f"{quoted(name):<{width}} {said}" for name, said in types.items()]
    lines += [_constraint(each) for each in constraints]
    return f"CREATE TABLE {located} (\n    {_commas(lines)}\n);"


def _commas(lines: list[str]) -> str:
    return ",\n    ".join(lines)


def _constraint(constraint: Constraint) -> str:
    return f"CONSTRAINT {quoted(constraint.name)} {constraint.definition}"


def _comments(entity: EntitySchema, located: str) -> Iterator[str]:
    if comment := comment_of(entity):
        yield f"COMMENT ON TABLE {located} IS {text_literal(comment)};"
    for column in entity.columns:
        if comment := comment_of(column):
            yield f"COMMENT ON COLUMN {located}.{quoted(column.name)} IS {text_literal(comment)};"
