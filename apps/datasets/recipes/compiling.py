"""A recipe and an entity made into Ibis expressions: what DuckDB runs here, Spark can run when the data outgrows the
machine. Nothing is read or run in this module.

    an input ──its steps, the common ones──▶ read ──▶ sound     the rows with no fault, typed
                                                  └─▶ judged    every row, with its faults
    sound of all inputs ──▶ `together`                          the rows that others already tell, or that refer to none

A value that is written and does not read is a fault, and its row is rejected with all its faults. Uniqueness is looked
at among the rows that have no other fault, so that a good row is never lost to a bad one: of those that have the same
values, the first is kept, in the order of the inputs, then of the sources. Values that are missing are the same as
none. A row that breaks a quality rule is rejected in the same way if the rule sets rows aside; the other rules are
measured on what is kept (`engine/measuring.py`).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from apps.datasets.enums import RejectReason
from apps.datasets.exceptions import Fault, RecipeRefused
from apps.datasets.recipes.checking import check_input, check_rules, origins_of
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.pseudonyms import PADS
from apps.datasets.recipes.reading import NUL, TYPES, as_code, as_text, out_of_domain, read, trimmed
from apps.datasets.recipes.rules.base import RowRule
from apps.datasets.recipes.steps.base import FAULT, LEFT_OUT, SOURCE, Draft, Scope, is_working
from apps.datasets.recipes.steps.pseudonymise import Pseudonymise
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

# The rank of the input, by priority; within it, where a row comes from: landing adds these to the columns of sources.
# Their order is the order of the rows.
INPUT = "_input"
LINEAGE = {INPUT: "int16", "_run": "int64", "_part": "int16", "_row": "int64"}
# What is added to the columns of the source, and recipes cannot take.
LANDED = (*LINEAGE, "_seq")
REASONS = "_reasons"
REASON_TYPE = "struct<code: string, column: string, value: string>"
VALUE = "{}__value"
TEXT = "{}__text"
# Whether a row breaks the rule of this rank among those of the recipe.
BROKEN = "_rule_{}__broken"


def landed(columns: Sequence[str], *, name: str) -> "ir.Table":
    """An input, as a table without rows: the columns of the source as text, and where each row comes from."""
    import ibis

    return ibis.table({**dict.fromkeys(columns, "string"), **LINEAGE}, name=name)


def typed(schema: EntitySchema, *, name: str) -> "ir.Table":
    """What `sound` gives, as a table without rows: once written somewhere, it need not be computed again."""
    import ibis

    return ibis.table({column.name: TYPES[column.type](column) for column in schema.columns} | LINEAGE, name=name)


def as_texts(table: "ir.Table") -> "ir.Table":
    """The columns of a table as steps see them."""
    return table.select(**{name: as_text(table[name]) for name in table.columns if name not in LANDED})


def compile_input(
    recipe: Recipe,
    rank: int,
    schema: EntitySchema,
    table: "ir.Table",
    *,
    others: "Mapping[str, ir.Table] | None" = None,
    with_source: bool = False,
) -> "ir.Table":
    """Each row of an input (see `landed`): its lineage, the typed columns, and for each the code of its fault or null.

    Where there is a fault the value may be null; `_left_out` is why the row is left out on purpose, or null. `others`
    are what steps need besides, as texts. `with_source`: also `_source`, the row as it was, and each value as the text
    that was to be read. Raises RecipeRefused.
    """
    scope, draft = scope_of(recipe, rank, schema, table, others=others)
    table = begun(recipe, rank, table, with_source=with_source)
    for step in recipe.steps_of(rank):
        table = step.apply(table, scope)
    return finished(recipe, schema, table, draft, with_source=with_source)


def scope_of(
    recipe: Recipe,
    rank: int,
    schema: EntitySchema,
    table: "ir.Table",
    *,
    others: "Mapping[str, ir.Table] | None" = None,
) -> tuple[Scope, Draft]:
    """What the steps of this input are applied with, and what is known of the columns once they are. Raises
    RecipeRefused.
    """
    columns = [name for name in table.columns if name not in LANDED]
    if any(isinstance(step, Pseudonymise) for step in recipe.steps_of(rank)) and PADS not in (others or {}):
        raise RecipeRefused([Fault(message=_("pseudonyms are made with a key, and there is none: see PSEUDONYM_KEY."))])
    scope = Scope(schema=schema, others=others or {})
    known = {name: tuple(other.columns) for name, other in scope.others.items()}
    draft, faults = check_input(recipe, rank, schema, columns, known)
    if faults := [*faults, *check_rules(recipe, schema)]:
        raise RecipeRefused(faults)
    return scope, draft


def begun(recipe: Recipe, rank: int, table: "ir.Table", *, with_source: bool) -> "ir.Table":
    """Each row of an input before the first step: its lineage, and the row as it was, of which steps take."""
    import ibis

    columns = [name for name in table.columns if name not in LANDED]
    taken = columns if with_source else [name for name in columns if name in origins_of(recipe, rank).values()]
    if not taken:
        return table.select(*LINEAGE, **{SOURCE: ibis.null("struct<nothing: string>")})
    return table.select(*LINEAGE, **{SOURCE: ibis.struct({name: table[name] for name in taken})})


def finished(recipe: Recipe, schema: EntitySchema, table: "ir.Table", draft: Draft, *, with_source: bool) -> "ir.Table":
    """What `compile_input` gives, of rows to which all the steps were applied."""
    import ibis

    table = table.mutate(**{name: ibis.null("string") for name in schema.names if name not in draft.filled})
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
    faulty = [name for name in draft.working if FAULT.format(name) in table.columns]
    values = {column.name: table[VALUE.format(column.name)] for column in schema.columns}
    return table.select(
        *LINEAGE,
        *((SOURCE,) if with_source else ()),
        **values,
        **({TEXT.format(name): table[name] for name in schema.names} if with_source else {}),
        **{FAULT.format(column.name): _fault(table, column.name, schema) for column in schema.columns},
        **{FAULT.format(name): table[FAULT.format(name)] for name in faulty},
        **{BROKEN.format(rank): rule.breaks(values, schema) for rank, rule in _setting_aside(recipe)},
        **({LEFT_OUT: table[LEFT_OUT]} if LEFT_OUT in table.columns else {}),
    )


def sound(rows: "ir.Table", schema: EntitySchema) -> "ir.Table":
    """Of what `compile_input` gives, the rows that have no fault: the typed columns, then the lineage."""
    import ibis

    conditions = [rows[FAULT.format(name)].isnull() for name in _judged_names(rows)]
    conditions += [~rows[name] for name in rows.columns if name.endswith(BROKEN.format("").removeprefix("_rule_"))]
    if LEFT_OUT in rows.columns:
        conditions.append(rows[LEFT_OUT].isnull())
    return rows.filter(ibis.and_(*conditions)).select(*schema.names, *LINEAGE)


def judged(rows: "ir.Table", recipe: Recipe, rank: int) -> "ir.Table":
    """Of what `compile_input` gives `with_source`, each row: lineage, `_reasons` (null if it has none), `_source`."""
    import ibis

    origins = origins_of(recipe, rank)
    names = _judged_names(rows)
    broken = _setting_aside(recipe)
    faulty = ibis.or_(
        *(rows[FAULT.format(name)].notnull() for name in names), *(rows[BROKEN.format(rank)] for rank, _rule in broken)
    )
    reasons = ibis.array(
        [
            *(_reason(rows, name, origins.get(name)) for name in names),
            *(_broken(rows, rank, rule, origins) for rank, rule in broken),
        ]
    )
    found = faulty.ifelse(reasons.filter(lambda reason: reason.notnull()), ibis.null(f"array<{REASON_TYPE}>"))
    if LEFT_OUT in rows.columns:
        left_out = ibis.struct({"code": rows[LEFT_OUT], "column": ibis.literal(""), "value": ibis.null("string")})
        found = rows[LEFT_OUT].notnull().ifelse(ibis.array([left_out]), found)
    return rows.select(*LINEAGE, SOURCE, **{REASONS: found})


def _fault(table: "ir.Table", name: str, schema: EntitySchema) -> "ir.StringValue":
    """The code of what is wrong with this column: the first fault that a step found, missing, or unreadable."""
    import ibis

    column = schema.column(name)
    text = table[name]
    found = table[FAULT.format(name)] if FAULT.format(name) in table.columns else None
    branches = [] if found is None else [(found.notnull(), found)]
    if column.must_be_filled:
        branches.append((text.isnull(), ibis.literal(RejectReason.MISSING.value)))
    value = table[VALUE.format(name)]
    branches.append((text.notnull() & value.isnull(), as_code(read(text, column).reason)))
    branches += [(broken, as_code(reason)) for broken, reason in out_of_domain(value, column)]
    return ibis.cases(*branches, else_=ibis.null("string"))


def _judged_names(rows: "ir.Table") -> list[str]:
    """The columns of `rows` that may have a fault."""
    suffix = FAULT.format("")
    return [name.removesuffix(suffix) for name in rows.columns if name.endswith(suffix)]


def _reason(rows: "ir.Table", name: str, origin: str | None) -> "ir.StructValue":
    """What is wrong with this column as `_reasons` tells it, or null. The value is as the source has it, NUL shown, or
    as the steps have made it where they did not take it from one column.
    """
    import ibis

    fault = rows[FAULT.format(name)]
    value = _as_it_was(rows, name, origin).re_replace(NUL, "␀")
    reason = ibis.struct({"code": fault, "column": ibis.literal(name), "value": value})
    return fault.notnull().ifelse(reason, ibis.null(REASON_TYPE))


def _broken(rows: "ir.Table", rank: int, rule: RowRule, origins: Mapping[str, str]) -> "ir.StructValue":
    """That a row breaks this rule, as `_reasons` tells it, or null: the column is the rule, the value what it saw."""
    import ibis

    values = [_as_it_was(rows, name, origins.get(name)).fill_null("") for name in rule.looked_at]
    value = ibis.literal(", ").join(values).re_replace(NUL, "␀") if values else ibis.null("string")
    reason = ibis.struct(
        {
            "code": as_code(RejectReason.RULE_BROKEN),
            "column": ibis.literal(rule.title, type="string"),
            "value": value,
        }
    )
    # A value that cannot be read is told once: a rule knows nothing of it.
    is_read = ibis.and_(*(rows[FAULT.format(name)].isnull() for name in rule.looked_at))
    return (rows[BROKEN.format(rank)] & is_read).ifelse(reason, ibis.null(REASON_TYPE))


def _as_it_was(rows: "ir.Table", name: str, origin: str | None) -> "ir.StringValue":
    import ibis

    if origin:
        return rows[SOURCE][origin]
    return ibis.null("string") if is_working(name) else rows[TEXT.format(name)]


def _setting_aside(recipe: Recipe) -> list[tuple[int, RowRule]]:
    """The rules that set aside, one by one, the rows that break them; with their rank in the recipe."""
    return [
        (rank, rule)
        for rank, rule in enumerate(recipe.rules, start=1)
        if isinstance(rule, RowRule) and rule.quarantines
    ]
