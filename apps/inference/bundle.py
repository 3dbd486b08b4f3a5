"""How models are written in a project: `kind: model`, with what it learns from and how in `spec`."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from apps.core.declarations import Bundle, Outcome
from apps.inference.declaring import change_model, create_model
from apps.inference.enums import Audience, RiskClass
from apps.inference.models import Model
from apps.inference.spec import ModelSpec

# What a project says of a model. Its owner is a person of one instance.
WRITTEN = ("name", "description", "purpose", "limits", "contact", "risk", "audience")


class ModelDocument(BaseModel):
    """A model, as one reads and reviews it."""

    slug: str
    name: str
    description: str = ""
    purpose: str = ""
    limits: str = ""
    contact: str = ""
    risk: RiskClass = RiskClass.LIMITED
    audience: Audience = Audience.STAFF
    spec: ModelSpec

    @property
    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in WRITTEN}


def apply_model(document: ModelDocument) -> Outcome:
    """Raises RuleViolation if its dataset does not have what it reads, or the declaration does not hold."""
    model = Model.objects.filter(slug=document.slug).first()
    if model is None:
        create_model(slug=document.slug, spec=document.spec, by=None, **document.fields)
        return Outcome.CREATED
    if document_of(model) == document:
        return Outcome.UNCHANGED
    change_model(model=model, changes=document.fields, spec=document.spec, by=None)
    return Outcome.CHANGED


def export_models() -> Iterator[ModelDocument]:
    for model in Model.objects.filter(archived_at=None).order_by("slug"):
        yield document_of(model)


def document_of(model: Model) -> ModelDocument:
    """A model as it is now."""
    return ModelDocument(slug=model.slug, spec=model.declared, **{name: getattr(model, name) for name in WRITTEN})


DECLARED = [Bundle(kind="model", document=ModelDocument, apply=apply_model, export=export_models, order=30)]
