"""Reviewing what people say of answers: a person validates it before anything is learnt from it, and may come back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.inference.audit_actions import AuditAction
from apps.inference.enums import FeedbackState
from apps.inference.exceptions import FeedbackRefused, FeedbackReviewed
from apps.inference.giving import checked_answer
from apps.inference.models import Feedback
from apps.inference.serving.history import with_what_was_kept


@transaction.atomic
def accept_feedback(*, feedback: Feedback, by: User, answer: str = "") -> Feedback:
    """Let models learn from it. `answer` is the right one where the reviewer corrects what was said.

    Raises FeedbackRefused if nobody said what the right answer is, or if it is the reviewer's own; FeedbackReviewed if
    it was learnt from already.
    """
    held = with_what_was_kept(_held(feedback, by))
    right = checked_answer(held.version.signed.output, answer) if answer else proposed_answer(held)
    if not right:
        raise FeedbackRefused(_("Say what the right answer is: the opinion does not say."))
    return _decided(held, by=by, state=FeedbackState.ACCEPTED, learnt_answer=right, reason="")


@transaction.atomic
def refuse_feedback(*, feedback: Feedback, by: User, reason: str = "") -> Feedback:
    """Learn nothing from it. Raises FeedbackRefused, FeedbackReviewed as `accept_feedback`."""
    return _decided(_held(feedback, by), by=by, state=FeedbackState.REFUSED, learnt_answer="", reason=reason[:500])


@transaction.atomic
def undo_review(*, feedback: Feedback, by: User) -> Feedback:
    """Put it back in the queue. Raises FeedbackReviewed once its row is written: what is written is not taken back."""
    held = Feedback.objects.select_for_update(of=("self",)).select_related("version__model").get(pk=feedback.pk)
    if held.taught_at:
        raise FeedbackReviewed(_("A row was written of it already: correct the rows of the dataset instead."))
    held.state, held.reviewed_by, held.reviewed_at = FeedbackState.WAITING, None, None
    held.learnt_answer = held.reason = held.fault = ""
    held.save(update_fields=["state", "reviewed_by", "reviewed_at", "learnt_answer", "reason", "fault"])
    _trail(AuditAction.FEEDBACK_REOPENED, held, by)
    return held


def proposed_answer(feedback: Feedback) -> str:
    """The right answer by what the opinion says; "" if it does not say."""
    return feedback.answered if feedback.is_right else feedback.right_answer


def _held(feedback: Feedback, by: User) -> Feedback:
    held = Feedback.objects.select_for_update(of=("self",)).select_related("version__model").get(pk=feedback.pk)
    subject = f"inference.feedback:{held.pk}"
    if held.taught_at:
        raise FeedbackReviewed(_("A row was written of it already: it does not change any more."), subject=subject)
    if held.by_id == by.pk:
        raise FeedbackRefused(_("Another person must review what you said yourself."), subject=subject)
    return held


def _decided(held: Feedback, *, by: User, state: FeedbackState, learnt_answer: str, reason: str) -> Feedback:
    held.state, held.reviewed_by, held.reviewed_at = state, by, timezone.now()
    held.learnt_answer, held.reason, held.fault = learnt_answer, reason, ""
    decided = ["state", "reviewed_by", "reviewed_at", "learnt_answer", "reason", "fault", "answered", "inputs"]
    held.save(update_fields=decided)
    _trail(AuditAction.FEEDBACK_REVIEWED, held, by)
    return held


def _trail(action: AuditAction, feedback: Feedback, by: User) -> None:
    details = {"model": feedback.version.model.slug, "state": feedback.state}
    record(action=action, actor=by, subject=feedback, details=details)
