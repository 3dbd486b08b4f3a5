"""A design while people change it, one thing at a time: values, of which nothing is saved.

Recipes follow what is renamed or taken away wherever a step names columns under `columns`; what else they say of them
is told as a fault when the design is checked.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from apps.datasets.design import Design
from apps.datasets.merise.document import Association, Attribute, Cardinality, DataModel, Entity, Leg
from apps.datasets.merise.evolution import Renames
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import DatasetSchema

# What mocodo's notation does not say of an attribute: kept when a model comes back from it.
UNSAID = (
    *("description", "unit", "is_indexed", "minimum", "maximum", "choices", "pattern"),
    *("personal_data", "confidentiality", "mask"),
)

Box = Entity | Association


class Draft(BaseModel):
    """A design in the making: recipes as documents, which may not hold yet; and from which names it comes.

    `entities` says what was called otherwise in the saved design, `columns` the same of the attributes of an entity:
    the name of today, then the one of then. `base` is the digest of the design that was there when one began.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: DataModel
    recipes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    entities: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, dict[str, str]] = Field(default_factory=dict)
    base: str = ""

    @classmethod
    def of(cls, design: Design) -> "Draft":
        recipes = {name: recipe.as_document() for name, recipe in design.recipes.items()}
        return cls(model=design.model, recipes=recipes, base=digest_of(design))

    def as_text(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @property
    def design(self) -> Design:
        """Raises RecipeRefused."""
        recipes = {name: Recipe.from_document(document) for name, document in self.recipes.items()}
        return Design(model=self.model, recipes=recipes)

    @property
    def boxes(self) -> tuple[Box, ...]:
        return (*self.model.entities, *self.model.associations)

    def renames(self, before: DatasetSchema, after: DatasetSchema) -> Renames:
        """What is in both shapes of the tables, under two names."""
        entities = {
            old: new for new, old in self.entities.items() if old in before.names and new in after.names and old != new
        }
        columns = {
            (entities_old, old): new
            for name, renamed in self.columns.items()
            if name in after.names and (entities_old := self.entities.get(name, name)) in before.names
            for new, old in renamed.items()
            if old in before.entity(entities_old).names and new in after.entity(name).names and old != new
        }
        return Renames(entities=entities, columns=columns)

    def lost_recipes(self, design: Design) -> list[str]:
        """The tables of the saved design whose recipe is no longer there."""
        kept = {self.entities.get(name, name) for name in self.recipes}
        return [name for name in design.recipes if name not in kept]


def digest_of(design: Design) -> str:
    recipes = {name: recipe.as_document() for name, recipe in design.recipes.items()}
    document = json.dumps([design.model.as_document(), recipes], sort_keys=True)
    return sha256(document.encode()).hexdigest()


# --- Boxes ----------------------------------------------------------------------------------------
def add_entity(draft: Draft, *, name: str, label: str) -> Draft:
    entity = Entity(name=name, label=label, attributes=(Attribute(name="code", is_identifier=True),))
    return _with_model(draft, entities=(*draft.model.entities, entity))


def add_proposed(draft: Draft, entity: Entity, recipe: Recipe) -> Draft:
    """With an entity that comes with the recipe that fills it."""
    added = _with_model(draft, entities=(*draft.model.entities, entity))
    return added.model_copy(update={"recipes": {**draft.recipes, entity.name: recipe.as_document()}})


def add_association(draft: Draft, *, name: str, label: str) -> Draft:
    """Between the last two entities, of the freest cardinalities, until its legs are said."""
    linked = draft.model.entities[-2:]
    legs = tuple(
        Leg(entity=entity.name, cardinality=Cardinality.ZERO_MANY, role="" if len(linked) > 1 else f"role_{rank}")
        for rank, entity in enumerate(linked if len(linked) > 1 else linked * 2, start=1)
    )
    added = Association(name=name, label=label, legs=legs)
    return _with_model(draft, associations=(*draft.model.associations, added))


def remove_box(draft: Draft, rank: int) -> Draft:
    """Without this entity, its recipe and the associations that link it; or without this association.

    Raises ValueError if nothing would be left.
    """
    gone = draft.boxes[rank]
    entities = tuple(each for each in draft.model.entities if each is not gone)
    if not entities:
        raise ValueError("A model has one entity at least.")
    names = {entity.name for entity in entities}
    associations = tuple(
        each for each in draft.model.associations if each is not gone and all(leg.entity in names for leg in each.legs)
    )
    left = {*names, *(each.name for each in associations)}
    boxes = {each.name for each in draft.boxes}
    recipes = {name: recipe for name, recipe in draft.recipes.items() if name in left or name not in boxes}
    return _with_model(draft, entities=entities, associations=associations).model_copy(update={"recipes": recipes})


def move_box(draft: Draft, rank: int, *, by: int) -> Draft:
    """Among the entities, or among the associations; as it is at either end."""
    entities, associations = list(draft.model.entities), list(draft.model.associations)
    if rank < len(entities):
        return _with_model(draft, entities=moved(entities, rank, by=by))
    return _with_model(draft, associations=moved(associations, rank - len(entities), by=by))


def moved(items: Sequence[Any], rank: int, *, by: int) -> tuple[Any, ...]:
    to = rank + by
    if not (0 <= rank < len(items) and 0 <= to < len(items)):
        return tuple(items)
    left = [*items[:rank], *items[rank + 1 :]]
    return (*left[:to], items[rank], *left[to:])


def replace_box(draft: Draft, rank: int, box: Box, *, was: Sequence[str]) -> Draft:
    """With this entity or association in place of that of this rank.

    `was` are the names that its attributes had, in their order; "" for those that are new.
    """
    old = draft.boxes[rank]
    renamed = {
        before: each.name for before, each in zip(was, box.attributes, strict=True) if before and before != each.name
    }
    gone = {attribute.name for attribute in old.attributes} - set(was)
    recipes = {
        box.name if name == old.name else name: rewrite(recipe, renamed, gone) if name == old.name else recipe
        for name, recipe in draft.recipes.items()
    }
    columns = {name: each for name, each in draft.columns.items() if name != old.name}
    before = draft.columns.get(old.name, {})
    columns[box.name] = {
        attribute.name: before.get(name, name)
        for name, attribute in zip(was, box.attributes, strict=True)
        if name and before.get(name, name) != attribute.name
    }
    entities = {name: each for name, each in draft.entities.items() if name != old.name}
    if (first := draft.entities.get(old.name, old.name)) != box.name:
        entities[box.name] = first
    boxes = [box if each is old else _linked_again(each, old.name, box.name) for each in draft.boxes]
    changed = _with_model(
        draft,
        entities=tuple(each for each in boxes if isinstance(each, Entity)),
        associations=tuple(each for each in boxes if isinstance(each, Association)),
    )
    return changed.model_copy(update={"recipes": recipes, "columns": columns, "entities": entities})


def adopt(draft: Draft, model: DataModel) -> Draft:
    """With a model that comes from mocodo's notation, and what the draft says that the notation does not."""
    known = {each.name: each for each in draft.boxes}

    def complete(box: Box) -> Box:
        if (before := known.get(box.name)) is None:
            return box
        said = {attribute.name: attribute for attribute in before.attributes}
        attributes = tuple(
            each.model_copy(update={name: getattr(said[each.name], name) for name in UNSAID})
            if each.name in said
            else each
            for each in box.attributes
        )
        return box.model_copy(update={"attributes": attributes, "description": before.description})

    written: tuple[Box, ...] = (*model.entities, *model.associations)
    boxes = [complete(each) for each in written]
    gone = known.keys() - {each.name for each in boxes}
    recipes = {name: recipe for name, recipe in draft.recipes.items() if name not in gone}
    return _with_model(
        draft,
        entities=tuple(each for each in boxes if isinstance(each, Entity)),
        associations=tuple(each for each in boxes if isinstance(each, Association)),
    ).model_copy(update={"recipes": recipes})


# --- Recipes that follow --------------------------------------------------------------------------
def rewrite(recipe: Mapping[str, Any], renamed: Mapping[str, str], gone: Collection[str] = ()) -> dict[str, Any]:
    """The document of a recipe with these names of columns, without those that are gone. A step that is left with none
    goes too.
    """
    changed = dict(recipe)
    if "steps" in recipe:
        changed["steps"] = _rewritten(recipe["steps"], renamed, gone)
    changed["inputs"] = [
        {**each, "steps": _rewritten(each.get("steps", ()), renamed, gone)} for each in recipe.get("inputs", ())
    ]
    return changed


def mentions(value: object, names: Collection[str]) -> bool:
    """Whether one of these names is in a text of a document, at any depth."""
    if isinstance(value, Mapping):
        return any(mentions(each, names) for pair in value.items() for each in pair)
    if isinstance(value, str):
        return any(name in value for name in names)
    return isinstance(value, Sequence) and any(mentions(each, names) for each in value)


def _rewritten(
    steps: Sequence[Mapping[str, Any]], renamed: Mapping[str, str], gone: Collection[str]
) -> list[Mapping[str, Any]]:
    written = []
    for step in steps:
        named = step.get("columns")
        left: Any = named
        if isinstance(named, Mapping):
            left = {renamed.get(name, name): value for name, value in named.items() if name not in gone}
        elif isinstance(named, Sequence) and not isinstance(named, str):
            left = [renamed.get(name, name) for name in named if name not in gone]
        if left or not named:
            written.append({**step, "columns": left} if named else step)
    return written


def _linked_again(box: Box, old: str, new: str) -> Box:
    if isinstance(box, Entity) or old == new:
        return box
    legs = tuple(leg.model_copy(update={"entity": new}) if leg.entity == old else leg for leg in box.legs)
    return box.model_copy(update={"legs": legs})


def _with_model(draft: Draft, **changes: Any) -> Draft:
    return draft.model_copy(update={"model": draft.model.model_copy(update=changes)})
