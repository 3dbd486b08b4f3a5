"""One document that a person writes in a page rather than in a file, in the notation of projects."""

from typing import TypeVar

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from apps.core.projects.notation import Written, read_documents
from apps.core.projects.refusals import as_path
from apps.core.projects.wording import tell

M = TypeVar("M", bound=BaseModel)


class Unreadable(ValueError):
    """The text is not what was asked for; `faults` say what is to be corrected, and on which line."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


def read_one(text: str, *, asked: str) -> Written:
    """The one mapping that this text must hold, as is `asked` of whoever writes something else. Raises Unreadable."""
    documents, faults = read_documents(text, file="")
    if faults or len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise Unreadable([_at(fault.place.line, fault.message) for fault in faults] or [asked])
    return documents[0]


def read_as(form: type[M], text: str, *, asked: str) -> M:
    """The same, of this form. Raises Unreadable, with every fault and its line."""
    written = read_one(text, asked=asked)
    try:
        return form.model_validate(written.value)
    except ValidationError as error:
        found = []
        for each in error.errors():
            places = [written.values.get(tuple(each["loc"][:length])) for length in range(len(each["loc"]), -1, -1)]
            place = next((place for place in places if place), written.place)
            found.append(_at(place.line, f"{as_path(each['loc'])} – {tell(each)}"))
        raise Unreadable(found) from error


def _at(line: int, message: str) -> str:
    return _("Line %(number)d:") % {"number": line} + f" {message}"
