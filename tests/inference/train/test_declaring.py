"""A model is declared if all that it names is there and fits; otherwise all that is wrong is told, with its place."""

import pytest
from django.db import IntegrityError

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.datasets.designing import delete_dataset
from apps.datasets.exceptions import DatasetRefused
from apps.datasets.models import Dataset
from apps.inference.bundle import ModelDocument, apply_model, export_models
from apps.inference.declaring import archive_model, change_model, create_model
from apps.inference.exceptions import (
    ModelArchived,
    ModelRefused,
    NothingToLearn,
    TrainingAlreadyActive,
    TrainingOver,
)
from apps.inference.models import Model, TrainingRun
from apps.inference.requesting import cancel_training, request_training
from tests.accounts.factories import UserFactory
from tests.api_matrix import person
from tests.core.test_leases import in_threads
from tests.datasets.factories import make_dataset
from tests.inference.people_factories import dataset_of_opinions, written_in
from tests.inference.train_factories import REPORTS, STEPS, classifier, make_model, regression, reports, reports_dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(lake_folder):
    return make_dataset(*reports(5), schema=REPORTS, steps=STEPS, slug="reports")


def faults(**changes):
    with pytest.raises(ModelRefused) as refused:
        make_model(classifier("reports", **changes))
    return {fault.place: fault.message for fault in refused.value.faults}


def where_feedback_goes(**changes):
    """Where feedback goes: a dataset that takes rows from programs, changed in this."""
    where = written_in(dataset_of_opinions())
    where["columns"] = {"id": "prediction", "texte": "input.words", "service": "answer", "jour": "reviewed_on"}
    return where | changes


def test_where_feedback_goes_is_kept_by_a_project(dataset):
    model = make_model(classifier("reports", feedback=where_feedback_goes()))

    (document,) = export_models()

    assert document.spec.feedback == model.declared.feedback
    assert ModelDocument.model_validate(document.model_dump(mode="json")) == document


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"dataset": "nowhere"}, "feedback.dataset"),
        ({"entity": "nothing"}, "feedback.entity"),
        ({"dataset": "reports", "entity": "report"}, "feedback.entity"),
        ({"columns": {"id": "prediction", "couleur": "answer"}}, "feedback.columns.couleur"),
    ],
    ids=str,
)
def test_feedback_that_could_not_be_written_is_refused_with_its_place(dataset, changes, place):
    assert set(faults(feedback=where_feedback_goes(**changes))) == {place}


def test_feedback_goes_to_a_dataset_that_whoever_declares_may_read(dataset):
    where = where_feedback_goes()
    Dataset.objects.filter(slug=where["dataset"]).update(visibility="restricted")
    developer = person(Role.AI_DEVELOPER)

    with pytest.raises(ModelRefused) as refused:
        make_model(classifier("reports", feedback=where), by=developer)

    assert [fault.place for fault in refused.value.faults] == ["feedback.dataset"]


def test_pseudonyms_in_the_log_take_a_key(dataset, settings):
    features = [{"name": "words", "sensitive_log": "hash"}, {"name": "channel"}]
    assert make_model(classifier("reports", features=features)).declared.features[0].sensitive_log == "hash"

    settings.PSEUDONYM_KEY = ""

    assert set(faults(features=features)) == {"features[0].sensitive_log"}


def test_a_model_is_declared(dataset):
    owner = UserFactory()

    model = make_model(classifier("reports"), by=None, owner=owner, purpose="Send reports to a service.")

    assert (model.task, model.dataset, model.spec_number, model.owner) == ("text", dataset, 1, owner)
    assert model.declared == classifier("reports")
    assert AuditEvent.objects.filter(action="model_created").count() == 1


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"data": {"dataset": "nowhere", "entity": "report"}}, {"data.dataset"}),
        ({"data": {"dataset": "reports", "entity": "town"}}, {"data.entity"}),
        ({"data": {"dataset": "reports", "query": "SELECT 1 FROM nothing"}}, {"data.query"}),
        ({"data": {"dataset": "reports", "entity": "report", "where": "age >"}}, {"data.where"}),
        (
            {"features": [{"name": "words"}, {"name": "colour"}, {"name": "size"}]},
            {"features[1].name", "features[2].name"},
        ),
        ({"features": [{"name": "age", "type": "text"}]}, {"features[0].type"}),
        ({"features": [{"name": "age"}]}, {"features"}),
        ({"target": {"name": "gone"}}, {"target.name"}),
        ({"target": {"name": "days"}}, {"target.name"}),
        ({"slices": ["gone"], "split": {"by": "group", "column": "nope"}}, {"slices[0]", "split.column"}),
        ({"split": {"by": "time", "column": "channel"}}, {"split.column"}),
        ({"estimator": {"name": "magic"}}, {"estimator.name"}),
        ({"estimator": {"name": "ridge"}}, {"estimator.name"}),
        ({"estimator": {"name": "naive_bayes"}}, {"estimator.name"}),
        ({"estimator": {"entry_point": "os:system"}}, {"estimator.entry_point"}),
        (
            {
                "estimator": {
                    "name": "logistic_regression",
                    "parameters": {"C": -1, "depth": 3},
                    "search": {"max_iter": []},
                }
            },
            {"estimator.parameters.C", "estimator.parameters.depth", "estimator.search.max_iter"},
        ),
        (
            {"estimator": {"name": "linear_svc", "search": {"C": [1.0 + at for at in range(50)]}}},
            {"estimator.search"},
        ),
        ({"metric": "mae", "gates": [{"metric": "beauty", "at_least": 1}]}, {"metric", "gates[0].metric"}),
        ({"gates": [{"metric": "accuracy", "at_least": 1, "slice": "channel"}]}, {"gates[0].slice"}),
    ],
)
def test_all_that_is_wrong_is_told_with_its_place(dataset, changes, places):
    assert set(faults(**changes)) == places


def test_fields_that_do_not_hold_are_told_too(dataset):
    with pytest.raises(ModelRefused) as refused:
        create_model(slug="nouveau", name="", spec=classifier("reports"), by=None)
    assert [fault.place for fault in refused.value.faults] == ["slug"]
    with pytest.raises(ModelRefused) as refused:
        create_model(slug="Not a slug", name="", spec=classifier("reports"), by=None, contact="nobody")
    assert {fault.place for fault in refused.value.faults} == {"slug", "name", "contact"}


def test_whoever_may_not_read_a_column_declares_no_model_that_learns_it(dataset):
    operator = UserFactory(role=Role.OPERATOR)

    with pytest.raises(ModelRefused) as refused:
        make_model(classifier("reports"), by=operator)
    assert "words" in refused.value.message
    with pytest.raises(ModelRefused):
        make_model(regression("reports", data={"dataset": "reports", "query": "SELECT * FROM report"}), by=operator)
    assert make_model(regression("reports"), by=operator).owner == operator


def test_what_changes_is_told_and_the_version_of_the_declaration_is_raised(dataset):
    model = make_model(classifier("reports"))

    same = change_model(model=model, changes={"name": model.name}, spec=classifier("reports"), by=None)
    changed = change_model(model=model, changes={"limits": "None known."}, spec=classifier("reports", seed=8), by=None)

    assert (same.spec_number, changed.spec_number, changed.declared.seed) == (1, 2, 8)
    assert [event.details for event in AuditEvent.objects.filter(action="model_changed")] == [
        {"fields": ["limits", "spec"]}
    ]


def test_an_archived_model_is_neither_changed_nor_trained(dataset):
    model = archive_model(model=make_model(classifier("reports")), by=None)

    with pytest.raises(ModelArchived):
        change_model(model=model, changes={"name": "Other"}, by=None)
    with pytest.raises(ModelArchived):
        request_training(model=model, by=None)


# --- Asking ---------------------------------------------------------------------------------------
def test_nothing_is_learnt_from_a_dataset_that_has_no_version(dataset):
    with pytest.raises(NothingToLearn):
        request_training(model=make_model(classifier("reports")), by=None)


@pytest.mark.django_db(transaction=True)
def test_of_two_asked_at_once_one_is_done(lake_folder, no_table_left):
    model = make_model(classifier(reports_dataset(20).slug))

    def ask(_index):
        try:
            return request_training(model=model, by=None)
        except TrainingAlreadyActive as refusal:
            return refusal.code

    asked = in_threads(2, ask)

    training = TrainingRun.objects.get()
    assert sorted(str(each) for each in asked) == sorted([str(training), "training_already_active"])
    assert (training.spec, training.seed, training.state) == (model.spec, 7, "waiting")
    with pytest.raises(TrainingAlreadyActive):
        archive_model(model=model, by=None)
    cancel_training(training=training, by=None)
    with pytest.raises(TrainingOver):
        cancel_training(training=training, by=None)
    assert TrainingRun.objects.get().state == "cancelled"
    assert archive_model(model=model, by=None).archived_at


@pytest.mark.django_db(transaction=True)
def test_a_dataset_that_a_model_learns_from_is_not_deleted(lake_folder, no_table_left):
    dataset = reports_dataset(20)
    model = make_model(classifier(dataset.slug), name="Orientation of reports")
    asked = request_training(model=model, by=None)
    asked.dataset_version = dataset.current_version
    asked.save()

    with pytest.raises(DatasetRefused) as refused:
        delete_dataset(dataset=dataset, by=None)

    assert "Orientation of reports" in refused.value.message
    assert dataset.versions.exists()
    cancel_training(training=asked, by=None)
    TrainingRun.objects.all().delete()
    with pytest.raises(DatasetRefused):
        delete_dataset(dataset=dataset, by=None)
    Model.objects.all().delete()
    delete_dataset(dataset=dataset, by=None)


# --- Written in a project -------------------------------------------------------------------------
def written(**fields):
    spec = classifier("reports").model_dump(mode="json", exclude_defaults=True)
    return ModelDocument.model_validate({"slug": "orientation", "name": "Orientation", "spec": spec} | fields)


def test_a_document_makes_a_model_and_applying_it_again_changes_nothing(dataset):
    assert apply_model(written(audience="people")) == "created"
    assert apply_model(written(audience="people")) == "unchanged"

    model = Model.objects.get()
    assert (model.audience, model.declared) == ("people", classifier("reports"))


def test_a_document_that_differs_changes_the_model(dataset):
    apply_model(written())

    assert apply_model(written(purpose="Help.")) == "changed"
    other = classifier("reports", seed=9).model_dump(mode="json", exclude_defaults=True)
    assert apply_model(written(purpose="Help.", spec=other)) == "changed"
    assert Model.objects.get().spec_number == 2


def test_what_is_exported_changes_nothing(dataset):
    apply_model(written(limits="French only.", risk="minimal"))

    [document] = export_models()

    assert apply_model(document) == "unchanged"


def test_two_models_do_not_have_one_address(dataset):
    make_model(classifier("reports"))

    with pytest.raises((ModelRefused, IntegrityError)):
        make_model(classifier("reports"))
