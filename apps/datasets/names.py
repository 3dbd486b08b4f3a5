"""What columns, entities and datasets may be called: a name stands in a table, a Python class and an address alike."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Text

MAX_LENGTH = 50
NAME = re.compile(r"[a-z][a-z0-9_]*")

# The parameters of the API, which filters on columns share the address with.
RESERVED_BY_API = frozenset(
    {
        "columns",
        "count",
        "cursor",
        "distinct",
        "expand",
        "fields",
        "filter",
        "format",
        "group_by",
        "limit",
        "offset",
        "order",
    }
    | {"page", "page_size", "q", "search", "sort", "version"}
)
# Django makes each of these on a model, or means something by it in a query.
RESERVED_BY_MODELS = frozenset({"id", "meta", "objects", "pk", "id_id"})
# PostgreSQL has them in every table.
RESERVED_BY_POSTGRESQL = frozenset({"cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"})

# Letters that Unicode does not decompose.
LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th"}
    | {"µ": "u", "μ": "u", "%": " percent ", "€": " euros ", "°": " "}
)


def why_not_a_name(name: str) -> Text | None:
    """What is wrong with this name of an entity or a dataset; None if nothing is."""
    if not NAME.fullmatch(name):
        return _(
            "A name is made of lower-case letters without accents, digits and underscores, and begins with a letter."
        )
    if len(name) > MAX_LENGTH:
        return _("A name has 50 characters at most.")
    if "__" in name or name.endswith("_"):
        return _("A name has no double underscore, and none at its end.")
    return None


def why_not_a_column(name: str, others: Collection[str] = ()) -> Text | None:
    """What is wrong with this name of a column of an entity that has `others` too; None if nothing is."""
    if wrong := why_not_a_name(name):
        return wrong
    if name in _reserved():
        return _("This name has a meaning of its own: choose another one.")
    if name.endswith("_id") and name.removesuffix("_id") in others:
        return _("Another column has this name without “_id”: one of them must change.")
    return None


def validate_name(name: str) -> None:
    """For the fields that hold the name of an entity or a dataset."""
    if wrong := why_not_a_name(name):
        raise ValidationError(str(wrong), code="invalid_name")


def validate_column_name(name: str) -> None:
    """For the fields that hold the name of a column."""
    if wrong := why_not_a_column(name):
        raise ValidationError(str(wrong), code="invalid_name")


def to_name(label: str, *, fallback: str = "column") -> str:
    """The name nearest to this label: « Numéro de dossier » gives `numero_de_dossier`. Always a valid column name."""
    name = to_entity_name(label, fallback=fallback)
    return f"{name[: MAX_LENGTH - len('_value')].rstrip('_')}_value" if why_not_a_column(name) else name


def to_entity_name(label: str, *, fallback: str = "entity") -> str:
    """The name nearest to this label, for an entity or an association, which may be called what a column may not."""
    plain = unicodedata.normalize("NFKD", label.lower().translate(LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each)))
    name = "_".join(words)
    if not name:
        return fallback
    if not name[0].isalpha():
        name = f"{fallback}_{name}"
    return name[:MAX_LENGTH].rstrip("_")


def to_names(labels: Iterable[str]) -> list[str]:
    """A name for each of these labels, no two the same: the second « âge » is `age_2`."""
    names: list[str] = []
    for label in labels:
        name = first = to_name(label)
        number = 1
        while name in names or why_not_a_column(name, names) or f"{name}_id" in names:
            number += 1
            suffix = f"_{number}"
            name = f"{first[: MAX_LENGTH - len(suffix)].rstrip('_')}{suffix}"
        names.append(name)
    return names


@cache
def _reserved() -> frozenset[str]:
    return RESERVED_BY_API | RESERVED_BY_MODELS | RESERVED_BY_POSTGRESQL | frozenset(dir(Model))
