"""The stage of a version follows from its reviews and its deployments; the standing of a model from its rows."""

import pytest

from apps.core.gates import GateState
from apps.inference.enums import Slot, VersionStage
from apps.inference.models import Deployment, Model, ModelVersion, Review, TrainingRun
from apps.inference.standing import STAGE_SENTENCES, STAGE_TONES, stage_of, standing_of
from tests.inference.deliver_factories import AT

OPEN, APPROVED, REFUSED = Review(pk=1), Review(pk=2, decision="approved"), Review(pk=3, decision="refused")


def row(slot, *, closed=False):
    return Deployment(slot=slot, withdrawn_at=AT if closed else None)


@pytest.mark.parametrize(
    ("reviews", "deployments", "stage"),
    [
        ([], [], VersionStage.CANDIDATE),
        ([], [row(Slot.PREPRODUCTION)], VersionStage.PREPRODUCTION),
        ([], [row(Slot.PREPRODUCTION, closed=True)], VersionStage.CANDIDATE),
        ([OPEN], [], VersionStage.REVIEW),
        ([OPEN], [row(Slot.PREPRODUCTION)], VersionStage.REVIEW),
        ([APPROVED], [], VersionStage.APPROVED),
        ([APPROVED], [row(Slot.PREPRODUCTION)], VersionStage.APPROVED),
        ([APPROVED, REFUSED], [], VersionStage.REFUSED),
        ([APPROVED], [row(Slot.SHADOW)], VersionStage.SHADOW),
        ([APPROVED], [row(Slot.CHAMPION)], VersionStage.SERVICE),
        ([APPROVED], [row(Slot.CHAMPION, closed=True)], VersionStage.REPLACED),
        ([APPROVED], [row(Slot.CHAMPION, closed=True), row(Slot.CHAMPION)], VersionStage.SERVICE),
        ([APPROVED, Review(pk=9)], [row(Slot.CHAMPION, closed=True)], VersionStage.REVIEW),
    ],
)
def test_the_stage_of_a_version(reviews, deployments, stage):
    assert stage_of(reviews=reviews, deployments=deployments) == stage


def test_each_stage_has_its_tone_and_its_sentence():
    assert set(STAGE_SENTENCES) == set(STAGE_TONES) == set(VersionStage)


@pytest.mark.parametrize(
    ("model", "champion", "last", "review", "word", "gate"),
    [
        (Model(), None, None, None, "Never trained", GateState.WAITING),
        (Model(), None, TrainingRun(state="passed"), None, "Not in service", GateState.WAITING),
        (Model(), ModelVersion(number=1), TrainingRun(state="passed"), None, "In service", GateState.OPEN),
        (Model(), ModelVersion(number=1), TrainingRun(state="held"), None, "Gate closed", GateState.CLOSED),
        (Model(), None, TrainingRun(state="failed"), None, "Training failed", GateState.CLOSED),
        (Model(), None, TrainingRun(state="running"), None, "Being trained", GateState.WAITING),
        (Model(), None, TrainingRun(state="passed"), Review(), "Under review", GateState.WAITING),
        (Model(archived_at=AT), None, TrainingRun(state="held"), None, "Archived", GateState.WAITING),
    ],
)
def test_the_standing_of_a_model(model, champion, last, review, word, gate):
    standing = standing_of(model=model, champion=champion, last=last, review=review)

    assert (standing.word, standing.gate) == (word, gate)


def test_a_model_that_was_held_says_what_still_answers():
    standing = standing_of(model=Model(), champion=ModelVersion(number=3), last=TrainingRun(state="held"))

    assert standing.sentence == "The last training was held at its gate. Version 3 is in service."
