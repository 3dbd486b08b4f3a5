"""What models show in the shell, on the page of a source and in the lineage of a dataset, to whoever may see them."""

import pytest

from apps.accounts.roles import Role
from apps.collection.readers import stages_after
from apps.core.gates import GateState
from apps.datasets.lineage import lineage_of
from apps.datasets.readers import made_from
from apps.inference.interface import events, search, stages, tasks
from apps.inference.reviewing import request_review
from tests.api_matrix import person
from tests.datasets.factories import source_of
from tests.inference.deliver_factories import AT, in_service, make_model, make_training, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


@pytest.fixture
def developer():
    return person(Role.AI_DEVELOPER)


@pytest.fixture
def model():
    return make_model(description="Says how large a town is")


def test_one_lock_stands_for_all_the_models(developer, model):
    in_service(model)
    make_model(slug="other", dataset=model.dataset)

    (stage,) = stages(developer)

    assert (stage.gate, stage.figure, str(stage.note)) == (GateState.OPEN, "1", "of 2 models")


def test_a_training_that_was_held_closes_the_gate_of_what_still_answers(developer, model):
    in_service(model)
    make_training(model, state="held")

    (stage,) = stages(developer)

    assert (stage.gate, stage.is_held) == (GateState.CLOSED, True)
    assert "was held at its gate" in str(stage.gate_note)


def test_archived_models_and_none_at_all_are_no_stage(developer):
    assert stages(developer) == []
    make_model(archived_at=AT)
    assert stages(developer) == []


def test_a_review_awaits_those_who_may_decide(developer, model):
    request_review(version=make_version(model, by=developer), by=None)
    operator, officer = person(Role.OPERATOR), person(Role.DATA_PROTECTION_OFFICER)

    told = {who: [str(task.label) for task in tasks(who)] for who in (developer, operator, officer, person())}

    assert told[operator] == told[officer] == ["Review version 1 of “Model tailles”"]
    assert [labels for who, labels in told.items() if who not in {operator, officer}] == [[], []]


@pytest.mark.parametrize(("state", "label"), [("held", "See what blocks"), ("failed", "cannot be trained")])
def test_a_training_that_went_wrong_awaits_those_who_train(developer, model, state, label):
    make_training(model, state=state)

    (task,) = tasks(developer)

    assert label in str(task.label)
    assert tasks(person(Role.OPERATOR)) == []


def test_what_happened_lately_is_told_to_whoever_sees_models(developer, model):
    in_service(model)
    make_training(model, state="failed")

    told = [str(event.text) for event in events(developer)]

    assert told == ["Version 1 of “Model tailles” is in service.", "A training of “Model tailles” failed."]
    assert events(person()) == []


def test_models_are_found_by_whoever_sees_them(developer, model):
    assert [hit.url for hit in search(developer, "large")] == [model.get_absolute_url()]
    assert search(person(), "large") == []


def test_the_flight_of_a_source_goes_on_to_the_models(developer, model):
    in_service(model)

    stage = stages_after(source_of(model.dataset), viewer=developer)[-1]

    assert (str(stage.label), stage.gate, str(stage.figure)) == ("Model tailles", GateState.OPEN, "Version 1")
    assert stages_after(source_of(model.dataset), viewer=person()) == []


def test_the_lineage_of_a_version_goes_on_to_the_models_that_learnt_from_it(developer, model):
    learnt = model.dataset.current_version
    make_version(model, dataset_version=learnt)
    make_version(model)

    (made,) = made_from(learnt, developer)
    drawn = lineage_of(learnt, developer)

    assert (made.name, made.note) == ("Model tailles", "version 1, candidate")
    assert made.url in [box.url for box in drawn.boxes]
    assert (f"made:{made.id}", "version") in drawn.made_from
    assert "Version 1 of the model “Model tailles” learnt from it." in drawn.said
    assert made_from(learnt, person()) == []
