"""A recipe in words, for the page that says how a dataset is made: its steps, then what the entity asks of each row."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.recipes.compiling import uniques
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.base import titles
from apps.datasets.schema import EntitySchema


@dataclass(frozen=True, kw_only=True)
class Told:
    """One sentence. `step` counts the steps from 1; 0 is what the entity asks for, after them."""

    step: int
    sentence: Text


# Said of every recipe, since nothing can turn it off.
ALWAYS = gettext_lazy(
    "A row with a value that cannot be read is set aside with the reason; nothing is put in its place."
)


def tell(recipe: Recipe, schema: EntitySchema) -> list[Told]:
    """The recipe as people read it, in the language of the moment."""
    told = [Told(step=number, sentence=step.tell(schema)) for number, step in enumerate(recipe.steps, start=1)]
    told.append(Told(step=0, sentence=ALWAYS))
    if required := [column.name for column in schema.columns if column.must_be_filled]:
        sentence = _("A row without one of these is set aside: %(columns)s.") % {"columns": titles(required, schema)}
        told.append(Told(step=0, sentence=sentence))
    for columns in uniques(schema):
        sentence = _("Of the rows that have the same %(columns)s, only the first is kept.")
        told.append(Told(step=0, sentence=sentence % {"columns": titles(columns, schema)}))
    return told
