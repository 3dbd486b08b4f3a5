"""The declaration of a model as YAML, in the notation of project files."""

from django.utils.translation import gettext as _
from pydantic import ValidationError

from apps.core.projects.notation import read_documents, write_document
from apps.core.projects.refusals import as_path
from apps.core.projects.wording import tell
from apps.inference.spec import ModelSpec

# What a place is called in messages: there is no file.
HERE = "model.yaml"


class UnreadableSpec(ValueError):
    """The text declares no model; `faults` say what is to be corrected, and on which line."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


def write_spec(spec: ModelSpec) -> str:
    """Without what is as it is by default."""
    return write_document(spec.model_dump(mode="json", exclude_defaults=True))


def read_spec(text: str) -> ModelSpec:
    """Raises UnreadableSpec, with every fault and its line."""
    documents, faults = read_documents(text, file=HERE)
    if faults or len(documents) != 1:
        told = [f"{_line(fault.place.line)} {fault.message}" for fault in faults]
        raise UnreadableSpec(told or [_("Write the declaration of the model, in one document.")])
    written = documents[0]
    try:
        return ModelSpec.model_validate(written.value)
    except ValidationError as error:
        found = []
        for each in error.errors():
            places = [written.values.get(tuple(each["loc"][:length])) for length in range(len(each["loc"]), -1, -1)]
            place = next((place for place in places if place), written.place)
            found.append(f"{_line(place.line)} {as_path(each['loc'])} – {tell(each)}")
        raise UnreadableSpec(found) from error


def _line(number: int) -> str:
    return _("Line %(number)d:") % {"number": number}
