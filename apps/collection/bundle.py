"""How sources are written in a project: `kind: source`, what they read, why they may.

kind: source
slug: towns
name: Towns
file: files/towns.csv              # or, in settings, the address: `url`
settings: {delimiter: semicolon}   # those of the connector, but for the file
purpose: Planning the rounds
legal_basis: no_personal_data
is_open: true
"""

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from apps.collection.connectors.file.fetching import is_kept, lake_name
from apps.collection.enums import LegalBasis, SourceState
from apps.collection.models import Source, StoredFile
from apps.collection.planning import check_config
from apps.collection.sourcing import change_source, close_source, create_source, keep_upload, open_source
from apps.core import lake
from apps.core.declarations import Bundle, Outcome
from apps.core.projects import ProjectFile

# What a document and a source call the same.
SAME = (
    "name",
    "description",
    "purpose",
    "legal_basis",
    "columns",
    "retention_days",
    "is_rejected_text_kept",
    "max_rejected_rows",
    "max_rejected_share",
)
UPLOAD = "upload"


class SourceDocument(BaseModel):
    """A source, as one reads and reviews it. `file` is what a person would send."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    slug: str
    name: str
    description: str = ""
    connector: str = "file"
    file: ProjectFile | None = None
    settings: dict[str, Any] = {}
    purpose: str = ""
    legal_basis: LegalBasis | None = None
    columns: list[str] = []
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    is_rejected_text_kept: bool = True
    max_rejected_rows: Annotated[int | None, Field(ge=0)] = None
    max_rejected_share: Annotated[float, Field(ge=0, le=100)] = 5
    is_open: bool = False


def apply_source(document: SourceDocument) -> Outcome:
    """Raises SourceRefused if the settings, or the fields, do not hold."""
    wanted: dict[str, Any] = {name: getattr(document, name) for name in SAME}
    wanted["legal_basis"] = document.legal_basis or ""
    wanted["max_rejected_share"] = Decimal(str(document.max_rejected_share))
    wanted["config"] = _config(document)
    source = Source.objects.filter(slug=document.slug).first()
    if source is None:
        source = create_source(slug=document.slug, kind=document.connector, by=None, **wanted)
        if document.is_open:
            open_source(source=source, by=None)
        return Outcome.CREATED
    changes = {name: value for name, value in wanted.items() if getattr(source, name) != value}
    if not changes and source.is_open == document.is_open:
        return Outcome.UNCHANGED
    if source.is_open and not document.is_open:
        source = close_source(source=source, by=None)
    if changes:
        source = change_source(source=source, changes=changes, by=None)
    if document.is_open:
        open_source(source=source, by=None)
    return Outcome.CHANGED


def export_sources() -> Iterator[SourceDocument]:
    for source in Source.objects.order_by("slug"):
        with ExitStack() as stack:
            settings = dict(source.config)
            file = None
            if upload := settings.pop(UPLOAD, None):
                path = stack.enter_context(lake.reading(lake_name(upload["digest"])))
                file = ProjectFile(path, name=upload["name"])
            yield SourceDocument(
                slug=source.slug,
                connector=source.kind,
                file=file,
                settings=settings,
                is_open=source.state == SourceState.OPEN,
                legal_basis=LegalBasis(source.legal_basis) if source.legal_basis else None,
                **{name: getattr(source, name) for name in SAME if name != "legal_basis"},
            )


def _config(document: SourceDocument) -> dict[str, Any]:
    """The settings of the connector, in JSON; the file is kept unless it is already."""
    config = dict(document.settings)
    if document.file:
        digest = document.file.sha256
        if not (is_kept(digest) and StoredFile.objects.filter(pk=digest).exists()):
            with document.file.open() as file:
                keep_upload(file=file, name=document.file.name)
        config[UPLOAD] = {"digest": digest, "name": document.file.name}
    _connector, checked = check_config(kind=document.connector, config=config)
    written: dict[str, Any] = checked.model_dump(mode="json", exclude_none=True)
    return written


DECLARED = [Bundle(kind="source", document=SourceDocument, apply=apply_source, export=export_sources, order=10)]
