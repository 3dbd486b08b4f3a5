"""Rows made up from a signature alone: what models meet once they serve, and rarely in their test set. Pure.

They also stand for the rows of people: no value here comes from one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from apps.inference.enums import FieldType
from apps.inference.signature import Field, Signature

Columns = Mapping[str, Sequence[Any]]

UNSEEN = "jamais vu à l’entraînement"
SENTENCES = (
    "Un nid-de-poule dangereux devant l’école, rue Émile-Zola.",
    "Le lampadaire est éteint depuis trois nuits, on n’y voit plus rien.",
    "Les poubelles débordent près du marché, l’odeur est très forte.",
    "Fuite d’eau sur le trottoir, au n° 12 de l’avenue de la République.",
    "Voiture ventouse garée sur la piste cyclable, côté gare.",
    "Du bruit tard le soir, la fête d’à côté gêne tout l’immeuble.",
    "Un arbre menace de tomber sur l’aire de jeux après la tempête.",
    "Bonjour, où faut-il s’adresser pour l’état civil ? Merci d’avance.",
    "Rats aperçus dans le parc ; un chien errant aussi.",
    "Le radiateur de la salle des fêtes ne chauffe plus.",
    "Graffitis sur le mur de la bibliothèque, à nettoyer s’il vous plaît.",
    "Feu tricolore en panne au carrefour : on frôle l’accident.",
)
# What texts are like when people, or their programs, do not do what was expected.
UNEXPECTED_TEXTS = (
    "",
    " \n\t ",
    "?!…",
    "OÙ ÊTES-VOUS ? ÇA N’A PAS ÉTÉ RÉPARÉ À NOËL, CŒUR NAÏF",
    "ou etes vous ca n'a pas ete repare a noel",
    "e\u0301te\u0301 note\u0301 autrement",  # the same letters, their accents apart
    "😀 l’été 🚧 straße 100 % n° 2",
)
_FIRST_DAY, _DAYS_APART = date(2020, 1, 31), 37
# Of a field whose training told nothing: any number would do.
_ANY_LOWEST, _ANY_HIGHEST = 0.0, 100.0


def samples(signature: Signature) -> dict[str, list[Any]]:
    """Rows by column: an ordinary one, then for each field the ordinary one with each of its unexpected values."""
    ordinary = {field.name: made_up(field, 0) for field in signature.fields}
    rows = [ordinary]
    for field in signature.fields:
        rows += [ordinary | {field.name: value} for value in _unexpected(field)]
    return {name: [row[name] for row in rows] for name in signature.names}


def made_up(field: Field, number: int) -> Any:
    """An ordinary value of a field; others for other numbers, from 0."""
    if field.type == FieldType.TEXT:
        return SENTENCES[number % len(SENTENCES)][: field.max_length]
    if field.type == FieldType.CATEGORY:
        return field.choices[number % len(field.choices)] if field.choices else UNSEEN
    if field.type == FieldType.BOOLEAN:
        return bool(number % 2)
    if field.type == FieldType.DATE:
        return _FIRST_DAY + timedelta(days=_DAYS_APART * number)
    lowest, highest = _range(field)
    value = lowest + (highest - lowest) * ((number + 1) % 8) / 8
    return round(value) if field.type == FieldType.INTEGER else value


def _unexpected(field: Field) -> Iterator[Any]:
    if not field.is_required:
        yield None
    if field.type == FieldType.TEXT:
        yield from (text[: field.max_length] for text in UNEXPECTED_TEXTS)
        yield (" ".join(SENTENCES) * (field.max_length // 500 + 1))[: field.max_length]
        yield "é" * field.max_length
    elif field.type == FieldType.CATEGORY:
        yield from (*field.choices[:20], UNSEEN, "")
    elif field.type == FieldType.BOOLEAN:
        yield from (False, True)
    elif field.type == FieldType.DATE:
        yield from (date(1970, 1, 1), date(2024, 2, 29), date(2099, 12, 31))
    else:
        yield from _range(field)


def _range(field: Field) -> tuple[float, float]:
    """From the lowest to the highest that training saw."""
    lowest = next((each for each in (field.lowest, field.minimum) if each is not None), _ANY_LOWEST)
    highest = next((each for each in (field.highest, field.maximum) if each is not None), lowest + _ANY_HIGHEST)
    return lowest, highest
