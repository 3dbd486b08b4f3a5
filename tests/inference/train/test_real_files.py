"""The files that scikit-learn comes with, imported as anyone imports a file, are learnt to a version."""

from io import StringIO

import pytest
from django.core.management import call_command
from sklearn.datasets import load_breast_cancer, load_diabetes

from apps.datasets.models import Dataset
from apps.inference.models import Model
from apps.inference.report import Report
from apps.inference.spec import ModelSpec
from tests.inference.train_factories import make_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]


def imported(frame, slug, folder) -> Dataset:
    path = folder / f"{slug}.csv"
    frame.to_csv(path, index=False)
    options = ("--name", slug.title(), "--purpose", "Try models", "--legal-basis", "public_task")
    call_command("import_data", str(path), slug, *options, stdout=StringIO(), stderr=StringIO())
    return Dataset.objects.get(slug=slug)


def declared(dataset: Dataset, answer: str, **said) -> Model:
    entity = dataset.entities.get()
    features = [{"name": column.name} for column in entity.columns.all() if column.name != answer]
    data = {"dataset": dataset.slug, "entity": entity.name}
    spec = {"data": data, "features": features, "target": {"name": answer}} | said
    return make_model(ModelSpec.model_validate(spec), dataset.slug)


def test_breast_cancer_is_learnt_to_a_version(tmp_path):
    bunch = load_breast_cancer(as_frame=True)
    frame = bunch.data.assign(diagnosis=[bunch.target_names[each] for each in bunch.target])
    model = declared(
        imported(frame, "breast-cancer", tmp_path),
        "diagnosis",
        task="classification",
        target={"name": "diagnosis", "labels": {"benign": "Benign", "malignant": "Malignant"}},
        estimator={"name": "logistic_regression", "search": {"C": [0.1, 1]}},
        gates=[{"metric": "accuracy", "at_least": 0.93}],
    )

    out = StringIO()
    call_command("train", "--model", "breast-cancer", stdout=out, stderr=StringIO())

    version = model.versions.get()
    report = Report.from_json(version.training.evaluation.report)
    assert out.getvalue().startswith("breast-cancer: passed, version 1,")
    assert version.training.rows_train + version.training.rows_test == 569
    assert len(version.signed.fields) == 30
    assert report.metrics["accuracy"] > 0.93 > report.score("accuracy").baseline.value
    assert report.score("accuracy").over_baseline.is_sure
    assert [each.score is not None for each in report.trials] == [True, True]


def test_diabetes_is_learnt_to_a_version(tmp_path):
    frame = load_diabetes(as_frame=True, scaled=False).frame
    model = declared(
        imported(frame, "diabetes", tmp_path),
        "target",
        task="regression",
        estimator={"name": "ridge"},
        gates=[{"metric": "r2", "at_least": 0.3}, {"metric": "mae", "at_most": 60}],
    )

    call_command("train", "--missing", stdout=StringIO(), stderr=StringIO())

    version = model.versions.get()
    report = Report.from_json(version.training.evaluation.report)
    assert version.training.rows_train + version.training.rows_test == 442
    assert report.metrics["mae"] < report.score("mae").baseline.value
    assert len(report.points) == version.training.rows_test
    assert report.importance[0].field in {"bmi", "s5", "bp"}
