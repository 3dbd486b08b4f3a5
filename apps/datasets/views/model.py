"""The model of a dataset: its diagrams, with the same in sentences; its script, its texts to download.

A person sees it without the columns that the dictionary does not show them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.access import public, requires
from apps.core.errors import RuleViolation
from apps.core.interface import Viewer
from apps.core.numbers import format_number
from apps.core.projects.notation import write_document
from apps.datasets.bundle import document_of
from apps.datasets.design import Design, design_of
from apps.datasets.diagrams import mcd_of
from apps.datasets.enums import Confidentiality
from apps.datasets.merise.document import DataModel
from apps.datasets.merise.drawing import Diagram, describe_mcd, draw_mld, draw_mpd
from apps.datasets.merise.masking import mask_model, mask_schema
from apps.datasets.merise.notation import write
from apps.datasets.merise.physical import to_ddl
from apps.datasets.models import Dataset
from apps.datasets.names import to_name
from apps.datasets.reading.masks import can_mask
from apps.datasets.reading.table import mask_for
from apps.datasets.schema import DatasetSchema
from apps.datasets.views.page import DatasetPage


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A section of the page: a drawing, if there is one, and its sentences."""

    id: str
    title: str
    lede: str
    sentences: Sequence[str]
    svg: SafeString | None

    @classmethod
    def of(cls, id: str, lede: str, diagram: Diagram) -> "Drawn":
        return cls(id=id, title=diagram.title, lede=lede, sentences=diagram.sentences, svg=diagram.svg(id=f"{id}-svg"))


@dataclass(frozen=True, kw_only=True)
class ShownModel:
    """The model of a dataset as one person may know it; `hidden` counts the columns left out, `masked` are the
    entities whose identifier is among them.
    """

    model: DataModel
    schema: DatasetSchema
    hidden: int = 0
    masked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, dataset: Dataset, viewer: Viewer) -> "ShownModel":
        """Raises SchemaRefused if the model that is kept does not hold any more."""
        design = design_of(dataset)
        model, schema = design.model, design.schema
        hidden = places_hidden_from(viewer, dataset, model, schema)
        if not hidden:
            return cls(model=model, schema=schema)

        def is_hidden(owner: str, column: str) -> bool:
            return (owner, column) in hidden

        shown = mask_schema(schema, is_hidden)
        return cls(
            model=mask_model(model, schema, is_hidden),
            schema=shown,
            hidden=sum(len(table.columns) for table in schema.entities)
            - sum(len(table.columns) for table in shown.entities),
            masked=frozenset(
                entity.name
                for entity in model.entities
                if any(is_hidden(entity.name, attribute.name) for attribute in entity.identifiers)
            ),
        )

    def ddl(self, slug: str) -> str:
        return to_ddl(self.schema, to_name(slug, fallback="dataset"))


def drawn_of(model: DataModel, schema: DatasetSchema, *, masked: Collection[str] = ()) -> list[Drawn]:
    """The conceptual model, the logical one, the physical one."""
    conceptual, logical, physical = _("Conceptual model (MCD)"), _("Logical model (MLD)"), _("Physical model (MPD)")
    mcd = mcd_of(model, masked=masked)
    return [
        Drawn(
            id="mcd",
            title=conceptual,
            lede=_(
                "What the data are about, and how these things are linked. ID: what names one; id: what names one "
                "beside what it is linked to; 1: another way to name one. 0,n: from no link to many."
            ),
            sentences=mcd.sentences if mcd else describe_mcd(model, masked=masked),
            svg=mcd.svg(id="mcd-svg") if mcd else None,
        ),
        Drawn.of(
            "mld",
            _("The tables that follow from it by Merise’s rules."),
            draw_mld(schema, title=logical),
        ),
        Drawn.of(
            "mpd",
            _("The same tables as PostgreSQL has them. NN: must be filled; U: unique; PK: number of the row."),
            draw_mpd(schema, title=physical),
        ),
    ]


def places_hidden_from(
    viewer: Viewer, dataset: Dataset, model: DataModel, schema: DatasetSchema
) -> set[tuple[str, str]]:
    """What this person may not know of: tables, or associations, and their columns that are hidden from them, today or
    in the served version.
    """
    level = dataset.level_for(viewer) or Confidentiality.PUBLIC
    served = dataset.current_version.pinned_schema.entities if dataset.current_version else ()
    columns = [(table.name, column) for table in (*schema.entities, *served) for column in table.columns]
    columns += [
        (association.name, attribute.as_column())
        for association in model.associations
        for attribute in association.attributes
    ]
    masks = [(owner, column, mask_for(level, column)) for owner, column in columns]
    return {(owner, column.name) for owner, column, mask in masks if mask and not can_mask(mask, column)}


def hidden_columns(shown: DatasetPage, design: Design, entity: str) -> frozenset[str]:
    """The columns of an entity that whoever sees this page may not know of, in this design or in the served version."""
    hidden = places_hidden_from(shown.viewer, shown.dataset, design.model, design.schema)
    return frozenset(column for owner, column in hidden if owner == entity)


def veiled_columns(shown: DatasetPage, design: Design, entity: str) -> frozenset[str]:
    """With those that they see masked: while rows are made, there is no mask yet."""
    level = shown.dataset.level_for(shown.viewer) or Confidentiality.PUBLIC
    columns = design.schema.entity(entity).columns
    return hidden_columns(shown, design, entity) | {each.name for each in columns if mask_for(level, each)}


@public
def model(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    context: dict[str, Any] = {}
    try:
        seen = ShownModel.of(shown.dataset, shown.viewer)
    except RuleViolation as refusal:
        context |= {"refusal": str(refusal.message)}
    else:
        drawn = drawn_of(seen.model, seen.schema, masked=seen.masked)
        context |= {"drawn": drawn, "ddl": seen.ddl(slug), "notation": write(seen.model), "hidden": seen.hidden}
        is_ahead = shown.version is not None and shown.version.schema_version != shown.dataset.schema_version
        context |= {"is_ahead": is_ahead, "counts": _counts(seen)}
    return render(request, "datasets/model.html", shown.context("model", **context))


@public
def model_ddl(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    return _download(ShownModel.of(shown.dataset, shown.viewer).ddl(slug), "application/sql", f"{slug}.sql")


@public
def model_mocodo(request: HttpRequest, slug: str) -> HttpResponse:
    """The conceptual model in mocodo's notation."""
    shown = DatasetPage.load(request, slug)
    return _download(write(ShownModel.of(shown.dataset, shown.viewer).model), "text/plain", f"{slug}.mcd")


@requires("datasets.view_build", "datasets.view_personal_columns")
def model_yaml(request: HttpRequest, slug: str) -> HttpResponse:
    """The dataset as a file of a project: its settings, its whole model, its recipes."""
    shown = DatasetPage.load_at_work(request, slug)
    fields = document_of(shown.dataset).model_dump(mode="json", exclude_defaults=True)
    return _download(write_document({"kind": "dataset"} | fields), "application/yaml", f"{slug}.yaml")


def _counts(seen: ShownModel) -> str:
    entities, associations = len(seen.model.entities), len(seen.model.associations)
    facts = {"entities": format_number(entities), "associations": format_number(associations)}
    said = ngettext("%(entities)s entity", "%(entities)s entities", entities) % facts
    if not associations:
        return said
    return said + ", " + ngettext("%(associations)s association", "%(associations)s associations", associations) % facts


def _download(text: str, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
