"""Putting versions where they answer. A deployment is a row that is opened, then closed, never rewritten.

Each act holds its model: of two that happen at once one comes first, and no instant is without a champion, or has two.
`expected` is the number of the version that whoever acts saw there (0: none), None if they do not say: what was
decided about one version is not done to another.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.inference.audit_actions import AuditAction
from apps.inference.enums import Decision, DeploymentCause, Slot
from apps.inference.exceptions import (
    AlreadyDeployed,
    DeploymentChanged,
    NotApproved,
    NothingDeployed,
    NothingToRollBackTo,
)
from apps.inference.models import Deployment, Model, ModelVersion, Review
from apps.inference.reviewing import hold_model


@transaction.atomic
def deploy_to_preproduction(*, version: ModelVersion, by: User | None) -> Deployment:
    """Let testers ask this version, in the place of the one that they ask now.

    Raises AlreadyDeployed, ModelArchived.
    """
    return _try_out(version=version, slot=Slot.PREPRODUCTION, model=hold_model(version.model_id), by=by)


@transaction.atomic
def deploy_shadow(*, version: ModelVersion, by: User | None) -> Deployment:
    """Let this version answer beside the champion without being heard, to compare them.

    Raises NothingDeployed if there is no champion, AlreadyDeployed, ModelArchived.
    """
    model = hold_model(version.model_id)
    current = _in_slot(model, Slot.CHAMPION)
    if current is None:
        raise NothingDeployed(_("There is no version in service to compare it with."), subject=_subject(model))
    if current.version_id == version.pk:
        raise AlreadyDeployed(_("This version is in service: it cannot be its own shadow."), subject=_subject(model))
    return _try_out(version=version, slot=Slot.SHADOW, model=model, by=by)


@transaction.atomic
def promote(*, version: ModelVersion, by: User | None, expected: int | None = None) -> Deployment:
    """Put an approved version in service, in the place of the champion; if it was its shadow, it no longer is.

    Raises NotApproved, AlreadyDeployed, DeploymentChanged, ModelArchived.
    """
    model, now = hold_model(version.model_id), timezone.now()
    current = _in_slot(model, Slot.CHAMPION)
    _check_expected(model, current, expected)
    if current and current.version_id == version.pk:
        raise AlreadyDeployed(_("This version is in service already."), subject=_subject(model))
    review = approval_of(version)
    if review is None:
        message = _("This version was not approved by a review: ask for one first.")
        raise NotApproved(message, subject=f"inference.modelversion:{version.pk}")
    shadow = _in_slot(model, Slot.SHADOW)
    if shadow and shadow.version_id == version.pk:
        _close(shadow, at=now)
    row = _replace(
        current,
        model=model,
        version=version,
        slot=Slot.CHAMPION,
        cause=DeploymentCause.PROMOTION,
        review=review,
        by=by,
        at=now,
    )
    _record(AuditAction.DEPLOYED, row, by=by, replaced=current)
    return row


@transaction.atomic
def roll_back(*, model: Model, by: User | None, expected: int | None = None) -> Deployment:
    """Put the version from before back in service, with the review that approved it then, in one act.

    Raises NothingDeployed, NothingToRollBackTo, DeploymentChanged, ModelArchived.
    """
    held, now = hold_model(model.pk), timezone.now()
    current = _in_slot(held, Slot.CHAMPION)
    _check_expected(held, current, expected)
    if current is None:
        raise NothingDeployed(_("No version of this model is in service."), subject=_subject(held))
    before = deployment_before(held, current)
    if before is None:
        message = _("No other version was in service before this one: withdraw it instead.")
        raise NothingToRollBackTo(message, subject=_subject(held))
    row = _replace(
        current, model=held, version=before.version, slot=Slot.CHAMPION, cause=DeploymentCause.ROLLBACK,
        review=before.review, by=by, at=now,
    )  # fmt: skip
    _record(AuditAction.ROLLED_BACK, row, by=by, replaced=current)
    return row


@transaction.atomic
def withdraw(*, model: Model, slot: Slot, by: User | None, expected: int | None = None) -> Deployment:
    """Take the version that is in this slot out of it; nothing takes its place. Raises NothingDeployed,
    DeploymentChanged."""
    held: Model = Model.objects.select_for_update().get(pk=model.pk)
    current = _in_slot(held, slot)
    _check_expected(held, current, expected)
    if current is None:
        raise NothingDeployed(_("No version of this model is there."), subject=_subject(held))
    _close(current, at=timezone.now())
    details = {"version": current.version.number, "slot": current.slot, "deployment": current.pk}
    record(action=AuditAction.WITHDRAWN, actor=by, subject=held, details=details)
    return current


def approval_of(version: ModelVersion) -> Review | None:
    """The review by which this version may be in service: the last one that was decided, if it approved."""
    last: Review | None = version.reviews.exclude(decision="").order_by("-pk").first()
    return last if last and last.decision == Decision.APPROVED else None


def deployment_before(model: Model, current: Deployment) -> Deployment | None:
    """The champion to go back to: the one that the promotion of the current version replaced, or the one before it.

    Rollbacks are passed over: going back twice goes back further, and never forth again.
    """
    rows = model.deployments.filter(slot=Slot.CHAMPION).select_related("version", "review").order_by("-pk")
    rows = rows.defer("version__profile", "version__golden", "version__signature")
    promoted = rows.filter(version=current.version_id, cause=DeploymentCause.PROMOTION).first() or current
    found: Deployment | None = (
        rows.filter(pk__lt=promoted.pk, cause=DeploymentCause.PROMOTION).exclude(version=current.version_id).first()
    )
    return found


def _try_out(*, version: ModelVersion, slot: Slot, model: Model, by: User | None) -> Deployment:
    current = _in_slot(model, slot)
    if current and current.version_id == version.pk:
        raise AlreadyDeployed(_("This version is there already."), subject=_subject(model))
    row = _replace(
        current, model=model, version=version, slot=slot, cause=DeploymentCause.TRIAL, review=None, by=by,
        at=timezone.now(),
    )  # fmt: skip
    _record(AuditAction.DEPLOYED, row, by=by, replaced=current)
    return row


def _replace(
    current: Deployment | None,
    *,
    model: Model,
    version: ModelVersion,
    slot: Slot,
    cause: DeploymentCause,
    review: Review | None,
    by: User | None,
    at: datetime,
) -> Deployment:
    if current:
        _close(current, at=at)
    row: Deployment = Deployment.objects.create(
        model=model, version=version, slot=slot, cause=cause, review=review, by=by, deployed_at=at
    )
    return row


def _close(row: Deployment, *, at: datetime) -> None:
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])


def _in_slot(model: Model, slot: Slot) -> Deployment | None:
    found: Deployment | None = model.deployments.current().filter(slot=slot).select_related("version").first()
    return found


def _check_expected(model: Model, current: Deployment | None, expected: int | None) -> None:
    if expected is not None and expected != (current.version.number if current else 0):
        message = _("Another version came there in the meantime: look at the model again.")
        raise DeploymentChanged(message, subject=_subject(model))


def _record(action: AuditAction, row: Deployment, *, by: User | None, replaced: Deployment | None) -> None:
    details = {
        "version": row.version.number,
        "slot": row.slot,
        "deployment": row.pk,
        "replaced": replaced.version.number if replaced else None,
    }
    record(action=action, actor=by, subject=row.model, details=details)


def _subject(model: Model) -> str:
    return f"inference.model:{model.pk}"
