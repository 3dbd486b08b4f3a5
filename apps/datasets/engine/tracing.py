"""A recipe followed step by step on the first records: what each step takes, changes, and sets aside.

What each step gives is written as a table of the engine, so that the next one begins there and both can be compared.
A row that a filter leaves out is left out there, even if a step before had found a fault in it, as builds count it.
References are not looked at: what they refer to is not made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from time import monotonic
from typing import TYPE_CHECKING, Any

from apps.datasets.engine.connecting import Script, bounded, connect, to_sql
from apps.datasets.engine.inputs import Landed, view_input, view_others
from apps.datasets.engine.stages import (
    SHOWN_CHANGES,
    SHOWN_ROWS,
    Change,
    Place,
    Stage,
    StageKind,
    Standing,
    corrected,
    counted,
    summed,
)
from apps.datasets.exceptions import PreviewTooLong
from apps.datasets.reading.sql import literal, quote
from apps.datasets.recipes import compiling, together
from apps.datasets.recipes.compiling import LINEAGE, REASONS
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.rules.unique import Unique
from apps.datasets.recipes.steps.base import FAULT, LEFT_OUT, SOURCE
from apps.datasets.recipes.steps.deduplicate import Deduplicate
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Of all inputs together.
TRACED_RECORDS = 1_000
LONGEST_SECONDS = 15.0
# Of a longer text the beginning says enough.
LONGEST_TEXT = 200


def trace(
    *,
    recipe: Recipe,
    schema: EntitySchema,
    inputs: Sequence[Landed],
    others: Mapping[str, Landed],
    pseudonym_key: bytes | None = None,
    is_seen: Callable[[str], bool] = lambda column: True,
) -> tuple[Stage, ...]:
    """The stages in the order in which rows go through them: the steps of each input, the common ones, what the entity
    asks for. Of columns that are not seen no value is read.

    Raises RecipeRefused if the recipe does not fit the columns of its inputs, PreviewTooLong.
    """
    import duckdb

    reads = [path for each in (*others.values(), *inputs) for path in each.files]
    with connect(reads=reads, pushes_filters=False) as connection:
        try:
            with bounded(connection, LONGEST_SECONDS):
                script = Script(connection)
                known = view_others(script, others, pseudonym_key)
                until = monotonic() + LONGEST_SECONDS
                tracing = _Tracing(script=script, recipe=recipe, schema=schema, is_seen=is_seen, until=until)
                for rank, landed in enumerate(inputs):
                    tracing.follow(rank, landed, known, at_most=TRACED_RECORDS // len(inputs))
                return tuple(tracing.stages())
        except duckdb.InterruptException as error:
            raise PreviewTooLong from error


@dataclass(kw_only=True)
class _Tracing:
    script: Script
    recipe: Recipe
    schema: EntitySchema
    is_seen: Callable[[str], bool]
    until: float
    # Of each input, its steps, those that are common, and its reading.
    own: list[list[Stage]] = field(default_factory=list)
    common: list[list[Stage]] = field(default_factory=list)
    read: list[Stage] = field(default_factory=list)
    sound: "list[ir.Table]" = field(default_factory=list)

    def stages(self) -> Iterator[Stage]:
        for stages in self.own:
            yield from stages
        for same in zip(*self.common, strict=True):
            yield summed(same)
        yield summed(self.read)
        yield from self._of_all_rows()

    def follow(self, rank: int, landed: Landed, known: "Mapping[str, ir.Table]", *, at_most: int) -> None:
        """Apply to an input its steps, the common ones, and the reading of its values."""
        recipe, schema = self.recipe, self.schema
        columns = view_input(self.script, f"trace_{rank}", rank, landed, at_most=at_most)
        table = compiling.landed(columns, name=f"trace_{rank}")
        scope, draft = compiling.scope_of(recipe, rank, schema, table, others=known)
        tables = [self._kept(compiling.begun(recipe, rank, table, with_source=True), f"trace_{rank}_0")]
        steps = [step for step in recipe.steps_of(rank) if not step.is_about_all_rows]
        seconds = []
        for number, step in enumerate(steps, start=1):
            began = monotonic()
            tables.append(self._kept(step.apply(tables[-1], scope), f"trace_{rank}_{number}"))
            seconds.append(monotonic() - began)
        began = monotonic()
        finished = compiling.finished(recipe, schema, tables[-1], draft, with_source=True)
        read = self._kept(finished, f"trace_{rank}_read")
        standings = corrected([self._standing(each) for each in tables])
        judged = self._judged(compiling.judged(read, recipe, rank))
        self.sound.append(compiling.sound(read, schema))
        total = len(self._places(tables[0].get_name()))
        made = [
            replace(
                counted(before, after, total),
                **self._compared(tables[index], tables[index + 1]),
                seconds=seconds[index],
            )
            for index, (before, after) in enumerate(pairwise(standings))
        ]
        own = len(recipe.inputs[rank].steps)
        self.own.append([replace(stage, input=rank + 1, step=at) for at, stage in enumerate(made[:own], start=1)])
        numbers = [number for number, step in enumerate(recipe.steps, start=1) if not step.is_about_all_rows]
        self.common.append([replace(stage, step=at) for at, stage in zip(numbers, made[own:], strict=True)])
        self.read.append(
            replace(
                counted(standings[-1], judged, total),
                kind=StageKind.READ,
                **self._first_rows(to_sql(self.sound[-1])),
                seconds=monotonic() - began,
            )
        )

    def _of_all_rows(self) -> Iterator[Stage]:
        """Merging, then what is unique, among the sound rows of all inputs."""
        import ibis

        every = ibis.union(*self.sound) if len(self.sound) > 1 else self.sound[0]
        rows = self._kept(every, "trace_sound")
        for number, step in enumerate(self.recipe.steps, start=1):
            if isinstance(step, Deduplicate):
                began = monotonic()
                stage, rows = self._without(rows, [together.merged(rows, step)])
                yield replace(stage, step=number, seconds=monotonic() - began)
        repeated = [rule for rule in self.recipe.rules if isinstance(rule, Unique) and rule.quarantines]
        later = together.duplicates(rows, self.schema)
        found = [*([later] if later is not None else []), *(together.repeated(rows, rule) for rule in repeated)]
        if found:
            began = monotonic()
            stage, rows = self._without(rows, found)
            yield replace(stage, kind=StageKind.UNIQUE, seconds=monotonic() - began)

    def _without(self, rows: "ir.Table", apart: "Sequence[ir.Table]") -> "tuple[Stage, ir.Table]":
        """What is left of rows without those, and the stage at which they go."""
        import ibis

        name = rows.get_name()
        standing: dict[Place, Sequence[tuple[str, str]]] = {}
        for each in apart:
            for place, why in self._judged(each).items():
                standing.setdefault(place, why)
        every = ibis.union(*(each.select(*LINEAGE) for each in apart)) if len(apart) > 1 else apart[0].select(*LINEAGE)
        left = self._kept(rows.anti_join(every, list(LINEAGE)), f"{name}_left")
        stage = counted({}, standing, len(self._places(name)))
        return replace(stage, **self._first_rows(f"SELECT * FROM {left.get_name()}")), left  # noqa: S608 -- our own names

    def _kept(self, expression: "ir.Table", name: str) -> "ir.Table":
        """This expression as a table. Raises PreviewTooLong: what interrupts the engine does it at work only."""
        import ibis

        if monotonic() > self.until:
            raise PreviewTooLong
        self.script.connection.execute(f"CREATE TEMP TABLE {name} AS\n{to_sql(expression)}")
        return ibis.table(expression.schema(), name=name)

    def _places(self, name: str) -> list[Place]:
        return self.script.connection.execute(f"SELECT {', '.join(LINEAGE)} FROM {name}").fetchall()  # noqa: S608 -- our own names

    def _standing(self, table: "ir.Table") -> Standing:
        """The rows of a table in which a step found a fault, or that a filter leaves out."""
        reasons = _reason_columns(table)
        if not reasons:
            return {}
        names = ", ".join([*LINEAGE, *map(quote, reasons)])
        has_one = " OR ".join(f"{quote(name)} IS NOT NULL" for name in reasons)
        found = self.script.connection.execute(
            f"SELECT {names} FROM {table.get_name()} WHERE {has_one}"  # noqa: S608 -- names that were checked
        ).fetchall()
        standing = {}
        for row in found:
            said = dict(zip(reasons, row[len(LINEAGE) :], strict=True))
            if left_out := said.pop(LEFT_OUT, None):
                said = {LEFT_OUT: left_out}
            standing[row[: len(LINEAGE)]] = [(code, _column_of(name)) for name, code in said.items() if code]
        return standing

    def _judged(self, judged: "ir.Table") -> Standing:
        """The rows that have reasons, which are a column there."""
        found = self.script.connection.execute(
            f"SELECT {', '.join(LINEAGE)}, {REASONS} FROM ({to_sql(judged)}) WHERE {REASONS} IS NOT NULL"  # noqa: S608 -- compiled
        ).fetchall()
        return {row[:-1]: [(each["code"], each["column"]) for each in row[-1]] for row in found}

    def _compared(self, before: "ir.Table", after: "ir.Table") -> dict[str, Any]:
        """What a step changes in the rows that came to it, and the first that go on."""
        names = [name for name in _value_columns(after) if self.is_seen(name)]
        both = [name for name in names if name in before.columns]
        goes = " AND ".join([f"before.{quote(name)} IS NULL" for name in _reason_columns(before)] or ["TRUE"])
        cells, changes = 0, []
        if both:
            columns = "\nUNION ALL\n".join(
                f"SELECT {literal(name)} AS name, left(before.{quote(name)}, {LONGEST_TEXT}) AS was,"  # noqa: S608 -- checked
                f" left(after.{quote(name)}, {LONGEST_TEXT}) AS becomes"
                f" FROM {after.get_name()} AS after JOIN {before.get_name()} AS before USING ({', '.join(LINEAGE)})"
                f" WHERE {goes} AND before.{quote(name)} IS DISTINCT FROM after.{quote(name)}"
                for name in both
            )
            found = self.script.connection.execute(
                f"SELECT name, was, becomes, count(*), sum(count(*)) OVER () FROM ({columns})"  # noqa: S608 -- names that were checked
                f" GROUP BY name, was, becomes ORDER BY 4 DESC, name, was, becomes LIMIT {SHOWN_CHANGES}"
            ).fetchall()
            cells = int(found[0][-1]) if found else 0
            changes = [Change(column=row[0], before=row[1], after=row[2], count=row[3]) for row in found]
        go_on = " AND ".join([f"{quote(name)} IS NULL" for name in _reason_columns(after)] or ["TRUE"])
        texts = ", ".join(f"left({quote(name)}, {LONGEST_TEXT}) AS {quote(name)}" for name in names)
        shown = f"SELECT {', '.join([*LINEAGE, *([texts] if texts else [])])} FROM {after.get_name()} WHERE {go_on}"  # noqa: S608
        added = tuple(name for name in names if name not in before.columns)
        return {"added": added, "cells": cells, "changes": tuple(changes), **self._first_rows(shown)}

    def _first_rows(self, sql: str) -> dict[str, Any]:
        query = f"SELECT * FROM ({sql}) ORDER BY {', '.join(LINEAGE)} LIMIT {SHOWN_ROWS}"  # noqa: S608 -- compiled
        found = self.script.connection.execute(query)
        described = [column[0] for column in found.description or ()]
        names = tuple(name for name in described if name not in LINEAGE and self.is_seen(name))
        rows = [dict(zip(described, row, strict=True)) for row in found.fetchall()]
        return {"columns": names, "rows": tuple({name: row[name] for name in names} for row in rows)}


def _reason_columns(table: "ir.Table") -> list[str]:
    return [name for name in table.columns if name == LEFT_OUT or name.endswith(FAULT.format(""))]


def _value_columns(table: "ir.Table") -> list[str]:
    apart = {SOURCE, *LINEAGE, *_reason_columns(table)}
    return [name for name in table.columns if name not in apart]


def _column_of(name: str) -> str:
    return "" if name == LEFT_OUT else name.removesuffix(FAULT.format(""))
