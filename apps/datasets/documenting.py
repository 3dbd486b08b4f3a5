"""The documentation of a recipe, made from the recipe itself: what it stands on, how it is run, what it does and why.

Of the design of today, or of a version as it was made. It says nothing of the columns that its reader may not know of,
and holds no secret: the key of pseudonyms is neither in recipes nor in the SQL that they become.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.declarations import Text
from apps.core.interface import Viewer
from apps.datasets.design import Design, in_order_of_making
from apps.datasets.enums import Engine, RuleSeverity
from apps.datasets.exceptions import RecipeRefused
from apps.datasets.manifests import engine_of
from apps.datasets.merise.masking import mask_table
from apps.datasets.models import Dataset
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.pseudonymise import Pseudonymise
from apps.datasets.recipes.telling import Told, tell
from apps.datasets.redesigning import mentions, rewrite
from apps.datasets.schema import EntitySchema

CONSEQUENCES: Mapping[RuleSeverity, Text] = {
    RuleSeverity.BLOCK: gettext_lazy("If it is broken, the version is not published."),
    RuleSeverity.QUARANTINE: gettext_lazy("The rows that break it are set aside, with the reason."),
    RuleSeverity.WARN: gettext_lazy("If it is broken, the report of the gate says so; the version is published."),
}


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that the recipe stands on: what it is, which one, and what of it."""

    kind: Text
    name: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of `manage.py`, and what it is for."""

    id: str
    purpose: Text
    line: str


@dataclass(frozen=True, kw_only=True)
class DocumentedTable:
    """The recipe of one table in words. `asked` is what its model asks of each row; `counts` what became of the rows
    in the version: each a number with what it counts.
    """

    entity: EntitySchema
    inputs: Sequence[str]
    steps: Sequence[Told]
    asked: Sequence[Told]
    rules: Sequence[tuple[Told, Text]]
    counts: Sequence[tuple[Text, int]] = ()


@dataclass(frozen=True, kw_only=True)
class Documentation:
    """All that is said of the recipe of a dataset. `version` is the number of the one that it made, None for the
    recipe of today; `hidden` whether something is left out for this reader.
    """

    name: str
    slug: str
    tools: Sequence[Need]
    reads: Sequence[Need]
    commands: Sequence[Command]
    tables: Sequence[DocumentedTable]
    needs_key: bool
    version: int | None = None
    made_at: datetime | None = None
    hidden: bool = False
    sql: str = ""


def document(
    *,
    name: str,
    slug: str,
    design: Design,
    hidden_of: Callable[[str], frozenset[str]],
    reads: Sequence[Need],
    secret: frozenset[str] = frozenset(),
    tools: Mapping[str, str] | None = None,
    counts: Mapping[str, Sequence[tuple[Text, int]]] | None = None,
    version: int | None = None,
    made_at: datetime | None = None,
    sql: str = "",
) -> Documentation:
    """The documentation of these recipes, in the language of the moment; tables in the order in which they are made.

    Nothing is told of what the `secret` ones do (see `secret_recipes`). `tools` are the versions of what applied them,
    those of this instance if they are not said. Raises RecipeRefused if tables look each other up, SchemaRefused.
    """
    schema = design.schema
    order = in_order_of_making(design.recipes)
    steps = [
        step
        for recipe in design.recipes.values()
        for rank in range(len(recipe.inputs))
        for step in recipe.steps_of(rank)
    ]
    return Documentation(
        name=name,
        slug=slug,
        version=version,
        made_at=made_at,
        tools=[Need(kind=_("Tool"), name=tool, detail=number) for tool, number in (tools or tools_of_today()).items()],
        reads=reads,
        commands=_commands(slug, design),
        tables=[
            _documented(
                schema.entity(entity),
                design.recipes[entity],
                hidden_of(entity),
                (counts or {}).get(entity, ()),
                is_secret=entity in secret,
            )
            for entity in order
        ],
        needs_key=any(isinstance(step, Pseudonymise) for step in steps),
        hidden=bool(secret) or any(hidden_of(entity) for entity in order),
        sql=sql,
    )


def tools_of_today() -> dict[str, str]:
    """What this instance applies recipes with, and which version of it."""
    told = engine_of(Engine(settings.DATASET_ENGINE))
    return {name: number for name, number in told.items() if name != "name"}


def secret_recipes(design: Design, viewer: Viewer) -> frozenset[str]:
    """The entities whose recipe reads a dataset that this person may not know of."""
    read = {entity: _datasets_of(recipe) for entity, recipe in design.recipes.items()}
    named = set().union(*read.values())
    seen = set(Dataset.objects.visible_to(viewer).filter(slug__in=named).values_list("slug", flat=True))
    return frozenset(entity for entity, slugs in read.items() if not slugs <= seen)


def _datasets_of(recipe: Recipe) -> set[str]:
    """The identifiers of the datasets that a recipe reads."""
    paths = (name.removeprefix("dataset:") for name in recipe.reads if name.startswith("dataset:"))
    return {path.partition(".")[0] for path in paths}


def told_to(recipe: Recipe, table: EntitySchema, hidden: frozenset[str], *, is_secret: bool = False) -> list[Told]:
    """The recipe in words, without what it says of columns that are hidden; nothing of it if it `is_secret`."""
    if is_secret:
        return [Told(step=0, sentence=_("It reads a dataset that you may not see: what it does is not shown."))]
    if not hidden:
        return tell(recipe, table)
    left = rewrite(recipe.as_document(), {}, hidden)
    for place in (left, *left["inputs"]):
        place["steps"] = [step for step in place.get("steps", ()) if not mentions(step, hidden)]
    left["rules"] = [rule for rule in left.get("rules", ()) if not mentions(rule, hidden)]
    note = Told(step=0, sentence=_("What it does to the columns that you may not read is not shown."))
    try:
        shown = Recipe.from_document(left)
    except RecipeRefused:  # nothing is left of an input
        return [note]
    masked = mask_table(table, lambda _owner, column: column in hidden)
    # What is written freely may name what is hidden.
    return [*(replace(each, note="") for each in tell(shown, masked)), note]


def _documented(
    table: EntitySchema,
    recipe: Recipe,
    hidden: frozenset[str],
    counts: Sequence[tuple[Text, int]],
    *,
    is_secret: bool,
) -> DocumentedTable:
    told = told_to(recipe, table, hidden, is_secret=is_secret)
    return DocumentedTable(
        entity=mask_table(table, lambda _owner, column: column in hidden) if hidden else table,
        inputs=[] if is_secret else [f"{each.title} {each.entity}".strip() for each in recipe.inputs],
        steps=[each for each in told if each.step],
        asked=[each for each in told if not each.step and each.severity is None],
        rules=[(each, CONSEQUENCES[each.severity]) for each in told if each.severity is not None],
        counts=counts,
    )


def _commands(slug: str, design: Design) -> list[Command]:
    reads = dict.fromkeys(name for recipe in design.recipes.values() for name in recipe.reads)
    sources = [name.removeprefix("source:") for name in reads if name.startswith("source:")]
    collect = Command(
        id="collect", purpose=_("Collect what it reads"), line=f"python manage.py collect {' '.join(sources)}"
    )
    build = Command(
        id="build",
        purpose=_("Apply the recipe, and publish what passes the gate"),
        line=f"python manage.py build {slug}",
    )
    return [collect, build] if sources else [build]
