"""Training again by itself: what a model declares asks for a new candidate, which people then review like any other.

    schedule     its cron, in the time zone of the instance
    new_data     a new version of its dataset
    drift        told by what watches the predictions
    feedback     enough opinions that were validated since its last training

Never twice within the cooldown, never two at once, never a model whose trainings all failed: what does not train must
first be put right by somebody. A retraining deploys nothing.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.core.errors import RuleViolation
from apps.core.schedules import InvalidSchedule, next_run
from apps.inference import requesting
from apps.inference.enums import TrainingCause
from apps.inference.models import Model, TrainingRun
from apps.inference.spec import Retraining
from apps.inference.teaching import reviewed_feedbacks

logger = logging.getLogger(__name__)

BY_ITSELF = (TrainingCause.SCHEDULE, TrainingCause.NEW_DATA, TrainingCause.DRIFT, TrainingCause.FEEDBACK)


@transaction.atomic
def request_if_due(
    *, model: Model, cause: TrainingCause, details: Mapping[str, Any], now: datetime
) -> TrainingRun | None:
    """Ask for a training for this cause, if the model declares it and the moment has come; None otherwise.

    `details` are kept with the training, as what exactly asked for it.
    """
    held: Model = Model.objects.select_for_update().get(pk=model.pk)
    if held.archived_at or held.active_training():
        return None
    # The first version of its dataset begins it; what did not pass must be put right by somebody, then tried again.
    is_first = cause == TrainingCause.NEW_DATA and not held.trainings.exists()
    if not (is_first or held.versions.exists()):
        return None
    declared = held.declared.retraining
    if not is_wanted(declared, cause=cause, details=details):
        return None
    last = held.trainings.filter(cause__in=BY_ITSELF).order_by("-pk").first()
    if last and now < last.requested_at + timedelta(days=declared.cooldown_days):
        return None
    try:
        return requesting.request_training(model=held, by=None, cause=cause, details=dict(details))
    except RuleViolation as refusal:
        # The dataset or the declaration changed: it is for people to see to, at the next training that they ask for.
        logger.warning("retraining_refused", extra={"subject": f"inference.model:{held.pk}", "code": refusal.code})
        return None


def is_wanted(declared: Retraining, *, cause: TrainingCause, details: Mapping[str, Any]) -> bool:
    """Whether this declaration lets this cause ask for a training. Pure."""
    match cause:
        case TrainingCause.SCHEDULE:
            return bool(declared.cron)
        case TrainingCause.NEW_DATA:
            return declared.on_new_data
        case TrainingCause.DRIFT:
            return declared.on_drift
        case TrainingCause.FEEDBACK:
            return 0 < declared.after_feedbacks <= int(details.get("count", 0))
    return False


def request_due_trainings(*, now: datetime) -> list[TrainingRun]:
    """Ask for what the clock and new versions of datasets make due; the trainings that were asked for."""
    asked = []
    for model in Model.objects.filter(archived_at=None).select_related("dataset__current_version"):
        for cause, details in _causes(model, now=now):
            if training := request_if_due(model=model, cause=cause, details=details, now=now):
                asked.append(training)
                break
    return asked


def _causes(model: Model, *, now: datetime) -> list[tuple[TrainingCause, dict[str, Any]]]:
    """What asks for a training of this model now."""
    declared = model.declared.retraining
    causes: list[tuple[TrainingCause, dict[str, Any]]] = []
    if declared.cron and (due_at := _due_at(model, declared.cron)) and due_at <= now:
        causes.append((TrainingCause.SCHEDULE, {"due_at": due_at.isoformat()}))
    served = model.dataset.current_version
    if declared.on_new_data and served and not _knows(model, served.pk):
        causes.append((TrainingCause.NEW_DATA, {"dataset_version": served.pk, "number": served.number}))
    if declared.after_feedbacks:
        last = model.trainings.order_by("-pk").first()
        count = reviewed_feedbacks(model, since=last.requested_at if last else None)
        causes.append((TrainingCause.FEEDBACK, {"count": count}))
    return causes


def _due_at(model: Model, cron: str) -> datetime | None:
    """The first time of its schedule since it last came, or since the model was changed; None if it cannot be read."""
    last = model.trainings.filter(cause=TrainingCause.SCHEDULE).order_by("-pk").first()
    since = max(last.requested_at, model.changed_at) if last else model.changed_at
    try:
        return next_run(cron, settings.TIME_ZONE, after=since)
    except InvalidSchedule:
        return None


def _knows(model: Model, version: int) -> bool:
    """Whether a training read this version of the dataset, or was asked for because of it."""
    read = model.trainings.filter(dataset_version=version)
    asked = model.trainings.filter(cause=TrainingCause.NEW_DATA, cause_details__dataset_version=version)
    return read.exists() or asked.exists()
