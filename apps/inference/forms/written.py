"""The declaration of a model as YAML, in the notation of project files."""

from django.utils.translation import gettext as _

from apps.core.projects.notation import write_document
from apps.core.projects.written import read_as
from apps.inference.spec import ModelSpec


def write_spec(spec: ModelSpec) -> str:
    """Without what is as it is by default."""
    return write_document(spec.model_dump(mode="json", exclude_defaults=True))


def read_spec(text: str) -> ModelSpec:
    """Raises Unreadable, with every fault and its line."""
    return read_as(ModelSpec, text, asked=_("Write the declaration of the model, in one document."))
