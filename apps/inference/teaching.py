"""From validated feedback to rows that the next training reads, as programs write rows: judged by the recipe.

    accepted ──(ten minutes, to come back on it)──▶ receive_rows, under a key of its own ──▶ next build ──▶ training

The key makes it idempotent: a process that dies between the row and its mark writes the same row again, which is kept
once. A row that the recipe refuses is told on the review desk, where it is corrected and accepted again.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.core.errors import RuleViolation
from apps.datasets.exceptions import RowsRefused
from apps.datasets.models import Dataset
from apps.datasets.receiving import receive_rows
from apps.inference.models import Feedback, Model
from apps.inference.spec import FEEDBACK_INPUT, FeedbackRows

# At once; each minute has its own.
MOST = 200


def teach_feedbacks(*, now: datetime) -> int:
    """Write the rows of what was accepted long enough ago; how many were written."""
    waiting = Feedback.objects.to_teach(at=now).order_by("pk").values_list("pk", flat=True)[:MOST]
    return sum(_teach(pk, now=now) for pk in waiting)


def reviewed_feedbacks(model: Model, since: datetime | None = None) -> int:
    """How many validated opinions on this model may be learnt from since then: what asks for a new training."""
    return Feedback.objects.validated(model, since=since).count()


def row_of(feedback: Feedback, rows: FeedbackRows) -> dict[str, Any]:
    """The record that is written of it. Raises KeyError, naming it, if something that was asked is not there."""
    inputs = feedback.inputs or {}
    facts = {
        "answer": feedback.learnt_answer,
        "prediction": str(feedback.prediction),
        "reviewed_on": timezone.localdate(feedback.reviewed_at).isoformat() if feedback.reviewed_at else "",
    }
    return {
        field: inputs[what.removeprefix(FEEDBACK_INPUT)] if what.startswith(FEEDBACK_INPUT) else facts[what]
        for field, what in rows.columns.items()
    }


def _teach(pk: int, *, now: datetime) -> bool:
    """Its row and its mark, or why there is none, in one transaction: nobody takes the review back in between."""
    with transaction.atomic():
        held = Feedback.objects.select_for_update(skip_locked=True, of=("self",)).to_teach(at=now)
        feedback = held.select_related("version__model", "reviewed_by").filter(pk=pk).first()
        rows = feedback.version.model.declared.feedback if feedback else None
        if feedback is None or rows is None:
            return False
        with override(feedback.reviewed_by.language if feedback.reviewed_by else settings.LANGUAGE_CODE):
            try:
                feedback.receipt, _is_new = receive_rows(
                    dataset=Dataset.objects.get(slug=rows.dataset),
                    entity=rows.entity,
                    records=[row_of(feedback, rows)],
                    key=f"feedback-{feedback.pk}",
                    by=feedback.reviewed_by,
                )
                feedback.taught_at = now
            except (RuleViolation, KeyError, Dataset.DoesNotExist) as error:
                feedback.fault = _fault(error)[:500]
        feedback.save(update_fields=["receipt", "taught_at", "fault"])
    return feedback.taught_at is not None


def _fault(error: Exception) -> str:
    if isinstance(error, RowsRefused):
        return " ".join(f"{each.field}: {each.message}" if each.field else str(each.message) for each in error.faults)
    if isinstance(error, KeyError):
        return _("“%(name)s” was not given along with the opinion: there is nothing to learn from.") % {
            "name": error.args[0]
        }
    if isinstance(error, Dataset.DoesNotExist):
        return _("The dataset that feedback is written in does not exist.")
    return str(error.message) if isinstance(error, RuleViolation) else str(error)
