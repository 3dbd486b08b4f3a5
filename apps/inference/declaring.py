"""Models as people declare them: what they learn from, how, and who may use them."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.core.interface import Viewer
from apps.datasets.design import design_of
from apps.datasets.models import Dataset
from apps.datasets.receiving import fields_taken
from apps.datasets.schema import DatasetSchema
from apps.inference.audit_actions import AuditAction
from apps.inference.checking import faults_of, faults_of_feedback
from apps.inference.enums import Slot
from apps.inference.exceptions import Fault, ModelArchived, ModelInService, ModelRefused, TrainingAlreadyActive
from apps.inference.models import Model
from apps.inference.models.models import SEE
from apps.inference.querying import QueryRefused, tables_read
from apps.inference.spec import ModelSpec

# What a person decides of a model besides its declaration. Its address never changes.
EDITABLE = ("name", "description", "purpose", "limits", "contact", "risk", "audience", "owner")
# The address of a page has this name already.
TAKEN = frozenset({"nouveau"})


@transaction.atomic
def create_model(*, slug: str, name: str, spec: ModelSpec, by: User | None, **fields: Any) -> Model:
    """Declare a model, without any version yet; `fields` are some of EDITABLE. Raises ModelRefused."""
    model = Model(slug=slug, **{"owner": by} | fields)
    if slug in TAKEN:
        raise ModelRefused(faults=[Fault("slug", _("This address is taken: choose another."))])
    _declare(model, spec, by=by)
    _set(model, {"name": name} | fields)
    record(action=AuditAction.MODEL_CREATED, actor=by, subject=model, details={"task": spec.task.value})
    return model


@transaction.atomic
def change_model(
    *, model: Model, by: User | None, changes: Mapping[str, Any] | None = None, spec: ModelSpec | None = None
) -> Model:
    """Change some of the fields of EDITABLE, or what the next trainings do. Versions stay what they are, and so does a
    training that was asked for. Raises ModelRefused, ModelArchived.
    """
    held: Model = Model.objects.select_for_update().get(pk=model.pk)
    if held.archived_at:
        raise ModelArchived(_("This model is archived."), subject=_subject(held))
    before = {name: getattr(held, name) for name in EDITABLE}
    is_another = spec is not None and spec != held.declared
    if spec is not None and is_another:
        _declare(held, spec, by=by)
        held.spec_number += 1
    _set(held, changes or {})
    changed = sorted(name for name, value in before.items() if getattr(held, name) != value)
    if is_another:
        changed.append("spec")
    if changed:
        record(action=AuditAction.MODEL_CHANGED, actor=by, subject=held, details={"fields": changed})
    return held


@transaction.atomic
def archive_model(*, model: Model, by: User | None) -> Model:
    """Train it no more. What it was, and what it answered, stay. Raises ModelInService, TrainingAlreadyActive."""
    held: Model = Model.objects.select_for_update().get(pk=model.pk)
    if held.archived_at:
        return held
    if held.deployed(Slot.CHAMPION):
        raise ModelInService(_("This model is in service: withdraw it first."), subject=_subject(held))
    if held.active_training():
        raise TrainingAlreadyActive(_("This model is being trained: stop its training first."), subject=_subject(held))
    held.archived_at = timezone.now()
    held.save(update_fields=["archived_at", "changed_at"])
    record(action=AuditAction.MODEL_ARCHIVED, actor=by, subject=held)
    return held


def possible_owners() -> QuerySet[User]:
    """Whoever may see models, and so read what their owner is told by e-mail."""
    app, codename = SEE.split(".")
    permissions = Permission.objects.filter(content_type__app_label=app, codename=codename)
    return User.objects.filter(is_active=True, groups__permissions__in=permissions).distinct().order_by("name", "email")


def _declare(model: Model, spec: ModelSpec, *, by: User | None) -> None:
    """Make it learn what this says. Raises ModelRefused with all that is wrong."""
    dataset = Dataset.objects.filter(slug=spec.data.dataset).first()
    if dataset is None or (by is not None and not dataset.is_visible_to(by)):
        raise ModelRefused(faults=[Fault("data.dataset", _("There is no such dataset, or you may not read it."))])
    schema = design_of(dataset).schema
    faults = [*faults_of(spec, schema), *_unwritable(spec, by=by)] or _unreadable(spec, dataset, schema, by=by)
    if faults:
        raise ModelRefused(faults=faults)
    model.dataset, model.task = dataset, spec.task
    model.spec = spec.model_dump(mode="json")
    model.__dict__.pop("declared", None)


def _unwritable(spec: ModelSpec, *, by: User | None) -> list[Fault]:
    """Feedback is reviewed for nothing if its rows cannot be written: better said now than on the desk of reviewers."""
    if spec.feedback is None:
        return []
    dataset = Dataset.objects.filter(slug=spec.feedback.dataset).first()
    if dataset is None or (by is not None and not dataset.is_visible_to(by)):
        return [Fault("feedback.dataset", _("There is no such dataset, or you may not read it."))]
    return list(faults_of_feedback(spec.feedback, fields_taken(dataset)))


def _unreadable(spec: ModelSpec, dataset: Dataset, schema: DatasetSchema, *, by: User | None) -> list[Fault]:
    """A model tells what it learnt: it is declared by somebody who may read all that it reads.

    What a query or a condition reads is any column of its tables.
    """
    try:
        hidden = hidden_columns(spec, dataset, schema, by=by) if by is not None else []
    except QueryRefused as refusal:
        return [Fault("data.query", str(refusal))]
    if not hidden:
        return []
    return [Fault("data", _("You may not read these columns: %(names)s.") % {"names": ", ".join(hidden)})]


def hidden_columns(spec: ModelSpec, dataset: Dataset, schema: DatasetSchema, *, by: Viewer) -> list[str]:
    """The names of the columns that are read for this declaration, and that this person may not read, of a dataset that
    they may know of. Raises QueryRefused."""
    level = dataset.level_for(by)
    if level is None:
        return []
    read = tables_read(schema, spec.data)
    columns = {column.name: column for entity in read for column in entity.columns}
    named = {feature.name for feature in spec.features} | {spec.target.name, spec.split.column, *spec.slices}
    named |= {spec.forecast.time} if spec.forecast else set()
    asked = columns if spec.data.query or spec.data.where else {name: columns[name] for name in named & set(columns)}
    return sorted(name for name, column in asked.items() if not level.covers(column.level))


def _set(model: Model, changes: Mapping[str, Any]) -> None:
    if unknown := sorted(set(changes) - set(EDITABLE)):
        raise TypeError(f"Nobody changes these by hand: {', '.join(unknown)}")
    for name, value in changes.items():
        setattr(model, name, value)
    try:
        model.full_clean()
    except ValidationError as error:
        faults = [Fault(name, " ".join(messages)) for name, messages in error.message_dict.items()]
        raise ModelRefused(faults=faults) from None
    model.save()


def _subject(model: Model) -> str:
    return f"inference.model:{model.pk}"
