"""A training goes from the rows of a dataset to a version, or says why not."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.models import AuditEvent
from apps.inference.declaring import change_model
from apps.inference.enums import Slot, TrainingPhase
from apps.inference.evaluating import Report
from apps.inference.models import Deployment, Evaluation, ModelVersion, Review
from apps.inference.requesting import cancel_training, request_training
from apps.inference.training import train
from tests.datasets.factories import built
from tests.inference.train_factories import classifier, make_model, regression, reports, reports_dataset, trained

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]
UNREACHABLE = [{"metric": "accuracy", "at_least": 1.01}]


@pytest.fixture
def dataset():
    return reports_dataset()


def report_of(training) -> Report:
    return Report.from_json(training.evaluation.report)


def test_a_training_that_passes_its_gate_makes_a_version(dataset, lake_folder):
    phases = []

    asked = request_training(model=make_model(classifier(dataset.slug, slices=["channel"])), by=None)
    done = train(training_id=asked.pk, on_progress=lambda row: phases.append(row.phase))

    assert (done.state, done.error_code) == ("passed", "")
    assert phases == [phase.value for phase in TrainingPhase]
    version = ModelVersion.objects.get()
    assert (version.number, version.training, version.signed.output.classes) == (
        1,
        done,
        ("lighting", "parks", "roads"),
    )
    assert (Path(lake_folder) / version.file).stat().st_size == version.size
    assert done.dataset_version == dataset.current_version
    assert done.rows_train + done.rows_test == 386
    assert len(done.code_digest) == len(done.lock_digest) == 64
    assert done.cpu_seconds > 0
    assert done.energy_j > 0
    assert done.energy_method
    assert [event.action for event in AuditEvent.objects.order_by("pk")][-1] == "model_version_made"


def test_its_report_says_what_to_read_before_approving(dataset):
    done = trained(make_model(classifier(dataset.slug, slices=["channel"], split={"test_share": 0.5})))

    report = report_of(done)
    accuracy = report.score("accuracy")
    assert report.sha256 == done.evaluation.sha256
    assert json.loads(json.dumps(report.as_json())) == done.evaluation.report
    assert accuracy.model.low < accuracy.model.value <= accuracy.model.high
    assert (accuracy.model.method, report.score("f1_macro").model.method) == ("wilson", "bootstrap")
    assert accuracy.over_baseline.is_better
    assert accuracy.over_baseline.low > 0
    assert accuracy.champion is None
    assert (report.data.rows, report.data.version, report.data.dataset) == (386, 1, dataset.slug)
    assert sum(map(sum, report.confusion.counts)) == report.data.rows_test == sum(each.rows for each in report.classes)
    assert {each.name for each in report.classes} == {"lighting", "parks", "roads"}
    assert all(each.rows >= 20 for each in report.slices)
    assert next(each.field for each in report.importance) == "words"
    assert [each.rows for each in report.learning_curve] == sorted(each.rows for each in report.learning_curve)
    assert report.learning_curve[-1].score == report.score("f1_macro").model.value
    assert "street lamp" not in json.dumps(report.as_json())


def test_a_training_held_at_its_gate_is_evaluated_and_makes_no_version(dataset):
    done = trained(make_model(classifier(dataset.slug, gates=UNREACHABLE)))

    assert (done.state, done.is_held) == ("held", False)
    assert not done.judged.is_open
    assert Evaluation.objects.get().training == done
    assert not ModelVersion.objects.exists()


@pytest.mark.parametrize("wanted", [["--model", "orientation"], ["--missing"]])
def test_a_terminal_reads_in_words_what_held_a_training(dataset, wanted):
    make_model(classifier(dataset.slug, gates=UNREACHABLE), slug="orientation")
    told = StringIO()

    with pytest.raises(CommandError, match="No new version: orientation"):
        call_command("train", *wanted, stdout=StringIO(), stderr=told)

    assert "Threshold of the declaration: Right answers" in told.getvalue()


def test_the_same_seed_makes_the_same_model(dataset):
    model = make_model(classifier(dataset.slug))

    first, again = trained(model), trained(model)

    versions = list(ModelVersion.objects.order_by("number"))
    assert [version.number for version in versions] == [1, 2]
    assert first.evaluation.metrics == again.evaluation.metrics
    assert report_of(first).scores == report_of(again).scores
    assert report_of(first).importance == report_of(again).importance
    assert versions[0].signature == versions[1].signature


def test_the_candidate_is_compared_with_the_champion_on_the_same_rows(dataset):
    model = make_model(classifier(dataset.slug))
    version = trained(model).version
    review = Review.objects.create(version=version, decision="approved")
    Deployment.objects.create(
        model=model, version=version, slot=Slot.CHAMPION, review=review, deployed_at=timezone.now()
    )
    change_model(
        model=model,
        spec=classifier(
            dataset.slug, estimator={"name": "naive_bayes"}, features=[{"name": "words"}, {"name": "channel"}]
        ),
        by=None,
    )

    other_fields = trained(model)
    change_model(model=model, spec=classifier(dataset.slug, estimator={"name": "linear_svc"}), by=None)
    same_fields = trained(model)

    assert report_of(other_fields).champion is None
    report = report_of(same_fields)
    assert report.champion == 1
    assert report.score("accuracy").champion.value == report_of(version.training).score("accuracy").model.value
    assert report.score("accuracy").over_champion is not None


def test_a_champion_whose_file_is_gone_does_not_keep_its_successor_from_being_trained(dataset, lake_folder):
    model = make_model(classifier(dataset.slug))
    version = trained(model).version
    review = Review.objects.create(version=version, decision="approved")
    Deployment.objects.create(
        model=model, version=version, slot=Slot.CHAMPION, review=review, deployed_at=timezone.now()
    )
    (Path(lake_folder) / version.file).write_bytes(b"something else")

    done = trained(model)

    assert (done.state, report_of(done).champion) == ("passed", None)


def test_the_best_of_the_parameters_is_chosen_on_rows_kept_apart(dataset):
    search = {"name": "ridge", "search": {"alpha": [0.1, 10_000]}}

    done = trained(make_model(regression(dataset.slug, estimator=search)))

    assert done.parameters == {"alpha": 0.1}
    assert [each.parameters["alpha"] for each in report_of(done).trials] == [0.1, 10_000]
    assert done.evaluation.metrics["r2"] > 0.9


def test_anomalies_are_singled_out_with_or_without_labels(dataset):
    said = {
        "task": "anomaly",
        "features": [{"name": "age"}, {"name": "channel"}],
        "estimator": {"name": "isolation_forest", "parameters": {"n_estimators": 20}},
    }
    without = trained(make_model(regression(dataset.slug, **said, target={}), "odd"))
    told = {"target": {"name": "is_odd"}, "split": {"test_share": 0.5}}
    labelled = trained(make_model(regression(dataset.slug, **said, **told), "odd-labelled"))

    assert (without.state, without.evaluation.metrics) == ("passed", {})
    assert without.version.signed.output.classes == ("normal", "anomaly")
    assert "roc_auc" in labelled.evaluation.metrics


def test_rows_judged_by_time_are_the_latest(dataset):
    done = trained(make_model(regression(dataset.slug, split={"by": "time", "column": "received_on"})))

    data = report_of(done).data
    assert (data.split, data.first, data.last) == ("time", "2025-01-01", "2025-12-28")
    assert 0 < data.rows_test <= 80


# --- What goes wrong ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"data": {"entity": "report", "where": "age > 1000"}}, "training_too_few_rows"),
        ({"data": {"entity": "report", "where": "service = 'parks'"}}, "training_one_class"),
        (
            {"data": {"query": "SELECT words, channel, age, CAST(words AS INT)::VARCHAR AS service FROM report"}},
            "training_query_failed",
        ),
    ],
)
def test_a_training_that_cannot_be_done_says_why(dataset, changes, code):
    changes["data"]["dataset"] = dataset.slug

    done = trained(make_model(classifier(dataset.slug, **changes)))

    assert (done.state, done.error_kind, done.error_code) == ("failed", "config", code)
    assert not Evaluation.objects.exists()


def test_a_declaration_that_no_longer_fits_the_dataset_says_so(dataset):
    model = make_model(classifier(dataset.slug))
    asked = request_training(model=model, by=None)
    asked.spec["features"][0]["name"] = "gone"
    asked.save()

    done = train(training_id=asked.pk)

    assert (done.state, done.error_code) == ("failed", "declaration_broken")
    assert "features[0].name" in done.error_details["reason"]


def test_a_bug_is_told_by_its_class_alone(dataset, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the street lamp of Mrs Martin")

    monkeypatch.setattr("apps.inference.training.evaluate", fail)

    done = trained(make_model(classifier(dataset.slug)))

    assert (done.state, done.error_code, done.error_details) == (
        "failed",
        "training_unexpected",
        {"error": "RuntimeError"},
    )


def test_what_it_reads_is_pinned_when_it_starts(dataset):
    model = make_model(classifier(dataset.slug))
    asked = request_training(model=model, by=None)
    asked.dataset_version = first = dataset.current_version
    asked.save()
    built(dataset, *reports(90))

    done = train(training_id=asked.pk)

    assert (done.state, done.dataset_version) == ("passed", first)
    assert done.rows_train + done.rows_test == 386


@pytest.mark.parametrize("phase", [TrainingPhase.READING, TrainingPhase.FITTING, TrainingPhase.JUDGING])
def test_a_training_that_is_cancelled_stops_at_its_next_step_and_keeps_nothing(dataset, phase):
    asked = request_training(model=make_model(classifier(dataset.slug)), by=None)

    def cancel(row):
        if row.phase == phase:
            cancel_training(training=row, by=None)

    done = train(training_id=asked.pk, on_progress=cancel)

    assert (done.state, done.is_held, done.cpu_seconds > 0) == ("cancelled", False, True)
    assert not Evaluation.objects.exists()
    assert not ModelVersion.objects.exists()


def test_the_projects_own_code_makes_a_pipeline_where_it_is_allowed(dataset, settings):
    path = "tests.inference.train.pipelines:forest"
    settings.TRAINING_ENTRY_POINTS = ["tests.inference.train"]
    model = make_model(classifier(dataset.slug, estimator={"entry_point": path, "parameters": {"trees": 5}}))

    done = trained(model)
    settings.TRAINING_ENTRY_POINTS = []
    refused = trained(model)

    assert (done.state, report_of(done).estimator) == ("passed", path)
    assert (refused.state, refused.error_code) == ("failed", "declaration_broken")


def test_the_answers_of_the_report_are_those_of_the_version(dataset):
    done = trained(make_model(regression(dataset.slug)))

    truth, answered = np.array(report_of(done).points).T
    assert abs(truth - answered).mean() == pytest.approx(done.evaluation.metrics["mae"])
