"""How far versions are, and how a model stands. Lists, pages, tasks and the API say the same, because they ask here.

Nothing of it is stored: a stage follows from the reviews and the deployments of a version, which are only added to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.gates import GateState
from apps.core.interface import Tone
from apps.inference.enums import BatchState, Decision, Slot, TrainingState, VersionStage
from apps.inference.models import Deployment, Model, ModelVersion, Review, TrainingRun

STAGE_TONES = {
    VersionStage.CANDIDATE: Tone.INFO,
    VersionStage.PREPRODUCTION: Tone.INFO,
    VersionStage.REVIEW: Tone.WAIT,
    VersionStage.REFUSED: Tone.BAD,
    VersionStage.APPROVED: Tone.OK,
    VersionStage.SHADOW: Tone.INFO,
    VersionStage.SERVICE: Tone.OK,
    VersionStage.REPLACED: Tone.OFF,
}
STAGE_SENTENCES = {
    VersionStage.CANDIDATE: gettext_lazy("A candidate: it was not submitted to a review yet."),
    VersionStage.PREPRODUCTION: gettext_lazy("In pre-production: only testers ask it."),
    VersionStage.REVIEW: gettext_lazy("Under review: it awaits the decision of somebody who did not make it."),
    VersionStage.REFUSED: gettext_lazy("Refused: its review says what to correct."),
    VersionStage.APPROVED: gettext_lazy("Approved: it can be put in service."),
    VersionStage.SHADOW: gettext_lazy("In shadow: it answers beside the version in service, and nobody hears it."),
    VersionStage.SERVICE: gettext_lazy("In service: it is the one that answers."),
    VersionStage.REPLACED: gettext_lazy("It was in service, and no longer is."),
}
TRAINING_TONES = {
    TrainingState.WAITING: Tone.WAIT,
    TrainingState.RUNNING: Tone.INFO,
    TrainingState.PASSED: Tone.OK,
    TrainingState.HELD: Tone.BAD,
    TrainingState.FAILED: Tone.BAD,
    TrainingState.CANCELLED: Tone.OFF,
}
BATCH_TONES = {
    BatchState.DRAFT: Tone.WAIT,
    BatchState.WAITING: Tone.WAIT,
    BatchState.RUNNING: Tone.INFO,
    BatchState.DONE: Tone.OK,
    BatchState.STOPPED: Tone.WARN,
    BatchState.FAILED: Tone.BAD,
    BatchState.CANCELLED: Tone.OFF,
}
TROUBLED = (TrainingState.HELD, TrainingState.FAILED)


def stage_of(*, reviews: Iterable[Review], deployments: Iterable[Deployment]) -> VersionStage:
    """Pure, for all the reviews and deployments of one version: the furthest it is.

    What is under way (service, an open review, a trial beside the champion) says more than what was decided, and what
    was decided more than a place in pre-production.
    """
    rows = list(deployments)
    here = {row.slot for row in rows if row.withdrawn_at is None}
    decided = sorted(reviews, key=lambda review: review.pk, reverse=True)
    if Slot.CHAMPION in here:
        return VersionStage.SERVICE
    if decided and not decided[0].decision:
        return VersionStage.REVIEW
    if Slot.SHADOW in here:
        return VersionStage.SHADOW
    if any(row.slot == Slot.CHAMPION for row in rows):
        return VersionStage.REPLACED
    if decided:
        return VersionStage.APPROVED if decided[0].decision == Decision.APPROVED else VersionStage.REFUSED
    return VersionStage.PREPRODUCTION if Slot.PREPRODUCTION in here else VersionStage.CANDIDATE


@dataclass(frozen=True, kw_only=True)
class Stood:
    """A version with what follows from its reviews and deployments."""

    version: ModelVersion
    stage: VersionStage
    slots: tuple[Slot, ...] = ()

    @property
    def tone(self) -> Tone:
        return STAGE_TONES[self.stage]

    @property
    def sentence(self) -> str:
        """How far it is, for the head of its pages."""
        return str(STAGE_SENTENCES[self.stage])

    @property
    def trials(self) -> list[str]:
        """The places that the word of the stage does not tell."""
        told = {VersionStage.PREPRODUCTION: Slot.PREPRODUCTION, VersionStage.SHADOW: Slot.SHADOW}
        return [str(slot.label) for slot in self.slots if slot not in {told.get(self.stage), Slot.CHAMPION}]


def stand(versions: Sequence[ModelVersion]) -> list[Stood]:
    """Each of these versions, in two queries for them all."""
    keys = [version.pk for version in versions]
    reviews = list(Review.objects.filter(version__in=keys).only("pk", "version", "decision"))
    rows = list(Deployment.objects.filter(version__in=keys).only("pk", "version", "slot", "withdrawn_at"))
    return [
        Stood(
            version=version,
            stage=stage_of(
                reviews=[each for each in reviews if each.version_id == version.pk],
                deployments=(own := [each for each in rows if each.version_id == version.pk]),
            ),
            slots=tuple(slot for slot in Slot if any(row.slot == slot and row.withdrawn_at is None for row in own)),
        )
        for version in versions
    ]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a model stands: a tone, a word or two for a list, a sentence for a page, the gate of its last training."""

    tone: Tone
    word: str
    sentence: str
    gate: GateState

    @property
    def is_held(self) -> bool:
        return self.gate == GateState.CLOSED


def standing_of(
    *, model: Model, champion: ModelVersion | None, last: TrainingRun | None, review: Review | None = None
) -> Standing:
    """Pure, for rows already loaded: the version in service, the last training, the review that awaits a decision."""
    served = _served(champion)
    if model.archived_at:
        return _standing(Tone.OFF, _("Archived"), _("This model is archived: nothing more is done to it."))
    match TrainingState(last.state) if last else None:
        case TrainingState.HELD:
            said = _("The last training was held at its gate.")
            return _standing(Tone.BAD, _("Gate closed"), f"{said} {served}", GateState.CLOSED)
        case TrainingState.FAILED:
            said = _("The last training failed.")
            return _standing(Tone.BAD, _("Training failed"), f"{said} {served}", GateState.CLOSED)
        case TrainingState.WAITING | TrainingState.RUNNING:
            said = _("A new version is being trained.")
            return _standing(Tone.INFO, _("Being trained"), f"{said} {served}")
    if review:
        said = _("A version awaits a review.")
        return _standing(Tone.WAIT, _("Under review"), f"{said} {served}")
    if champion:
        return _standing(Tone.OK, _("In service"), served, GateState.OPEN)
    if last is None:
        return _standing(Tone.OFF, _("Never trained"), _("It is declared, and was never trained."))
    return _standing(Tone.OFF, _("Not in service"), served)


def _standing(tone: Tone, word: str, sentence: str, gate: GateState = GateState.WAITING) -> Standing:
    return Standing(tone=tone, word=word, sentence=sentence, gate=gate)


def _served(champion: ModelVersion | None) -> str:
    if champion is None:
        return _("No version is in service.")
    return _("Version %(number)s is in service.") % {"number": champion.number}


def latest_trainings(models: Iterable[Model]) -> dict[int, TrainingRun]:
    """The last training of each of these models, by model, in one query; without what only its own page shows."""
    runs = TrainingRun.objects.filter(model__in=[model.pk for model in models]).defer("spec", "verdict")
    return {run.model_id: run for run in runs.order_by("model_id", "-pk").distinct("model_id")}


def champions(models: Iterable[Model]) -> dict[int, ModelVersion]:
    """The version in service of each of these models, by model, in one query."""
    rows = Deployment.objects.current().filter(slot=Slot.CHAMPION, model__in=[model.pk for model in models])
    found = rows.select_related("version").defer("version__profile", "version__golden", "version__signature")
    return {row.model_id: row.version for row in found}


def open_reviews(models: Iterable[Model]) -> dict[int, Review]:
    """A review that awaits a decision, for each of these models that has one, in one query."""
    found = Review.objects.open().filter(version__model__in=[model.pk for model in models])
    return {each.version.model_id: each for each in found.select_related("version").only("pk", "version__model")}
