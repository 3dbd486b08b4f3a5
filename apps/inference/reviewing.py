"""Reviewing a version: somebody submits it with its report, others comment, one who did not make it decides.

What was decided, by whom and on which report, is evidence: a decision is never taken back, another review follows.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.inference.audit_actions import AuditAction
from apps.inference.enums import Decision
from apps.inference.exceptions import (
    ModelArchived,
    ReasonMissing,
    ReportMissing,
    ReviewAlreadyOpen,
    ReviewClosed,
    ReviewerNotIndependent,
)
from apps.inference.models import Evaluation, Model, ModelVersion, Review, ReviewComment


@transaction.atomic
def request_review(*, version: ModelVersion, by: User | None) -> Review:
    """Submit a version, with the report that it has now.

    Raises ReviewAlreadyOpen if one awaits a decision, ReportMissing, ModelArchived.
    """
    model = hold_model(version.model_id)
    if version.reviews.open().exists():
        raise ReviewAlreadyOpen(_("This version awaits a review already."), subject=_subject(version))
    review: Review = Review.objects.create(version=version, requested_by=by, report_sha256=report_of(version).sha256)
    details = {"version": version.number, "review": review.pk, "report_sha256": review.report_sha256}
    record(action=AuditAction.REVIEW_REQUESTED, actor=by, subject=model, details=details)
    return review


@transaction.atomic
def comment(*, review: Review, text: str, by: User | None) -> ReviewComment:
    """Say something of a version under review. Raises ReviewClosed."""
    held = _hold_open(review)
    said: ReviewComment = ReviewComment.objects.create(review=held, by=by, text=text.strip())
    details = {"version": held.version.number, "review": held.pk, "comment": said.pk}
    record(action=AuditAction.REVIEW_COMMENTED, actor=by, subject=held.version.model, details=details)
    return said


@transaction.atomic
def decide(*, review: Review, decision: Decision, reason: str, by: User) -> Review:
    """Approve a version, or refuse it with a reason.

    Raises ReviewClosed if it was decided, ReviewerNotIndependent to whoever asked for the review or for the training,
    ReasonMissing, ReportMissing if the report is no longer the one that was submitted.
    """
    held = _hold_open(review)
    version = held.version
    if not may_decide(held, by):
        message = _("Whoever asked for the training, or for the review, does not decide: ask somebody else.")
        raise ReviewerNotIndependent(message, subject=_subject(version))
    if decision == Decision.REFUSED and not reason.strip():
        raise ReasonMissing(_("Say why this version is refused."), subject=_subject(version))
    if report_of(version).sha256 != held.report_sha256:
        message = _("The report is no longer the one that was submitted: ask for another review.")
        raise ReportMissing(message, subject=_subject(version))
    held.decision, held.reason = decision, reason.strip()
    held.decided_by, held.decided_at = by, timezone.now()
    held.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    details = {"version": version.number, "review": held.pk, "decision": str(decision)}
    record(action=AuditAction.REVIEW_DECIDED, actor=by, subject=version.model, details=details)
    return held


def may_decide(review: Review, person: User) -> bool:
    """Four eyes: neither who asked for the review, nor who asked for the training. The right to review is not asked
    here."""
    return person.pk not in {review.requested_by_id, review.version.training.requested_by_id}


def report_of(version: ModelVersion) -> Evaluation:
    """Raises ReportMissing if its training left none."""
    report = Evaluation.objects.filter(training=version.training_id).only("pk", "sha256").first()
    if report is None:
        raise ReportMissing(_("This version has no evaluation report."), subject=_subject(version))
    return report


def hold_model(pk: int) -> Model:
    """A model that nobody else deploys or submits versions of before this transaction ends. Raises ModelArchived."""
    model: Model = Model.objects.select_for_update().get(pk=pk)
    if model.archived_at:
        raise ModelArchived(_("This model is archived."), subject=f"inference.model:{model.pk}")
    return model


def _hold_open(review: Review) -> Review:
    rows = Review.objects.select_for_update(of=("self",)).select_related("version__model", "version__training")
    held: Review = rows.defer("version__profile", "version__golden").get(pk=review.pk)
    if held.decision:
        raise ReviewClosed(_("This review was decided already."), subject=f"inference.review:{held.pk}")
    return held


def _subject(version: ModelVersion) -> str:
    return f"inference.modelversion:{version.pk}"
