"""What a file must have to be answered by a model: its columns in words, and an example to fill in."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.core.numbers import format_number
from apps.inference.enums import FieldType
from apps.inference.forms.asking import bounds_in_words
from apps.inference.packaging.samples import made_up
from apps.inference.serving.checking import is_closed, listed
from apps.inference.signature import Field, Signature

EXAMPLE_ROWS = 3


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name in the file, what people call it, what is written in it, what is accepted."""

    name: str
    title: str
    help: str
    type: str
    accepted: str
    is_required: bool


def columns_of(signature: Signature) -> list[Column]:
    return [
        Column(
            name=field.name,
            title=f"{field.title} ({field.unit})" if field.unit else field.title,
            help=field.help,
            type=str(field.type.label),
            accepted=_accepted(field),
            is_required=field.is_required,
        )
        for field in signature.fields
    ]


def example_of(signature: Signature) -> str:
    """A CSV file of made-up rows: nothing of anyone. It begins with the mark by which spreadsheets know UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(signature.names)
    writer.writerows([_written(field, number) for field in signature.fields] for number in range(EXAMPLE_ROWS))
    return "\ufeff" + file.getvalue()


def _accepted(field: Field) -> str:
    match field.type:
        case FieldType.BOOLEAN:
            return _("true, 1, yes or oui; false, 0, no or non.")
        case FieldType.DATE:
            return _("As 2026-01-31.")
        case FieldType.TEXT:
            return _("At most %(count)s characters.") % {"count": format_number(field.max_length)}
        case FieldType.CATEGORY if is_closed(field):
            return _("One of these: %(choices)s.") % {"choices": listed(sorted(field.choices, key=str.casefold))}
        case FieldType.CATEGORY if field.choices:
            return _("For instance: %(example)s") % {"example": listed(field.choices[:3])}
    return bounds_in_words(field)


def _written(field: Field, number: int) -> Any:
    value = made_up(field, number) if number or field.example in (None, "") else field.example
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.isoformat() if isinstance(value, date) else value
