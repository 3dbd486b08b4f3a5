"""A recipe and an entity made into Ibis expressions: what DuckDB runs here, Spark can run when the data outgrows the
machine. Nothing is read or run in this module.

    segments ──steps──▶ read ──▶ sound     the rows with no fault, typed
                             └─▶ judged    every row, with its faults

A value that is written and does not read is a fault, and its row is rejected with all its faults. Uniqueness is looked
at among the rows that have no other fault, so that a good row is never lost to a bad one: of those that have the same
values, the first in the order of the sources is kept. Values that are missing are the same as none.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from apps.datasets.enums import ColumnType, RejectReason
from apps.datasets.exceptions import Fault, RecipeRefused
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.reading import NUL, as_code, read, trimmed
from apps.datasets.recipes.steps.base import FAULT, SOURCE, Draft
from apps.datasets.recipes.steps.map import Map
from apps.datasets.schema import ColumnSchema, EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Where a row comes from: landing adds these to the columns of the source. Their order is the order of the rows.
LINEAGE = {"_run": "int64", "_part": "int16", "_row": "int64"}
# What landing adds and recipes cannot take.
LANDED = (*LINEAGE, "_seq")
# As Ibis calls the type of each column.
TYPES: Mapping[ColumnType, Callable[[ColumnSchema], str]] = {
    ColumnType.TEXT: lambda column: "string",
    ColumnType.INTEGER: lambda column: "int64",
    ColumnType.FLOAT: lambda column: "float64",
    ColumnType.DECIMAL: lambda column: f"decimal({column.digits}, {column.decimals})",
    ColumnType.BOOLEAN: lambda column: "boolean",
    ColumnType.DATE: lambda column: "date",
    ColumnType.DATETIME: lambda column: "timestamp('UTC')",
}
REASONS = "_reasons"
REASON_TYPE = "struct<code: string, column: string, value: string>"
VALUE = "{}__value"


def check(recipe: Recipe, schema: EntitySchema, columns: Sequence[str]) -> Draft:
    """What the steps do to the columns of the entity. Raises RecipeRefused with every fault that there is.

    `columns` are those of the source.
    """
    draft = Draft(schema=schema, source_columns=tuple(columns))
    faults = [
        Fault(step=number, column=column, message=message)
        for number, step in enumerate(recipe.steps, start=1)
        for column, message in step.check(draft)
    ]
    faults += [
        Fault(column=name, message=_("no step gives it a value: take it from the source (map) or fill it (fill)."))
        for name in schema.names
        if name not in draft.filled
    ]
    if faults:
        raise RecipeRefused(faults)
    return draft


def segments(columns: Sequence[str], *, name: str = "segments") -> "ir.Table":
    """What is collected, as a table without rows: the columns of the source as text, and where each row comes from."""
    import ibis

    return ibis.table({**dict.fromkeys(columns, "string"), **LINEAGE}, name=name)


def typed(schema: EntitySchema, *, name: str) -> "ir.Table":
    """What `sound` gives, as a table without rows: once written somewhere, it need not be computed again."""
    import ibis

    return ibis.table({column.name: TYPES[column.type](column) for column in schema.columns} | LINEAGE, name=name)


def compile_recipe(recipe: Recipe, schema: EntitySchema, table: "ir.Table", *, with_source: bool = False) -> "ir.Table":
    """Each row of `table` (see `segments`): its lineage, the typed columns, and for each the code of its fault or null.

    Where there is a fault the value may be null. `_source` is the row as it was: what the recipe takes of it, and
    `with_source` the rest too, which otherwise need not even be read. Raises RecipeRefused.
    """
    import ibis

    columns = [name for name in table.columns if name not in LANDED]
    draft = check(recipe, schema, columns)
    taken = columns if with_source else [name for name in columns if name in _origins(recipe).values()]
    if taken:
        table = table.select(*LINEAGE, **{SOURCE: ibis.struct({name: table[name] for name in taken})})
    else:
        table = table.select(*LINEAGE, **{SOURCE: ibis.null("struct<nothing: string>")})
    for step in recipe.steps:
        table = step.apply(table, schema)
    table = table.mutate(
        **{
            name: table[name].nullif("")
            if name in draft.trimmed
            else (trimmed(table[name]) == "").ifelse(ibis.null("string"), table[name])
            for name in schema.names
        }
    )
    table = table.mutate(
        **{
            VALUE.format(column.name): read(table[column.name], column, is_plain=column.name in draft.parsed).value
            for column in schema.columns
        }
    )
    return table.select(
        *LINEAGE,
        SOURCE,
        **{column.name: table[VALUE.format(column.name)] for column in schema.columns},
        **{FAULT.format(column.name): _fault(table, column.name, schema) for column in schema.columns},
    )


def sound(rows: "ir.Table", schema: EntitySchema) -> "ir.Table":
    """Of what `compile_recipe` gives, the rows that have no fault: the typed columns, then the lineage."""
    import ibis

    kept = rows.filter(ibis.and_(*(rows[FAULT.format(name)].isnull() for name in schema.names)))
    return kept.select(*schema.names, *LINEAGE)


def judged(rows: "ir.Table", recipe: Recipe, schema: EntitySchema) -> "ir.Table":
    """Of what `compile_recipe` gives, each row: its lineage, `_reasons` (null if it has no fault), `_source`."""
    import ibis

    origins = _origins(recipe)
    faulty = ibis.or_(*(rows[FAULT.format(name)].notnull() for name in schema.names))
    reasons = ibis.array([_reason(rows, name, origins.get(name)) for name in schema.names])
    found = faulty.ifelse(reasons.filter(lambda reason: reason.notnull()), ibis.null(f"array<{REASON_TYPE}>"))
    return rows.select(*LINEAGE, *schema.names, SOURCE, **{REASONS: found})


def uniques(schema: EntitySchema) -> list[tuple[str, ...]]:
    """The columns whose values, taken together, no two rows share."""
    alone: list[tuple[str, ...]] = [
        (column.name,) for column in schema.columns if column.is_unique and schema.key != (column.name,)
    ]
    return [schema.key, *alone] if schema.key else alone


def duplicates(rows: "ir.Table", schema: EntitySchema) -> "ir.Table | None":
    """Of sound rows, those that an earlier one already says: lineage and `_reasons`. None if nothing is unique.

    Only the rows that share their values are sorted: there are few, and sorting all of them costs more than typing.
    """
    import ibis

    found = []
    for columns in uniques(schema):
        filled = rows.filter(ibis.and_(*(rows[name].notnull() for name in columns)))
        shared = filled.group_by(columns).having(filled.count() > 1).agg()
        alike = filled.semi_join(shared, columns)
        rank = ibis.row_number().over(group_by=columns, order_by=list(LINEAGE))
        later = alike.mutate(rank=rank).filter(lambda each: each.rank > 0)
        reason = ibis.struct(
            {
                "code": ibis.literal(RejectReason.DUPLICATE.value),
                "column": ibis.literal(", ".join(columns)),
                "value": ibis.literal(", ").join([later[name].cast("string") for name in columns]),
            }
        )
        found.append(later.select(*LINEAGE, reason=reason))
    if not found:
        return None
    every = ibis.union(*found) if len(found) > 1 else found[0]
    return every.group_by(list(LINEAGE)).agg(**{REASONS: every.reason.collect()})


def _fault(table: "ir.Table", name: str, schema: EntitySchema) -> "ir.StringValue":
    """The code of what is wrong with this column: the first fault that a step found, missing, or unreadable."""
    import ibis

    column = schema.column(name)
    text = table[name]
    found = table[FAULT.format(name)] if FAULT.format(name) in table.columns else None
    branches = [] if found is None else [(found.notnull(), found)]
    if column.must_be_filled:
        branches.append((text.isnull(), ibis.literal(RejectReason.MISSING.value)))
    branches.append((text.notnull() & table[VALUE.format(name)].isnull(), as_code(read(text, column).reason)))
    return ibis.cases(*branches, else_=ibis.null("string"))


def _origins(recipe: Recipe) -> dict[str, str]:
    """From which column of the source each column is taken."""
    return {target: source for step in recipe.steps if isinstance(step, Map) for target, source in step.columns.items()}


def _reason(rows: "ir.Table", name: str, origin: str | None) -> "ir.StructValue":
    """What is wrong with this column as `_reasons` tells it, or null. The value is as the source has it, NUL shown."""
    import ibis

    fault = rows[FAULT.format(name)]
    value = rows[SOURCE][origin].re_replace(NUL, "␀") if origin else ibis.null("string")
    reason = ibis.struct({"code": fault, "column": ibis.literal(name), "value": value})
    return fault.notnull().ifelse(reason, ibis.null(REASON_TYPE))
