"""What can be refused about models."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.core.errors import EcluseError, PermanentFailure, RuleViolation, TemporaryFailure


@dataclass(frozen=True)
class Fault:
    """One thing to correct in the declaration of a model. `place` leads to it, as `features[2].type`; "" for the
    whole."""

    place: str
    message: str

    def __str__(self) -> str:
        return (
            _("%(where)s: %(message)s") % {"where": self.place, "message": self.message} if self.place else self.message
        )


class ModelRefused(RuleViolation):
    """The declaration of a model does not hold: its dataset, a column, an estimator, a threshold. `faults` say all that
    is wrong with it, if more than a message is known."""

    code = "model_refused"

    def __init__(self, message: str | Promise = "", *, faults: Sequence[Fault] = (), subject: str = "") -> None:
        self.faults = tuple(faults)
        super().__init__(message or " ".join(map(str, faults)), subject=subject)


class ModelArchived(RuleViolation):
    code = "model_archived"


class ModelInService(RuleViolation):
    """It answers people: it is withdrawn before it is archived."""

    code = "model_in_service"


class NothingToLearn(RuleViolation):
    """Nothing of the dataset is published."""

    code = "nothing_to_learn"


class TrainingAlreadyActive(RuleViolation):
    code = "training_already_active"


class TrainingOver(RuleViolation):
    code = "training_over"


class TrialRefused(RuleViolation):
    """A trial of the watch alters what the version does not have, or nothing."""

    code = "trial_refused"


class NotInService(RuleViolation):
    """No version of this model is deployed: there is nothing to ask."""

    code = "not_in_service"


class NothingDeployed(NotInService):
    """No version is where one is to be replaced, compared with, or withdrawn."""

    code = "nothing_deployed"


class ArtefactGone(PermanentFailure):
    """The file of a version is not in the lake."""

    code = "artefact_gone"


class ArtefactTampered(PermanentFailure):
    """The file of a version is not the one that its training made."""

    code = "artefact_tampered"


class NotExportable(RuleViolation):
    """What others serve is ONNX; this version is packaged otherwise."""

    code = "not_exportable"


class TrainingCancelled(EcluseError):
    """Somebody asked for the training to stop; nothing that it made is to be kept."""

    code = "training_cancelled"


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """One thing that is wrong with what was sent: where it is, what it is, in words. `path` leads to the value:
    `("rows", 3, "age")`."""

    path: tuple[str | int, ...]
    code: str
    message: str

    @property
    def place(self) -> str:
        """As people write it: `rows[3].age`."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).removeprefix(".")


class RowsRefused(RuleViolation):
    """Some values of the rows to answer are not those of the signature: `faults` says which, and why."""

    code = "invalid"

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = faults
        first = faults[0]
        super().__init__(f"{first.place}: {first.message}" if first.place else first.message)


class NotAForecast(RuleViolation):
    """The model foretells nothing, or from a dataset that this person may not read."""

    code = "not_a_forecast"


class HistoryTooShort(RuleViolation):
    """The dataset does not have the former numbers that a forecast is given."""

    code = "history_too_short"


class HistoryUnreadable(RuleViolation):
    """The former numbers could not be read in the dataset: it changed, or it takes too long."""

    code = "history_unreadable"


class BodyUnreadable(RuleViolation):
    """What was sent is not JSON."""

    code = "parse_error"


class QuotaSpent(TemporaryFailure):
    """As many rows were answered as a caller may have in the hour."""

    code = "throttled"


class VersionRefused(PermanentFailure):
    """A version cannot be served: its file is not the one that was packaged, or does not answer what it answered."""

    code = "version_refused"


class VersionUnavailable(TemporaryFailure):
    """A version is deployed, and this process could not open it."""

    code = "version_unavailable"


class ReceiptRefused(RuleViolation):
    """This is not the receipt of a prediction of this instance."""

    code = "receipt_refused"


class BatchRefused(RuleViolation):
    """A batch that cannot be asked for: its file, its format, the dataset, or too many at once."""

    code = "batch_refused"


class BatchOver(RuleViolation):
    code = "batch_over"


class BatchStarted(RuleViolation):
    code = "batch_started"


class BatchGoesOn(RuleViolation):
    """It is waiting or being answered: it is cancelled before it is deleted."""

    code = "batch_goes_on"


class BatchNotDone(RuleViolation):
    """Its result is asked for before it is there."""

    code = "batch_not_done"


class FeedbackRefused(RuleViolation):
    """An opinion that cannot be kept: its receipt is not ours, the right answer is none that the model can give."""

    code = "feedback_refused"


class FeedbackReviewed(RuleViolation):
    """It was reviewed already, or learnt from: it does not change any more."""

    code = "feedback_reviewed"


class AiServiceRefused(RuleViolation):
    """What is said of a service does not hold (what it does, its address, its template), or it does not take what it is
    asked."""

    code = "ai_service_refused"


class ServiceNotOpen(RuleViolation):
    code = "ai_service_not_open"


class SpendCapReached(RuleViolation):
    """What was spent this month has reached what may be."""

    code = "spend_cap_reached"


class ServiceQuotaReached(TemporaryFailure):
    code = "ai_service_quota_reached"


class ServiceClosed(TemporaryFailure):
    """It failed too many times in a row: nobody asks it before a while."""

    code = "ai_service_closed"


class AnswerNotUnderstood(PermanentFailure):
    """A service answered something that is not what it should: where, never what."""

    code = "answer_not_understood"

    @classmethod
    def of(cls, place: str) -> "AnswerNotUnderstood":
        message = _("The service answered something else than what was asked: see “%(place)s” in its answer.")
        return cls(message % {"place": place})


class BenchmarkRefused(RuleViolation):
    code = "benchmark_refused"


class ReviewAlreadyOpen(RuleViolation):
    code = "review_already_open"


class ReviewClosed(RuleViolation):
    """It was decided already; a decision is not taken back, another review is asked for."""

    code = "review_closed"


class ReviewerNotIndependent(RuleViolation):
    """Whoever asked for the training or for the review would approve their own work."""

    code = "reviewer_not_independent"


class ReasonMissing(RuleViolation):
    """A version is refused without a word of why."""

    code = "reason_missing"


class ReportMissing(RuleViolation):
    """There is no evaluation report to read, or it is no longer the one that was submitted."""

    code = "report_missing"


class NotApproved(RuleViolation):
    """The last review of this version did not approve it, or there was none."""

    code = "version_not_approved"


class AlreadyDeployed(RuleViolation):
    """This version is in this slot already."""

    code = "version_already_deployed"


class DeploymentChanged(RuleViolation):
    """Another version came in service since the page, or the program, looked."""

    code = "deployment_changed"


class NothingToRollBackTo(RuleViolation):
    """No other version was in service before this one."""

    code = "nothing_to_roll_back_to"


class ReportNotReady(RuleViolation):
    """The training goes on: there is nothing to tell yet."""

    code = "report_not_ready"


class ForgeTokenRefused(RuleViolation):
    """A token would go elsewhere than where it was given for, or nowhere."""

    code = "forge_token_refused"


class ForgeUnknown(RuleViolation):
    """What answers there is neither GitLab nor GitHub."""

    code = "forge_unknown"
