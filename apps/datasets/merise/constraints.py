"""What PostgreSQL holds tables to: keys, uniques, domains, foreign keys and indexes, each with its name and its SQL.

`physical.py` writes them as a script; `tables.py` lays them on the tables of versions. Both call them the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2s

from apps.datasets.enums import ColumnType
from apps.datasets.merise.domains import Value, read_value
from apps.datasets.schema import ColumnSchema, EntitySchema, ForeignKey

LONGEST_NAME = 63


class ConstraintKind(StrEnum):
    UNIQUE = "unique"
    CHECK = "check"
    FOREIGN_KEY = "foreign_key"


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """One constraint of a table: `definition` is what follows its name in SQL."""

    name: str
    kind: ConstraintKind
    columns: tuple[str, ...]
    definition: str


@dataclass(frozen=True, kw_only=True)
class Index:
    name: str
    columns: tuple[str, ...]


def constraints_of(table: str, schema: EntitySchema, *, located: Callable[[str], str]) -> Iterator[Constraint]:
    """The key, the uniques, the domains, then the foreign keys of this table.

    `located` says where the table of an entity is, quoted: foreign keys refer to it.
    """
    for columns, name in uniques_of(table, schema):
        yield Constraint(
            name=name, kind=ConstraintKind.UNIQUE, columns=columns, definition=f"UNIQUE ({_listed(columns)})"
        )
    for column in schema.columns:
        if condition := condition_of(column):
            yield Constraint(
                name=shorten(f"{table}__{column.name}__check"),
                kind=ConstraintKind.CHECK,
                columns=(column.name,),
                definition=f"CHECK ({condition})",
            )
    for foreign_key in schema.foreign_keys:
        yield Constraint(
            name=shorten(f"{table}__{foreign_key.name}__fk"),
            kind=ConstraintKind.FOREIGN_KEY,
            columns=foreign_key.columns,
            definition=_reference(foreign_key, schema, located(foreign_key.entity)),
        )


def uniques_of(table: str, schema: EntitySchema) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is unique, with the name of its constraint: the key first, then columns alone, then columns together."""
    if schema.key:
        yield schema.key, shorten(f"{table}__key")
    for column in schema.columns:
        if column.is_unique and schema.key != (column.name,):
            yield (column.name,), shorten(f"{table}__{column.name}__unique")
    for columns in schema.uniques:
        yield columns, shorten(f"{table}__{'__'.join(columns)}__unique")


def indexes_of(table: str, schema: EntitySchema) -> Iterator[Index]:
    """Indexes of foreign keys and of the columns said to be indexed, where no key or unique begins with them."""
    there = [columns for columns, _name in uniques_of(table, schema)]
    asked = [each.columns for each in schema.foreign_keys]
    asked += [(column.name,) for column in schema.columns if column.is_indexed]
    for columns in dict.fromkeys(asked):
        if not any(each[: len(columns)] == columns for each in there):
            there.append(columns)
            yield Index(name=shorten(f"{table}__{'__'.join(columns)}__index"), columns=columns)


def condition_of(column: ColumnSchema) -> str:
    """The SQL condition of the domain of a column; "" if it takes anything. A missing value always passes.

    Raises ValueError if a bound or a choice is not a value of the column.
    """
    name = quoted(column.name)
    said = []
    if column.minimum:
        said.append(f"{name} >= {_literal(read_value(column.minimum, column))}")
    if column.maximum:
        said.append(f"{name} <= {_literal(read_value(column.maximum, column))}")
    if column.choices:
        choices = ", ".join(_literal(read_value(choice, column)) for choice in column.choices)
        said.append(f"{name} IN ({choices})")
    if column.pattern:
        said.append(f"{name} ~ {_literal(f'^(?:{column.pattern})$')}")
    return " AND ".join(said)


def type_of(column: ColumnSchema) -> str:
    """The PostgreSQL type of a column, as `format_type` writes it."""
    match column.type:
        case ColumnType.TEXT if column.max_length:
            return f"character varying({column.max_length})"
        case ColumnType.TEXT:
            return "text"
        case ColumnType.INTEGER:
            return "bigint"
        case ColumnType.FLOAT:
            return "double precision"
        case ColumnType.DECIMAL:
            return f"numeric({column.digits},{column.decimals})"
        case ColumnType.BOOLEAN:
            return "boolean"
        case ColumnType.DATE:
            return "date"
        case ColumnType.DATETIME:
            return "timestamp with time zone"


def comment_of(said: ColumnSchema | EntitySchema) -> str:
    """What the database says of a table or a column."""
    return said.description or said.label


def shorten(name: str, *, of: str = "") -> str:
    """The name if PostgreSQL can hold it; otherwise its beginning and a digest of it (or of what it is made of)."""
    if len(name.encode()) <= LONGEST_NAME and not of:
        return name
    digest = blake2s((of or name).encode(), digest_size=6).hexdigest()
    return f"{name.encode()[: LONGEST_NAME - len(digest) - 1].decode(errors='ignore')}_{digest}"


def quoted(name: str) -> str:
    """Always between quotes, so that a reserved word is a name like any other."""
    return '"{}"'.format(name.replace('"', '""'))


def text_literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def _reference(foreign_key: ForeignKey, schema: EntitySchema, target: str) -> str:
    definition = f"FOREIGN KEY ({_listed(foreign_key.columns)}) REFERENCES {target} ({_listed(foreign_key.references)})"
    optional = [name for name in foreign_key.columns if not schema.column(name).must_be_filled]
    # Otherwise PostgreSQL lets anything through as soon as one of the columns is missing.
    return f"{definition} MATCH FULL" if len(optional) > 1 else definition


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))


def _literal(value: Value) -> str:
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return text_literal(value)
    return str(value) if isinstance(value, int | float) else format(value, "f")
