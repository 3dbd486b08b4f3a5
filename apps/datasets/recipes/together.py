"""The rows of a table looked at together: those that others tell already, or that refer to none. See `compiling`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from apps.datasets.enums import BuildMode, RejectReason
from apps.datasets.recipes.compiling import INPUT, LINEAGE, REASONS
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.reading import as_code, as_text
from apps.datasets.recipes.rules.foreign_key import Reference
from apps.datasets.recipes.rules.unique import Unique
from apps.datasets.recipes.steps.deduplicate import Deduplicate
from apps.datasets.schema import EntitySchema, ForeignKey

if TYPE_CHECKING:
    import ibis.expr.types as ir


def uniques(schema: EntitySchema) -> list[tuple[str, ...]]:
    """The columns whose values, taken together, no two rows share."""
    alone: list[tuple[str, ...]] = [
        (column.name,) for column in schema.columns if column.is_unique and schema.key != (column.name,)
    ]
    return [*([schema.key] if schema.key else []), *alone, *schema.uniques]


def merged(rows: "ir.Table", step: Deduplicate) -> "ir.Table":
    """Of sound rows, those that another one tells according to this step: lineage and `_reasons`."""
    keys = {f"_key_{rank}": step.key(rows[name]) for rank, name in enumerate(step.columns)}
    descending = ("_run", "_part", "_row") if step.keep == "last" else ()
    later = _all_but_one(rows.mutate(**keys), tuple(keys), descending=descending)
    return _with_reason(later, step.columns, as_code(RejectReason.MERGED))


def duplicates(rows: "ir.Table", schema: EntitySchema, mode: BuildMode = BuildMode.REPLACE) -> "ir.Table | None":
    """Of sound rows, those that an earlier one already says: lineage and `_reasons`. None if nothing is unique.

    What an input of higher priority says is merged into it, which is no fault; twice in the same input is one. Where
    rows are updated, what a later run of the same input says updates what was said before: that is no fault either.
    """
    import ibis

    found = []
    is_updated = mode == BuildMode.UPSERT
    for columns in uniques(schema):
        later = _all_but_one(rows, columns, descending=("_run",) if is_updated else ())
        is_repeated = later[INPUT] == later.first_input
        if is_updated:
            is_repeated &= later["_run"] == later.first_run
        reason = is_repeated.ifelse(as_code(RejectReason.DUPLICATE), as_code(RejectReason.MERGED))
        found.append(_with_reason(later, columns, reason))
    if not found:
        return None
    every = ibis.union(*found) if len(found) > 1 else found[0]
    return every.group_by(list(LINEAGE)).agg(**{REASONS: every[REASONS].collect().flatten()})


def repeated(rows: "ir.Table", rule: Unique) -> "ir.Table":
    """Of sound rows, those that have the values of an earlier one against this rule: lineage and `_reasons`."""
    return _with_reason(_all_but_one(rows, rule.columns), rule.columns, as_code(RejectReason.RULE_BROKEN), rule.title)


def links(recipe: Recipe, schema: EntitySchema) -> list[tuple[ForeignKey, RejectReason]]:
    """What rows must refer to, or be set aside: the foreign keys of the entity, and those of rules that ask for it."""
    rules = [rule for rule in recipe.rules if isinstance(rule, Reference) and rule.quarantines]
    return [
        *((each, RejectReason.UNKNOWN_REFERENCE) for each in schema.foreign_keys),
        *((rule.link, RejectReason.RULE_BROKEN) for rule in rules),
    ]


def orphans(
    rows: "ir.Table", links: Sequence[tuple[ForeignKey, RejectReason]], referred: "Mapping[str, ir.Table]"
) -> "ir.Table":
    """Of rows, those that refer to a row that is not there: lineage and `_reasons`. `referred` are rows by entity."""
    import ibis

    found = []
    for foreign_key, reason in links:
        pairs = zip(foreign_key.columns, foreign_key.references, strict=True)
        # A key of several columns refers with all of them or with none.
        filled = rows.filter(ibis.or_(*(rows[name].notnull() for name in foreign_key.columns)))
        alone = filled.anti_join(referred[foreign_key.entity].view(), list(pairs))
        title = foreign_key.name if reason == RejectReason.RULE_BROKEN else ""
        found.append(_with_reason(alone, foreign_key.columns, as_code(reason), title))
    every = ibis.union(*found) if len(found) > 1 else found[0]
    return every.group_by(list(LINEAGE)).agg(**{REASONS: every[REASONS].collect().flatten()})


def _all_but_one(rows: "ir.Table", columns: tuple[str, ...], *, descending: Sequence[str] = ()) -> "ir.Table":
    """Of the rows that have the same filled values there, all but the first; with `first_input` and `first_run`, where
    it comes from. First is by lineage, of which some may be `descending`.

    Only the rows that share their values are sorted: there are few, and sorting all of them costs more than typing.
    """
    import ibis

    filled = rows.filter(ibis.and_(*(rows[name].notnull() for name in columns)))
    shared = filled.group_by(columns).having(filled.count() > 1).agg()
    alike = filled.semi_join(shared, columns)
    order = [ibis.desc(name) if name in descending else ibis.asc(name) for name in LINEAGE]
    window = ibis.window(group_by=columns, order_by=order)
    first = {"first_input": alike[INPUT], "first_run": alike["_run"]}
    ranked = alike.mutate(
        rank=ibis.row_number().over(window), **{name: value.first().over(window) for name, value in first.items()}
    )
    return ranked.filter(lambda each: each.rank > 0)


def _with_reason(rows: "ir.Table", columns: Sequence[str], code: "ir.StringValue", rule: str = "") -> "ir.Table":
    """The lineage of these rows, and `_reasons`: this one, about the values of these columns; or this rule on them."""
    import ibis

    reason = ibis.struct(
        {
            "code": code,
            "column": ibis.literal(rule or ", ".join(columns)),
            "value": ibis.literal(", ").join([as_text(rows[name]).fill_null("") for name in columns]),
        }
    )
    return rows.select(*LINEAGE, **{REASONS: ibis.array([reason])})
