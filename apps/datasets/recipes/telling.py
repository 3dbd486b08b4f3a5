"""A recipe in words, for the page that says how a dataset is made: its steps, then what the entity asks of each row."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.datasets.enums import BuildMode, RuleSeverity
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.base import titles
from apps.datasets.recipes.together import uniques
from apps.datasets.schema import EntitySchema


@dataclass(frozen=True, kw_only=True)
class Told:
    """One sentence. `step` counts the steps of an input, or the common ones, from 1; 0 is what the entity asks for.

    `input` is what the input reads, where there are several and the step is for one of them alone; `severity` what the
    rule does, where it is one; `note` why the step is done.
    """

    step: int
    sentence: Text
    input: str = ""
    note: str = ""
    severity: RuleSeverity | None = None


# Said of every recipe, since nothing can turn it off.
ALWAYS = gettext_lazy(
    "A row with a value that cannot be read is set aside with the reason; nothing is put in its place."
)


def tell(recipe: Recipe, schema: EntitySchema) -> list[Told]:
    """The recipe as people read it, in the language of the moment."""
    has_many = len(recipe.inputs) > 1
    told = [
        Told(step=number, sentence=step.tell(schema), input=each.title if has_many else "", note=step.note)
        for each in recipe.inputs
        for number, step in enumerate(each.steps, start=1)
    ]
    first = 1 if has_many else len(told) + 1
    told += [
        Told(step=number, sentence=step.tell(schema), note=step.note)
        for number, step in enumerate(recipe.steps, start=first)
    ]
    told.append(Told(step=0, sentence=ALWAYS))
    if required := [column.name for column in schema.columns if column.must_be_filled]:
        sentence = _("A row without one of these is set aside: %(columns)s.") % {"columns": titles(required, schema)}
        told.append(Told(step=0, sentence=sentence))
    if recipe.mode == BuildMode.UPSERT:
        sentence = _(
            "The rows of the version before stay; those that come again, with the same %(columns)s, are updated."
        )
        told.append(Told(step=0, sentence=sentence % {"columns": titles(schema.key, schema)}))
    for columns in uniques(schema):
        sentence = _("Of the rows that have the same %(columns)s, only the first is kept.")
        told.append(Told(step=0, sentence=sentence % {"columns": titles(columns, schema)}))
    told += [Told(step=0, sentence=rule.tell(schema), severity=rule.severity) for rule in recipe.rules]
    return told
