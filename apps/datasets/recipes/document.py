"""A recipe as people write it: where the rows of an entity come from, and steps that read from top to bottom.

    inputs:
      - source: suivi-diabete
        steps:
          - {step: map, columns: {patient: numéro de dossier, age: âge, _lieu: adresse}}
          - {step: parse_number, columns: [age], locale: fr}
      - source: suivi-diabete-papier
        steps:
          - {step: map, columns: {patient: dossier, age: age}}
    steps:
      - {step: trim}

With `mode: upsert`, what is read adds to the rows of the version before, or takes the place of those that have the same
key; without it, it replaces them all.

Inputs are in the order of their priority: what several of them say is taken from the first. The steps of an input are
for its rows alone; the common ones come after, for all rows. A name that begins by `_` is a working column: a text to
work with, which is not kept.

It says how values are read. What they must be (types, required, unique, key) is said once, by the entity: each value
that the steps leave is read as the type of its column, by strict rules. What is asked of the data besides are the
quality rules, which block, warn or set rows aside:

    rules:
      - {rule: range, columns: [age], min: 0, max: 120, severity: quarantine}
      - {rule: freshness, column: seen_on, max_days: 30, severity: warn}
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeAlias, Union

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from apps.datasets.enums import BuildMode
from apps.datasets.exceptions import Fault, RecipeRefused
from apps.datasets.recipes.rules import RULES, Rule
from apps.datasets.recipes.steps import STEPS
from apps.datasets.recipes.steps.base import Step
from apps.datasets.recipes.steps.map import Map

if TYPE_CHECKING:
    AnyStep: TypeAlias = Step
    AnyRule: TypeAlias = Rule
else:
    AnyRule = Annotated[Union[RULES], Field(discriminator="rule")]  # noqa: UP007 -- made of a tuple
    AnyStep = Annotated[Union[STEPS], Field(discriminator="step")]  # noqa: UP007 -- made of a tuple


# What `Recipe.after` calls the version before, which has no name of its own there.
BEFORE = "before"


class Input(BaseModel):
    """Where some rows come from: what a source holds, what programs write for an entity of this dataset (`received`),
    or an entity of another dataset (its main one by default).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[str, Field(max_length=100)] = ""
    received: Annotated[str, Field(max_length=50)] = ""
    dataset: Annotated[str, Field(max_length=60)] = ""
    entity: Annotated[str, Field(max_length=50)] = ""
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _read_one_thing(self) -> Self:
        if [self.source, self.received, self.dataset].count("") != 2 or (self.entity and not self.dataset):
            raise ValueError(
                _("an input reads a source, or what is received, or a dataset and perhaps one of its entities")
            )
        if late := [step.step for step in self.steps if step.is_about_all_rows]:
            raise ValueError(
                _("“%(step)s” is about the rows of all inputs: put it among the common steps") % {"step": late[0]}
            )
        return self

    @property
    def name(self) -> str:
        """What it reads, as `Step.needs` calls it."""
        if self.received:
            return f"received:{self.received}"
        return f"source:{self.source}" if self.source else f"dataset:{self.dataset}.{self.entity}"

    @property
    def title(self) -> str:
        """What it is called where the inputs of a recipe are told."""
        return self.source or self.received or self.dataset


class Recipe(BaseModel):
    """How the rows of its inputs become the rows of an entity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: Annotated[tuple[Input, ...], Field(min_length=1, max_length=20)]
    steps: Annotated[tuple[AnyStep, ...], Field(max_length=200)] = ()
    rules: Annotated[tuple[AnyRule, ...], Field(max_length=200)] = ()
    mode: BuildMode = BuildMode.REPLACE

    @model_validator(mode="after")
    def _call_no_two_rules_alike(self) -> Self:
        titles = [rule.title for rule in self.rules]
        if alike := [title for title in dict.fromkeys(titles) if titles.count(title) > 1]:
            raise ValueError(_("several rules are called “%(name)s”: give them a “name” each") % {"name": alike[0]})
        return self

    def steps_of(self, rank: int) -> tuple[Step, ...]:
        """All that is done to the rows of this input, in order."""
        return (*self.inputs[rank].steps, *self.steps)

    def after(self, names: Sequence[str]) -> "Recipe":
        """The same on top of the version before, which has these columns: the last input, whose rows are as they were
        made. The common steps are only for the others.
        """
        common = tuple(step for step in self.steps if not step.is_about_all_rows)
        inputs = (each.model_copy(update={"steps": (*each.steps, *common)}) for each in self.inputs)
        before = Input(dataset=BEFORE, steps=(Map(step="map", columns={name: name for name in names}),))
        late = tuple(step for step in self.steps if step.is_about_all_rows)
        return self.model_copy(update={"inputs": (*inputs, before), "steps": late})

    def in_order(self, names: Sequence[str]) -> "Recipe":
        """The same, the columns that are taken in the order of these names, which databases do not keep."""

        def ordered(steps: Sequence[Step]) -> tuple[Step, ...]:
            return tuple(step.in_order(names) if isinstance(step, Map) else step for step in steps)

        inputs = tuple(each.model_copy(update={"steps": ordered(each.steps)}) for each in self.inputs)
        return self.model_copy(update={"inputs": inputs, "steps": ordered(self.steps)})

    def rank_of(self, name: str) -> int | None:
        """The rank of the input that reads this; None if none does."""
        return next((rank for rank, each in enumerate(self.inputs) if each.name == name), None)

    @property
    def reads(self) -> tuple[str, ...]:
        """All that it reads, each once: what its inputs are, then what its steps need (see `Step.needs`)."""
        return tuple(dict.fromkeys([*(each.name for each in self.inputs), *self.needs]))

    @property
    def needs(self) -> tuple[str, ...]:
        """What the steps look at besides their input, each once: see `Step.needs`."""
        found = (name for rank in range(len(self.inputs)) for step in self.steps_of(rank) for name in step.needs)
        return tuple(dict.fromkeys(found))

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Recipe":
        """From what JSON or YAML holds. Raises RecipeRefused, which says what is wrong in each step."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            has_many = len(document.get("inputs") or ()) > 1
            raise RecipeRefused([_told(each, has_many=has_many) for each in _own(error.errors())]) from error

    def as_document(self) -> dict[str, Any]:
        """What JSON or YAML can write, without what is not said."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def _own(errors: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """These errors, without those that only follow from others: a list whose items are all wrong is not too short."""
    places = [each["loc"] for each in errors]
    return [
        each
        for each in errors
        if each["type"] != "too_short" or not any(place[:-1][: len(each["loc"])] == each["loc"] for place in places)
    ]


def _told(error: Mapping[str, Any], *, has_many: bool) -> Fault:
    """A fault of the document in words. pydantic places it at `inputs`, rank, `steps`, rank, step, field…"""
    place = list(error["loc"])
    line = ".".join(map(str, place[: 4 if place[:1] == ["inputs"] else 2]))
    rank = step = rule = 0
    if len(place) >= 2 and place[0] == "inputs":
        rank, place = place[1] + 1 if has_many else 0, place[2:]
    if len(place) >= 2 and place[0] == "steps":
        step = place[1] + 1
        place = place[3:] if error["type"] != "union_tag_invalid" else []
    if len(place) >= 2 and place[0] == "rules":
        rule = place[1] + 1
        place = place[3:] if error["type"] != "union_tag_invalid" else []
    where = ".".join(str(each) for each in place)
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            message = _("“%(where)s” means nothing here: take it out.") % {"where": where}
        case "missing":
            message = _("“%(where)s” is missing.") % {"where": where}
        case "union_tag_invalid":
            unknown = _("there is no rule “%(tag)s”. There are: %(known)s.") if rule else None
            message = (unknown or _("there is no step “%(tag)s”. There are: %(known)s.")) % {
                "tag": context["tag"],
                "known": context["expected_tags"].replace("'", ""),
            }
        case "union_tag_not_found":
            message = (
                _("“rule” is missing: it says what is asked.")
                if rule
                else _("“step” is missing: it says what is to be done.")
            )
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
    return Fault(input=rank, step=step, rule=rule, message=message, place=line if step or rule else "")
