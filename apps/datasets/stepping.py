"""A recipe tried step by step on the first records, and remembered: people look at one step after the other.

What is remembered holds values of the sources, so it is encrypted, and only for a while.
"""

import json
import pickle
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from django.core.cache import cache

from apps.core.secrets import Secret, Undecipherable
from apps.datasets import engine
from apps.datasets.inputs import pseudonym_key
from apps.datasets.recipes.document import Recipe
from apps.datasets.recipes.steps.base import is_working
from apps.datasets.recipes.steps.pseudonymise import Pseudonymise
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    from apps.datasets.engine import Landed, Stage

KEPT_SECONDS = 600


def follow(
    recipe: Recipe, schema: EntitySchema, read: "Mapping[str, Landed]", *, seen: frozenset[str] | None = None
) -> "tuple[Stage, ...]":
    """What each step makes of what is `read`, by its name (see `reading_sample`). Values are shown of these columns
    alone, of all if none is said. Raises RecipeRefused, PreviewTooLong.
    """
    key = _key(recipe, schema, read, seen)
    if (known := _remembered(key)) is not None:
        return known
    stages = engine.trace(
        recipe=recipe,
        schema=schema,
        inputs=[read[each.name] for each in recipe.inputs],
        others={name: read[name] for name in recipe.needs},
        pseudonym_key=pseudonym_key("trial"),
        is_seen=lambda name: seen is None or name in seen,
    )
    cache.set(key, Secret.of(b64encode(pickle.dumps(stages)).decode()).stored, KEPT_SECONDS)
    return stages


def seen_in(recipe: Recipe, schema: EntitySchema, hidden: frozenset[str]) -> frozenset[str] | None:
    """The columns whose values may be shown, step by step, to whoever may not read these; None for all, if they may
    read all. Working columns may hold anything, and what becomes a pseudonym is a name until then.
    """
    if not hidden:
        return None
    made = {
        name
        for rank in range(len(recipe.inputs))
        for step in recipe.steps_of(rank)
        if isinstance(step, Pseudonymise)
        for name in step.columns
    }
    return frozenset(name for name in schema.names if name not in hidden | made and not is_working(name))


def _key(recipe: Recipe, schema: EntitySchema, read: "Mapping[str, Landed]", seen: frozenset[str] | None) -> str:
    """What the answer depends on, as a digest."""
    digests = {name: [*landed.digests, *landed.merge_on] for name, landed in read.items()}
    document = [recipe.as_document(), schema.as_json(), digests, sorted(seen) if seen is not None else None]
    return f"datasets:steps:1:{sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()}"


def _remembered(key: str) -> "tuple[Stage, ...] | None":
    stored: str | None = cache.get(key)
    if stored is None:
        return None
    try:
        stages: tuple[Stage, ...] = pickle.loads(b64decode(Secret(stored).reveal()))  # noqa: S301 -- what we encrypted ourselves
    except Undecipherable:  # the key of the instance was changed meanwhile
        return None
    return stages
