"""How sources are written in a project: `kind: source`, what they read, why they may.

kind: source
slug: towns
name: Towns
connector: file                    # the kind of source; this one if it is left out
file: files/towns.csv              # or, in settings, the address: `url`
settings: {delimiter: semicolon}   # those of the connector, but for the file and the secrets
secrets: {password: {env: TOWNS_PASSWORD}}
purpose: Planning the rounds
legal_basis: no_personal_data
schedule: {cron: 0 6 * * 1, time_zone: Europe/Paris}
contract: {columns: [{name: town, type: text}], on_new: stop}
sheet: {licence: Licence Ouverte 2.0}
is_open: true
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Annotated, Any

from django.conf import settings as django_settings
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from apps.collection.connectors.file.fetching import is_kept, lake_name
from apps.collection.enums import Confidentiality, LegalBasis, LoadMode, Reaction, SourceState
from apps.collection.exceptions import SourceRefused
from apps.collection.grouping import flattened, grouped
from apps.collection.models import Source, StoredFile
from apps.collection.models.sources import MAX_PARALLEL_PARTS
from apps.collection.planning import check_config
from apps.collection.sealing import as_settings, secret_names, secrets_of, unseal
from apps.collection.sourcing import change_source, close_source, create_source, keep_upload, open_source
from apps.core import lake
from apps.core.declarations import Bundle, Outcome
from apps.core.projects import KeptSecret, ProjectFile

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
    "mode",
    "parallel_parts",
    "max_rows",
    "max_minutes",
    "max_megabytes",
)
UPLOAD = "upload"


class ScheduleDocument(BaseModel):
    """`time_zone` is that of the instance if it is left out."""

    cron: Annotated[str, Field(min_length=1)]
    time_zone: str = ""
    is_active: bool = True


class ExpectedColumn(BaseModel):
    name: str
    type: str = ""


class ContractDocument(BaseModel):
    columns: list[ExpectedColumn] = []
    on_missing: Reaction = Reaction.STOP
    on_new: Reaction = Reaction.WARN
    on_changed: Reaction = Reaction.WARN


class SheetDocument(BaseModel):
    context: str = ""
    actors: str = ""
    technical_constraints: str = ""
    access_conditions: str = ""
    terms: str = ""
    licence: str = ""
    confidentiality: Confidentiality | None = None


class SourceDocument(BaseModel):
    """A source, as one reads and reviews it. `file` is what a person would send.

    A secret written as a text is for worlds of demonstration, whose secrets are none.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    slug: str
    name: str
    description: str = ""
    connector: str = "file"
    file: ProjectFile | None = None
    settings: dict[str, Any] = {}
    secrets: dict[str, KeptSecret | str] = {}
    purpose: str = ""
    legal_basis: LegalBasis | None = None
    columns: list[str] = []
    mode: LoadMode = LoadMode.FULL
    key: list[str] = []
    parallel_parts: Annotated[int, Field(ge=1, le=MAX_PARALLEL_PARTS)] = 1
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    is_rejected_text_kept: bool = True
    max_rejected_rows: Annotated[int | None, Field(ge=0)] = None
    max_rejected_share: Annotated[float, Field(ge=0, le=100)] = 5
    max_rows: Annotated[int | None, Field(ge=0)] = None
    max_minutes: Annotated[int | None, Field(ge=0)] = None
    max_megabytes: Annotated[int | None, Field(ge=0)] = None
    schedule: ScheduleDocument | None = None
    contract: ContractDocument = ContractDocument()
    sheet: SheetDocument = SheetDocument()
    is_open: bool = False


def apply_source(document: SourceDocument) -> Outcome:
    """Raises SourceRefused if the settings, the secrets or the fields do not hold."""
    source = Source.objects.filter(slug=document.slug).first()
    if source and source.kind != document.connector:
        raise SourceRefused(_("The kind of a source does not change: delete it, or give this one another slug."))
    stored = unseal(source.secrets) if source else {}
    settings, secrets = _checked(document, stored)
    wanted = _fields(document)
    if source is None:
        config = settings | secrets
        source = create_source(slug=document.slug, kind=document.connector, by=None, config=config, **wanted)
        if document.is_open:
            open_source(source=source, by=None)
        return Outcome.CREATED
    changes = {name: value for name, value in wanted.items() if _as_written(source, name) != value}
    if settings != source.config or secrets != stored:
        changes["config"] = settings | secrets
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
    """Of secrets, the names of variables to put them in. Followers are people, and stay where they are."""
    for source in Source.objects.order_by("slug"):
        with ExitStack() as stack:
            settings = dict(source.config)
            file = None
            if upload := settings.pop(UPLOAD, None):
                path = stack.enter_context(lake.reading(lake_name(upload["digest"])))
                file = ProjectFile(path, name=upload["name"])
            groups = grouped(source)
            yield SourceDocument(
                slug=source.slug,
                connector=source.kind,
                file=file,
                settings=settings,
                secrets={name: KeptSecret(env=variable_of(source, name)) for name in unseal(source.secrets)},
                is_open=source.state == SourceState.OPEN,
                legal_basis=LegalBasis(source.legal_basis) if source.legal_basis else None,
                key=source.key_columns,
                schedule=ScheduleDocument(**groups["schedule"]) if source.cron else None,
                contract=ContractDocument(**groups["contract"]),
                sheet=SheetDocument(**groups["sheet"] | {"confidentiality": source.confidentiality or None}),
                **{name: getattr(source, name) for name in SAME if name != "legal_basis"},
            )


def variable_of(source: Source, secret: str) -> str:
    """The environment variable that an export names for a secret: `SOURCE_TOWNS_PASSWORD`."""
    return "_".join(["SOURCE", re.sub(r"\W", "_", source.slug), secret]).upper()


def _fields(document: SourceDocument) -> dict[str, Any]:
    """What the document decides, settings apart, as the fields of the model."""
    written = document.model_dump(mode="json", include={"contract", "sheet"})
    wanted: dict[str, Any] = {name: getattr(document, name) for name in SAME} | flattened(written)
    wanted["legal_basis"] = document.legal_basis or ""
    wanted["confidentiality"] = document.sheet.confidentiality or ""
    wanted["max_rejected_share"] = Decimal(str(document.max_rejected_share))
    wanted["key_columns"] = document.key
    if schedule := document.schedule:
        wanted |= {
            "cron": schedule.cron,
            "time_zone": schedule.time_zone or django_settings.TIME_ZONE,
            "is_scheduled": schedule.is_active,
        }
    else:
        wanted |= {"cron": "", "is_scheduled": False}
    return wanted


def _as_written(source: Source, name: str) -> Any:
    """The field as a document says it: a column that was agreed may be kept without a type."""
    value = getattr(source, name)
    if name == "expected_columns":
        return [{"name": each["name"], "type": each.get("type", "")} for each in value]
    return value


def _checked(document: SourceDocument, stored: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of the connector, in JSON, and all its secrets: those given, and those `stored` for the others."""
    config = dict(document.settings)
    if document.file:
        config[UPLOAD] = _kept(document.file)
    secrets = stored | _given_secrets(document, stored)
    connector, checked = check_config(kind=document.connector, config=config | secrets)
    known = secret_names(connector.Config)
    if misplaced := sorted(known & set(config)):
        message = _("This is a secret: name it in “secrets”, not in “settings”: %(names)s.")
        raise SourceRefused(message % {"names": ", ".join(misplaced)})
    if unknown := sorted(set(document.secrets) - known):
        message = _("This kind of source has no such secret: %(names)s.")
        raise SourceRefused(message % {"names": ", ".join(unknown)})
    return as_settings(checked), secrets_of(checked)


def _given_secrets(document: SourceDocument, stored: dict[str, str]) -> dict[str, str]:
    """Raises SourceRefused for a variable that is not set, unless the secret is stored already: it stays."""
    given = {}
    for name, secret in document.secrets.items():
        value = secret.value if isinstance(secret, KeptSecret) else secret
        if value:
            given[name] = value
        elif isinstance(secret, KeptSecret) and name not in stored:
            message = _("The environment variable %(name)s is not set: set it, then apply again.")
            raise SourceRefused(message % {"name": secret.env})
    return given


def _kept(file: ProjectFile) -> dict[str, str]:
    """The file, as settings name it; it is kept unless it is already."""
    digest = file.sha256
    if not (is_kept(digest) and StoredFile.objects.filter(pk=digest).exists()):
        with file.open() as content:
            keep_upload(file=content, name=file.name)
    return {"digest": digest, "name": file.name}


DECLARED = [Bundle(kind="source", document=SourceDocument, apply=apply_source, export=export_sources, order=10)]
