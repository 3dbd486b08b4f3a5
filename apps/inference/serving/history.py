"""What a person asked themself, as far as the log of predictions kept it, and how they have it forgotten.

The log samples, leaves out what is sensitive, and drops its days one after the other: what is not there was not kept.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.inference.enums import Channel
from apps.inference.models import Feedback
from apps.inference.models.predictions import Prediction

SHOWN_DAYS = 30


def predictions_of(person: User, *, now: datetime, days: int = SHOWN_DAYS) -> QuerySet[Prediction]:
    """What this person asked on pages in the last days, the latest first; not what programs asked in their name."""
    since = now - timedelta(days=days)
    found: QuerySet[Prediction] = Prediction.objects.heard().filter(
        by=person, channel=Channel.PAGE, predicted_at__gte=since
    )
    return found.select_related("version__model").order_by("-predicted_at", "-pk")


def forget_predictions(*, person: User, pk: UUID | None = None) -> int:
    """Delete what this person asked from the log: one answer, or all of them, however they were asked for."""
    found = Prediction.objects.filter(by=person)
    deleted: int = (found.with_id(pk) if pk else found).delete()[0]
    return deleted


def with_what_was_kept(feedback: Feedback) -> Feedback:
    """The same, with what the log still holds of the answer, where whoever gave the opinion did not say it."""
    if feedback.inputs is not None and feedback.answered:
        return feedback
    kept = Prediction.objects.with_id(feedback.prediction).select_related("version").first()
    if kept is None:
        return feedback
    if feedback.inputs is None:
        sensitive = {field.name for field in kept.version.signed.fields if field.is_sensitive}
        feedback.inputs = {name: value for name, value in kept.values.items() if name not in sensitive}
    feedback.answered = feedback.answered or kept.answer or repr(kept.value)
    return feedback
