"""Asking for a training, stopping one. Each records an intent: a worker is told once it is committed."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.core.work import one_at_a_time
from apps.inference.audit_actions import AuditAction
from apps.inference.enums import TrainingCause, TrainingState
from apps.inference.exceptions import ModelArchived, NothingToLearn, TrainingAlreadyActive, TrainingOver
from apps.inference.models import Model, TrainingRun


@transaction.atomic
def request_training(
    *,
    model: Model,
    by: User | None,
    cause: TrainingCause = TrainingCause.PERSON,
    details: Mapping[str, Any] | None = None,
) -> TrainingRun:
    """Ask for a candidate, made by the declaration as it is now; `details` say what the cause was, exactly.

    Raises TrainingAlreadyActive if one waits or goes on, ModelArchived, NothingToLearn if the dataset has no version.
    """
    subject = f"inference.model:{model.pk}"
    held: Model = Model.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=model.pk)
    if held.archived_at:
        raise ModelArchived(_("This model is archived."), subject=subject)
    if held.dataset.current_version_id is None:
        message = _("Build the dataset “%(name)s” first: nothing of it is published.")
        raise NothingToLearn(message % {"name": held.dataset.name}, subject=subject)
    with _one_at_a_time(subject):
        training: TrainingRun = TrainingRun.objects.create(
            model=held,
            cause=cause,
            cause_details=dict(details or {}),
            requested_by=by,
            spec=held.spec,
            spec_number=held.spec_number,
            seed=held.declared.seed,
        )
    record(action=AuditAction.TRAINING_REQUESTED, actor=by, subject=held, details={"training": training.pk})
    return training


@transaction.atomic
def cancel_training(*, training: TrainingRun, by: User | None) -> TrainingRun:
    """Stop a training: at once if nobody works on it yet, otherwise between two of its steps.

    Nothing of it is kept. Raises TrainingOver.
    """
    held: TrainingRun = TrainingRun.objects.select_for_update(of=("self",)).select_related("model").get(pk=training.pk)
    if held.is_over:
        raise TrainingOver(_("This training is over already."), subject=f"inference.trainingrun:{held.pk}")
    held.cancel_requested_at = timezone.now()
    if not held.is_held:
        held.state, held.finished_at = TrainingState.CANCELLED, held.cancel_requested_at
    held.save(update_fields=["cancel_requested_at", "state", "finished_at"])
    record(action=AuditAction.TRAINING_CANCELLED, actor=by, subject=held.model, details={"training": held.pk})
    return held


def _one_at_a_time(subject: str) -> AbstractContextManager[None]:
    refusal = TrainingAlreadyActive(_("This model is being trained already."), subject=subject)
    return one_at_a_time("inference_training_one_active_per_model", refusal)
