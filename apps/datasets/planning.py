"""Whether a build may read only what came since the version that is served: it must make the rows that it would make if
it read all.

Then what is new is cleaned, and added to what was made before, rows and rejects; or, where rows are updated, what is
new updates the version as any build of such a recipe does.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from apps.collection.models import Run
from apps.datasets.enums import BuildMode, Engine, FullReason, RejectReason
from apps.datasets.inputs import merge_key
from apps.datasets.manifests import engine_of
from apps.datasets.models import Build, BuildOutput, Version
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.rules.unique import Unique
from apps.datasets.recipes.together import links, uniques
from apps.datasets.schema import DatasetSchema, EntitySchema


def why_full(build: Build, base: Version | None, runs: Sequence[Run]) -> FullReason | None:
    """Why this build must read all of these runs; None if what came since this version is enough."""
    if build.full_because:
        return FullReason(build.full_because)
    if base is None:
        return FullReason.FIRST
    if (base.build.recipes, base.schema) != (build.recipes, build.schema):
        return FullReason.DESIGN_CHANGED
    if base.manifest.get("engine") != engine_of(Engine(build.engine)):
        return FullReason.ENGINE_CHANGED
    recipes = {name: Recipe.from_document(document) for name, document in build.recipes.items()}
    updated = {f"source:{run.source.slug}": False for run in runs} | _updated(recipes)
    return why_not_added(list(base.build.runs.select_related("source")), runs, updated) or why_not_apart(
        recipes, build.pinned_schema, {output.entity: output for output in base.build.outputs.all()}
    )


def why_not_added(before: Sequence[Run], now: Sequence[Run], updated: Mapping[str, bool]) -> FullReason | None:
    """Why what was read before and what is there now are not the same and some more. `updated` says, of what is read,
    whether all that is made of it is updated.
    """
    known = {run.pk for run in before}
    if not known <= {run.pk for run in now}:
        return FullReason.COLLECTED_ANEW
    if known == {run.pk for run in now}:
        return FullReason.NOTHING_NEW
    there = by_source(before)
    for slug, runs in by_source(now).items():
        old = there.get(slug, [])
        # The order of the rows is that of the runs.
        if not old or any(run.pk < old[-1].pk for run in runs if run.pk not in known):
            return FullReason.COLLECTED_ANEW
        if merge_key(runs) and (merge_key(old) != merge_key(runs) or not updated.get(f"source:{slug}")):
            return FullReason.MERGED
    return None


def why_not_apart(
    recipes: Mapping[str, Recipe], schema: DatasetSchema, outputs: Mapping[str, BuildOutput]
) -> FullReason | None:
    """Why the rows that are new cannot be made apart from those that were made before, with what came of these."""
    for name, recipe in recipes.items():
        if any(each.dataset for each in recipe.inputs):
            return FullReason.DATASET
        if any(each.received for each in recipe.inputs):
            return FullReason.RECEIVED
        if not _is_row_by_row(recipe, schema.entity(name)):
            return FullReason.OTHER_ROWS
        is_updated, has_links = recipe.mode == BuildMode.UPSERT, bool(links(recipe, schema.entity(name)))
        if has_links and (is_updated or _has_orphans(outputs[name])):
            return FullReason.REFERENCES
        if not is_updated and not outputs[name].rejects:
            return FullReason.REJECTS_FORGOTTEN
    return None


def by_source(runs: Iterable[Run]) -> dict[str, list[Run]]:
    """These runs by the identifier of their source, in order."""
    ordered = sorted(runs, key=lambda run: (run.source.slug, run.pk))
    return {slug: list(found) for slug, found in groupby(ordered, key=attrgetter("source.slug"))}


def _updated(recipes: Mapping[str, Recipe]) -> dict[str, bool]:
    """Whether all that is made of each thing that is read is updated."""
    found: dict[str, bool] = {}
    for recipe in recipes.values():
        for name in recipe.reads:
            found[name] = found.get(name, True) and recipe.mode == BuildMode.UPSERT
    return found


def _is_row_by_row(recipe: Recipe, schema: EntitySchema) -> bool:
    """Whether a row is kept or not for what it says, and for one thing that it shares with others at most: its key."""
    looks_at_others = recipe.needs or any(step.is_about_all_rows for step in recipe.steps)
    is_repeated = any(isinstance(rule, Unique) and rule.quarantines for rule in recipe.rules)
    return len(recipe.inputs) == 1 and not looks_at_others and not is_repeated and len(uniques(schema)) <= 1


def _has_orphans(output: BuildOutput) -> bool:
    """Whether rows were set aside that may have been for what they refer to."""
    return any(each["code"] in {RejectReason.UNKNOWN_REFERENCE, RejectReason.RULE_BROKEN} for each in output.reasons)
