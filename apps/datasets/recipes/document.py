"""A recipe as people write it: a source, and steps that read from top to bottom.

    source: suivi-diabete
    steps:
      - {step: map, columns: {patient: numéro de dossier, age: âge}}
      - {step: trim}
      - {step: parse_number, columns: [age], locale: fr}

It says how values are read. What they must be (types, required, unique, key) is said once, by the entity: each value
that the steps leave is read as the type of its column, by strict rules.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apps.datasets.exceptions import Fault, RecipeRefused
from apps.datasets.recipes.steps import STEPS
from apps.datasets.recipes.steps.base import Step

if TYPE_CHECKING:
    AnyStep: TypeAlias = Step
else:
    AnyStep = Annotated[Union[STEPS], Field(discriminator="step")]  # noqa: UP007 -- made of a tuple


class Recipe(BaseModel):
    """How the rows of a source become the rows of an entity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[str, Field(min_length=1, max_length=100)]
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1, max_length=200)]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Recipe":
        """From what JSON or YAML holds. Raises RecipeRefused, which says what is wrong in each step."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise RecipeRefused([_told(each) for each in _own(error.errors())]) from error

    def as_document(self) -> dict[str, Any]:
        """What JSON or YAML can write, without what is not said."""
        return self.model_dump(mode="json", exclude_none=True)


def _own(errors: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """These errors, without those that only follow from others: a list whose items are all wrong is not too short."""
    places = [each["loc"] for each in errors]
    return [
        each
        for each in errors
        if each["type"] != "too_short" or not any(place[:-1][: len(each["loc"])] == each["loc"] for place in places)
    ]


def _told(error: Mapping[str, Any]) -> Fault:
    """A fault of the document in words. pydantic places it at `steps`, rank, name of the step, field…"""
    place = list(error["loc"])
    step = 0
    if len(place) >= 2 and place[0] == "steps":
        step = place[1] + 1
        place = place[3:] if error["type"] != "union_tag_invalid" else []
    where = ".".join(str(each) for each in place)
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            message = _("“%(where)s” means nothing here: take it out.") % {"where": where}
        case "missing":
            message = _("“%(where)s” is missing.") % {"where": where}
        case "union_tag_invalid":
            message = _("there is no step “%(tag)s”. There are: %(known)s.") % {
                "tag": context["tag"],
                "known": context["expected_tags"].replace("'", ""),
            }
        case "union_tag_not_found":
            message = _("“step” is missing: it says what is to be done.")
        case "value_error":
            message = f"{context['error']}."
        case "literal_error" | "enum":
            message = _("“%(where)s” may be %(known)s, nothing else.") % {
                "where": where,
                "known": context["expected"].replace("'", ""),
            }
        case "too_short" | "string_too_short":
            message = _("“%(where)s” holds too little.") % {"where": where}
        case "too_long" | "string_too_long":
            message = _("“%(where)s” holds too much.") % {"where": where}
        case _:
            message = _("“%(where)s” is not written as it should be.") % {"where": where}
    return Fault(step=step, message=message)
