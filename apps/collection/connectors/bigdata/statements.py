"""The queries that are sent, made from the settings. Pure.

Whatever is read is read as a subquery or as a table under its name, so that conditions, order and limits are added
the same way, and a query of several statements or of another kind than SELECT is refused by the system itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from apps.collection.connectors.bigdata.config import BigDataConfig, System
from apps.collection.connectors.bigdata.dialects import Dialect
from apps.collection.connectors.bigdata.exceptions import ParameterMissing, UnknownColumn

# Texts, quoted names and comments pass as they are; `::` is a cast.
_ASIDE = r"\"(?:[^\"\\]|\\.|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|::"
_BACKSLASH_TEXT = r"'(?:[^'\\]|\\.|'')*'"
_PLAIN_TEXT = r"'(?:[^']|'')*'"
_PARAMETER = r":(?P<name>[A-Za-z_]\w*)"

Types = Mapping[str, str]


@dataclass(frozen=True)
class Relation:
    """What is read, in the words of its system."""

    config: BigDataConfig

    @cached_property
    def dialect(self) -> Dialect:
        return Dialect(self.config.system)

    @cached_property
    def source(self) -> str:
        """What stands after FROM. Raises ParameterMissing."""
        config = self.config
        if config.query:
            return f"(\n{with_parameters(config.query, config.parameters, self.dialect)}\n) AS read_by_ecluse"
        prefix = [config.database] if config.database and config.table and "." not in config.table else []
        return self.dialect.table(".".join([*prefix, config.table or ""]))

    def filters(self, types: Types) -> list[str]:
        """The conditions of the settings. Raises UnknownColumn and those of `Dialect.value`."""
        return [
            self.dialect.condition(condition, type_of(condition.column, types)) for condition in self.config.conditions
        ]

    def compared(self, column: str, operator: str, value: str, types: Types) -> str:
        written = self.dialect.value(value, column, type_of(column, types))
        return f"{self.dialect.name(column)} {operator} {written}"

    def after(self, key: Sequence[str], last: Sequence[str], types: Types) -> str:
        """The rows whose key comes after this one: (a > 1) or (a = 1 and b > 2)…"""
        steps = []
        for rank, (column, value) in enumerate(zip(key, last, strict=True)):
            same = [self.compared(*each, types) for each in zip(key[:rank], "=" * rank, last[:rank], strict=True)]
            steps.append("(" + " AND ".join([*same, self.compared(column, ">", value, types)]) + ")")
        return "(" + " OR ".join(steps) + ")"

    def select(
        self, types: Types, *, where: Iterable[str] = (), order: Sequence[str] = (), limit: int | None = None
    ) -> str:
        columns = ", ".join(self.dialect.column(name, type_name) for name, type_name in types.items())
        return self._query(columns, where, order, limit)

    def highest(self, column: str, type_name: str, *, where: Iterable[str]) -> str:
        """The highest value of a column, written as the others are."""
        found = self._query(f"MAX({self.dialect.name(column)}) AS highest", where)
        return " ".join(["SELECT", self.dialect.column("highest", type_name), "FROM", f"({found}) AS found"])

    def values(self, column: str, *, where: Iterable[str], limit: int) -> str:
        """The values of a column, each with how many rows have it."""
        name = self.dialect.name(column)
        counted = self._query(f"{name}, COUNT(*) AS how_many", where)
        return f"{counted} GROUP BY {name} ORDER BY {name} ASC NULLS FIRST LIMIT {limit}"

    def described(self) -> str:
        """The columns of a table."""
        return f"DESCRIBE {self.source}"

    def nothing(self) -> str:
        """No row of a query: its columns alone."""
        return self._query("*", limit=0)

    def explained(self, query: str) -> str:
        return f"EXPLAIN {'FORMATTED ' if self.config.system == System.SPARK else ''}{query}"

    def _query(
        self, columns: str, where: Iterable[str] = (), order: Sequence[str] = (), limit: int | None = None
    ) -> str:
        clauses = ["SELECT", columns, "FROM", self.source]
        if conditions := list(where):
            clauses += ["WHERE", " AND ".join(conditions)]
        if order:
            clauses += ["ORDER BY", ", ".join(f"{self.dialect.name(name)} ASC NULLS FIRST" for name in order)]
        if limit is not None:
            clauses += ["LIMIT", str(limit)]
        return " ".join(clauses)


def type_of(column: str, types: Types) -> str:
    """Raises UnknownColumn."""
    if column not in types:
        raise UnknownColumn(column=column)
    return types[column]


def with_parameters(query: str, given: Mapping[str, object], dialect: Dialect) -> str:
    """The query with the values of its parameters, outside of texts, quoted names and comments.

    Raises ParameterMissing.
    """
    text = _PLAIN_TEXT if dialect.system == System.TRINO else _BACKSLASH_TEXT

    def written(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return found[0]
        if name not in given:
            raise ParameterMissing(name=name)
        value = given[name]
        if isinstance(value, bool):
            return str(value).lower()
        return repr(value) if isinstance(value, int | float) else dialect.text(str(value))

    return re.sub(rf"{text}|{_ASIDE}|{_PARAMETER}", written, query, flags=re.DOTALL)
