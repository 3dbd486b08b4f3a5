"""The SQL that a recipe becomes, without anything being read."""

from collections.abc import Mapping, Sequence

from apps.datasets.engine.connecting import to_sql
from apps.datasets.engine.inputs import view_name
from apps.datasets.recipes import checking, compiling
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.pseudonyms import PADS, pads_table
from apps.datasets.schema import EntitySchema


def compiled(
    recipe: Recipe,
    schema: EntitySchema,
    *,
    columns: Sequence[Sequence[str] | None],
    others: Mapping[str, Sequence[str] | None],
) -> str:
    """What is asked of each input of an entity, one query after the other. `columns` are those of the inputs, `others`
    those of what its steps need besides; None where they are not known yet. Raises RecipeRefused.
    """
    import ibis

    known = {
        name: ibis.table(dict.fromkeys(names or (), "string"), name=view_name(name)) for name, names in others.items()
    }
    known[PADS] = pads_table(view_name(PADS))
    found = []
    for rank, names in enumerate(columns):
        table = compiling.landed(names or checking.named_columns(recipe, rank), name=f"{schema.name}__input_{rank + 1}")
        rows = compiling.compile_input(recipe, rank, schema, table, others=known)
        found.append(f"{to_sql(compiling.sound(rows, schema))};")
    return "\n\n".join(found)
