"""Rows made to drift, to try the watch before it is needed. Pure: the same rows come out of the same seed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from apps.inference.enums import Alteration, FieldType
from apps.inference.signature import Field, Signature

OF_NUMBERS = frozenset({Alteration.SHIFT, Alteration.SPREAD})
OF_TEXTS = frozenset({Alteration.TYPOS, Alteration.TRUNCATE})
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Alter(BaseModel):
    """One thing to do to one field. `strength`: how many standard deviations numbers move, how many times they spread;
    otherwise the share of the rows, or of the letters, that it happens to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    alteration: Alteration
    strength: float = Setting(default=0.5, gt=0, le=10)


def faults_of(alter: Alter, signature: Signature) -> str:
    """What keeps this from being done to this field; "" if nothing does."""
    if alter.field not in signature.names:
        return _("The model has no field “%(name)s”.") % {"name": alter.field}
    if alter.alteration not in alterations_of(signature.field(alter.field)):
        return _("“%(what)s” is not done to such a field.") % {"what": Alteration(alter.alteration).label}
    if alter.alteration not in OF_NUMBERS and alter.strength > 1:
        return _("A share is at most 1.")
    return ""


def alterations_of(field: Field) -> list[Alteration]:
    """What may be done to a field of this type."""
    found = [Alteration.MISSING] if not field.is_required else []
    if field.type in {FieldType.NUMBER, FieldType.INTEGER}:
        found += [Alteration.SHIFT, Alteration.SPREAD]
    elif field.type == FieldType.CATEGORY:
        found.append(Alteration.SWAP)
    elif field.type == FieldType.TEXT:
        found += [Alteration.TYPOS, Alteration.TRUNCATE]
    return found


def alter_rows(
    columns: Mapping[str, Sequence[Any]], alters: Sequence[Alter], signature: Signature, *, seed: int
) -> dict[str, list[Any]]:
    """The same rows, altered. Missing values stay missing."""
    rng = np.random.default_rng(seed)
    altered = {name: list(values) for name, values in columns.items()}
    for each in alters:
        altered[each.field] = _alter(altered[each.field], each, signature.field(each.field), rng)
    return altered


def _alter(values: list[Any], alter: Alter, field: Field, rng: np.random.Generator) -> list[Any]:
    known = [value for value in values if value is not None]
    touched = rng.random(len(values)) < alter.strength
    match alter.alteration:
        case Alteration.MISSING:
            return [None if is_touched else value for value, is_touched in zip(values, touched, strict=True)]
        case Alteration.SWAP:
            rarest = field.choices[-1] if field.choices else ""
            return [rarest if is_touched else value for value, is_touched in zip(values, touched, strict=True)]
        case Alteration.SHIFT:
            by = alter.strength * float(np.std(np.array(known, float))) if known else 0.0
            return [None if value is None else _as(field, float(value) + by) for value in values]
        case Alteration.SPREAD:
            middle = float(np.mean(np.array(known, float))) if known else 0.0
            spread = 1 + alter.strength
            return [
                None if value is None else _as(field, middle + (float(value) - middle) * spread) for value in values
            ]
        case Alteration.TYPOS:
            return [None if value is None else _misspelt(value, alter.strength, rng) for value in values]
        case Alteration.TRUNCATE:
            return [
                None if value is None else value[: max(1, int(len(value) * (1 - alter.strength)))] for value in values
            ]


def _as(field: Field, value: float) -> float:
    """Within the bounds that the model refuses to pass."""
    low = -np.inf if field.minimum is None else field.minimum
    high = np.inf if field.maximum is None else field.maximum
    bounded = float(np.clip(value, low, high))
    return round(bounded) if field.type == FieldType.INTEGER else bounded


def _misspelt(text: str, share: float, rng: np.random.Generator) -> str:
    wrong = rng.random(len(text)) < share
    letters = rng.integers(0, len(LETTERS), len(text))
    return "".join(
        LETTERS[letter] if is_wrong and each.isalpha() else each
        for each, is_wrong, letter in zip(text, wrong, letters, strict=True)
    )
