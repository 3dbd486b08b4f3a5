"""What quality rules look at, measured on the rows that were kept and on those of the version before.

Whatever the number of rules, the rows of an entity are read once: each rule gives aggregates, which are computed
together. The version before is read twice more, and only if a rule compares with it: to note how its values are spread,
then to count them in the same way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.datasets.engine.attending import never
from apps.datasets.engine.connecting import Script, connect, to_sql
from apps.datasets.recipes import compiling
from apps.datasets.recipes.reading import TYPES
from apps.datasets.recipes.rules.base import Number, Rule, Table
from apps.datasets.recipes.rules.distribution import MOST_CATEGORIES, Distribution
from apps.datasets.recipes.rules.foreign_key import Reference
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """One entity to be measured: the rows that were kept, and those of the version before, whose columns may differ."""

    schema: EntitySchema
    rules: Sequence[Rule]
    rows: Path
    before: Path | None = None
    schema_before: EntitySchema | None = None

    @property
    def measured(self) -> list[tuple[int, Rule]]:
        """The rules that are not enforced already, with their rank."""
        return [(rank, rule) for rank, rule in enumerate(self.rules) if not rule.quarantines]

    @property
    def looking_back(self) -> list[tuple[int, Rule]]:
        """Those that compare with a version before that has the same columns."""
        there = self.schema_before
        return [
            (rank, rule)
            for rank, rule in self.measured
            if rule.looks_back
            and there
            and all(_type_of(name, there) == _type_of(name, self.schema) for name in rule.looked_at)
        ]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured of an entity, by title of rule; of the version before as well, where there is one."""

    rows: int
    rows_before: int | None = None
    found: Mapping[str, Mapping[str, Number]] = field(default_factory=dict)
    found_before: Mapping[str, Mapping[str, Number]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Measured":
        return cls(**stored)


def measure(
    entities: Sequence[Measuring], *, should_stop: Callable[[], bool] = never
) -> tuple[dict[str, Measured], str]:
    """What the rules of each entity look at, by name of entity, and the statements that measured it.

    Raises CleaningCancelled if `should_stop` says so.
    """
    reads = [path for each in entities for path in (each.rows, each.before) if path]
    with connect(reads=reads) as connection:
        script = Script(connection, should_stop)
        for each in entities:
            script.view(_now(each.schema), [each.rows])
        others = {each.schema.name: compiling.typed(each.schema, name=_now(each.schema)) for each in entities}
        return {each.schema.name: _measure(script, each, others) for each in entities}, script.told


def _measure(script: Script, entity: Measuring, others: "Mapping[str, ir.Table]") -> Measured:
    outlines: dict[int, Mapping[str, Any]] = {}
    rows_before: int | None = None
    found_before: dict[str, Mapping[str, Number]] = {}
    if entity.before and entity.schema_before:
        script.view(_before(entity.schema), [entity.before])
        before = compiling.typed(entity.schema_before, name=_before(entity.schema))
        outlines = _outlines(script, entity, before)
        rows_before, found_before = _aggregated(script, entity.looking_back, before, entity.schema_before, outlines)
    rows = others[entity.schema.name]
    for rank, rule in entity.measured:
        if isinstance(rule, Reference):
            rows = rule.joined(rows, others, _mark(rank))
            outlines[rank] = {"mark": _mark(rank)}
    count, found = _aggregated(script, entity.measured, rows, entity.schema, outlines)
    return Measured(rows=count, rows_before=rows_before, found=found, found_before=found_before)


def _outlines(script: Script, entity: Measuring, before: "ir.Table") -> dict[int, Mapping[str, Any]]:
    """What each rule notes of the version before, by its rank: see `Rule.outline`."""
    schema = entity.schema_before or entity.schema
    rules = entity.looking_back
    asked = {
        f"r{rank}__{name}": scalar
        for rank, rule in rules
        for name, scalar in rule.outline(Table(rows=before, schema=schema)).items()
    }
    outlines = _by_rank(_one_row(script, before, asked)) if asked else {}
    of_categories = {
        rank: rule.column for rank, rule in rules if isinstance(rule, Distribution) and rule.is_of_categories(schema)
    }
    return outlines | _categories(script, before, of_categories)


def _categories(script: Script, rows: "ir.Table", columns: Mapping[int, str]) -> dict[int, Mapping[str, Any]]:
    """The most frequent values of each of these columns, by the rank of its rule: they are all counted together."""
    import ibis

    if not columns:
        return {}
    pairs = [
        ibis.struct({"rule": ibis.literal(rank, type="int64"), "category": rows[name].cast("string")})
        for rank, name in columns.items()
    ]
    each = rows.select(pair=ibis.array(pairs).unnest()).unpack("pair").drop_null(["category"])
    counted = each.group_by(["rule", "category"]).agg(count=each.count())
    window = ibis.window(group_by="rule", order_by=[ibis.desc("count"), "category"])
    most = counted.mutate(place=ibis.row_number().over(window)).filter(lambda all_: all_.place < MOST_CATEGORIES)
    found: dict[int, list[str]] = {rank: [] for rank in columns}
    for rank, category in script.run(to_sql(most.order_by(["rule", "place"]).select("rule", "category"))):
        found[rank].append(category)
    return {rank: {"categories": categories} for rank, categories in found.items()}


def _aggregated(
    script: Script,
    rules: Sequence[tuple[int, Rule]],
    rows: "ir.Table",
    schema: EntitySchema,
    outlines: Mapping[int, Mapping[str, Any]],
) -> tuple[int, dict[str, Mapping[str, Number]]]:
    """How many rows there are, and what these rules measure of them, by their titles: all in one query."""
    asked = {
        f"r{rank}__{name}": scalar
        for rank, rule in rules
        for name, scalar in rule.measures(Table(rows=rows, schema=schema, outline=outlines.get(rank, {}))).items()
    }
    values = _one_row(script, rows, {"r__rows": rows.count()} | asked)
    count = int(values.pop("r__rows"))
    by_rank = _by_rank(values)
    return count, {rule.title: by_rank[rank] for rank, rule in rules if rank in by_rank}


def _one_row(script: Script, rows: "ir.Table", asked: "Mapping[str, ir.Scalar]") -> dict[str, Any]:
    """These aggregates of these rows, as what JSON holds."""
    ((*values,),) = script.run(to_sql(rows.aggregate(**asked)))
    plain = (value.isoformat() if isinstance(value, date) else value for value in values)
    return dict(zip(asked, plain, strict=True))


def _by_rank(values: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """What is called `r<rank>__<name>`, by rank then by name."""
    found: dict[int, dict[str, Any]] = {}
    for called, value in values.items():
        rank, _separator, name = called.removeprefix("r").partition("__")
        found.setdefault(int(rank), {})[name] = value
    return found


def _type_of(name: str, schema: EntitySchema) -> str:
    """The type of this column, as engines have it; "" if there is none."""
    if name not in schema.names:
        return ""
    column = schema.column(name)
    return TYPES[column.type](column)


def _now(schema: EntitySchema) -> str:
    return f"{schema.name}__kept"


def _before(schema: EntitySchema) -> str:
    return f"{schema.name}__before"


def _mark(rank: int) -> str:
    return f"_found_{rank}"
