"""Trainings and batches in words. Their rows keep codes and numbers, which are read in two languages."""

from datetime import timedelta

from django.utils.translation import gettext as _

from apps.core.gates import Verdict
from apps.core.numbers import format_number
from apps.core.work import Failure
from apps.inference.batch_failures import BatchFailure
from apps.inference.enums import BatchState, TrainingCause, TrainingState
from apps.inference.estimators import CATALOGUE
from apps.inference.failures import TrainingFailure
from apps.inference.gates.telling import told
from apps.inference.models import Batch, TrainingRun
from apps.inference.spec import Estimator, Retraining


def failure_of(run: TrainingRun) -> Failure | None:
    """Why this training failed, in the language of the moment; None if it did not."""
    if run.state != TrainingState.FAILED:
        return None
    return TrainingFailure.recorded(run.error_code, run.error_details)


def failure_of_batch(batch: Batch) -> Failure | None:
    """The same of a batch, or why it was stopped."""
    if batch.state not in {BatchState.FAILED, BatchState.STOPPED}:
        return None
    return BatchFailure.recorded(batch.error_code, batch.error_details)


def sentence_of_batch(batch: Batch) -> str:
    """How a batch stands, for its page."""
    match BatchState(batch.state):
        case BatchState.DRAFT:
            return _("Nothing is answered yet: look at the first rows, then start.")
        case BatchState.WAITING:
            return _("It waits for a free worker.")
        case BatchState.RUNNING:
            return _("It is being answered. You may leave this page, and come back.")
        case BatchState.DONE if not batch.rows_refused:
            return _("Every row was answered.")
        case BatchState.DONE if batch.rows_refused == batch.rows_total:
            return _("Every row was refused.")
        case BatchState.DONE:
            return _("It is answered, but for the rows that were refused.")
        case BatchState.STOPPED:
            return _("It was stopped at the limit of rows in a day: the rows before are answered.")
        case BatchState.FAILED:
            return _("It failed: nothing was answered.")
        case BatchState.CANCELLED:
            return _("It was cancelled: nothing was answered.")


def estimator_said(estimator: Estimator) -> str:
    """What people call an estimator of the catalogue; another by its entry point."""
    kind = CATALOGUE.get(estimator.name)
    return str(kind.label) if kind else estimator.name or estimator.entry_point


def retraining_said(retraining: Retraining) -> list[str]:
    """What asks for a training by itself; empty if nothing does."""
    said = [_("by the clock: %(cron)s") % {"cron": retraining.cron}] if retraining.cron else []
    if retraining.on_new_data:
        said.append(_("at each new version of the dataset"))
    if retraining.on_drift:
        said.append(_("when drift lasts"))
    if retraining.after_feedbacks:
        said.append(_("after %(count)s reviewed feedbacks") % {"count": format_number(retraining.after_feedbacks)})
    return said


def verdict_of(run: TrainingRun) -> Verdict | None:
    """What the gate of this training decided, its checks in words; None if it was not judged."""
    return told(run.judged) if run.judged else None


def sentence_of(run: TrainingRun) -> str:
    """How a training stands, for its page."""
    match TrainingState(run.state):
        case TrainingState.WAITING:
            return _("It waits for a free worker.")
        case TrainingState.RUNNING:
            return _("It is under way: what is in service does not change.")
        case TrainingState.PASSED:
            return _("Its gate opened: it made a version, which is a candidate until people put it in service.")
        case TrainingState.HELD:
            return _("Its gate is closed: it made no version, and what is in service does not change.")
        case TrainingState.FAILED:
            return _("It failed: it made no version, and what is in service does not change.")
        case TrainingState.CANCELLED:
            return _("It was cancelled: it made no version, and what is in service does not change.")


def cause_of(run: TrainingRun) -> str:
    """What asked for it, with what it declares."""
    details, label = run.cause_details, str(TrainingCause(run.cause).label)
    if run.cause == TrainingCause.NEW_DATA and "number" in details:
        return _("%(cause)s: version %(number)s") % {"cause": label, "number": details["number"]}
    if run.cause == TrainingCause.FEEDBACK and "count" in details:
        return _("%(cause)s: %(count)s") % {"cause": label, "count": format_number(details["count"])}
    return label


def lasting(duration: timedelta | None) -> str:
    """“12.4 s”, “3 min 20 s”; a dash for what has not begun."""
    if duration is None:
        return "–"
    seconds = duration.total_seconds()
    if seconds < 60:
        return format_number(seconds, 1, "s")
    return _("%(minutes)s min %(seconds)s s") % {"minutes": int(seconds // 60), "seconds": int(seconds % 60)}
