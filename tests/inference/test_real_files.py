"""The files that scikit-learn comes with go the whole way, as programs take them: imported, learnt, judged, reviewed by
another person, asked, corrected, drifting in the sandbox, until a candidate waits."""

from io import StringIO
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from rest_framework.test import APIClient
from sklearn.datasets import load_breast_cancer, load_diabetes

from apps.accounts.roles import Role
from apps.datasets.models import Dataset
from apps.inference.drift.altering import Alter
from apps.inference.drift_trials import request_trial, run_trial
from apps.inference.enums import FieldType
from apps.inference.models import DriftAlert, Model, Prediction
from apps.inference.report import Report
from apps.inference.serving.slots import SLOTS
from apps.inference.spec import ModelSpec
from apps.inference.training import train
from tests.api_matrix import person, token_of
from tests.datasets.conftest import _in_english, lake_folder, no_table_left
from tests.inference.serve.test_protocol import as_tensors
from tests.inference.train_factories import make_model

__all__ = ["_in_english", "lake_folder", "no_table_left"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

AGAIN = {"retraining": {"on_drift": True, "cooldown_days": 0}, "monitoring": {"minimum_rows": 100}}


class Caller(APIClient):
    """A program of somebody who has these roles."""

    def __init__(self, *roles: Role) -> None:
        super().__init__()
        self.user = person(*roles)
        token = token_of(self.user, scopes=["inference:read", "inference:write"])
        self.credentials(HTTP_AUTHORIZATION=token.authorization)

    def told(self, method: str, path: str, body=None, *, status=200):
        answer = getattr(self, method)(path, body, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture(autouse=True)
def _nothing_remembered(own_cache):
    SLOTS.forget()
    yield
    SLOTS.forget()


@pytest.fixture
def author():
    return Caller(Role.AI_DEVELOPER)


def imported(frame, slug, folder) -> Dataset:
    path = folder / f"{slug}.csv"
    frame.to_csv(path, index=False)
    options = ("--name", slug.title(), "--purpose", "Try models", "--legal-basis", "public_task")
    call_command("import_data", str(path), slug, *options, stdout=StringIO(), stderr=StringIO())
    return Dataset.objects.get(slug=slug)


def declared(dataset: Dataset, answer: str, *, owner, **said) -> Model:
    entity = dataset.entities.get()
    features = [{"name": column.name} for column in entity.columns.all() if column.name != answer]
    data = {"dataset": dataset.slug, "entity": entity.name}
    spec = {"data": data, "features": features, "target": {"name": answer}} | AGAIN | said
    return make_model(ModelSpec.model_validate(spec), dataset.slug, owner=owner, audience="people")


def breast_cancer(folder, owner):
    bunch = load_breast_cancer(as_frame=True)
    frame = bunch.data.assign(diagnosis=[bunch.target_names[each] for each in bunch.target])
    model = declared(
        imported(frame, "breast-cancer", folder),
        "diagnosis",
        owner=owner,
        task="classification",
        target={"name": "diagnosis", "labels": {"benign": "Benign", "malignant": "Malignant"}},
        estimator={"name": "logistic_regression", "search": {"C": [0.1, 1]}},
        gates=[{"metric": "accuracy", "at_least": 0.93}],
    )
    return model, frame.drop(columns="diagnosis")


def diabetes(folder, owner):
    frame = load_diabetes(as_frame=True, scaled=False).frame
    model = declared(
        imported(frame, "diabetes", folder),
        "target",
        owner=owner,
        task="regression",
        estimator={"name": "ridge"},
        gates=[{"metric": "r2", "at_least": 0.3}, {"metric": "mae", "at_most": 60}],
    )
    return model, frame.drop(columns="target")


def judge_breast_cancer(version):
    report = Report.from_json(version.training.evaluation.report)
    assert version.training.rows_train + version.training.rows_test == 569
    assert len(version.signed.fields) == 30
    assert report.metrics["accuracy"] > 0.93 > report.score("accuracy").baseline.value
    assert report.score("accuracy").over_baseline.is_sure
    assert [each.score is not None for each in report.trials] == [True, True]


def judge_diabetes(version):
    report = Report.from_json(version.training.evaluation.report)
    assert version.training.rows_train + version.training.rows_test == 442
    assert report.metrics["mae"] < report.score("mae").baseline.value
    assert len(report.points) == version.training.rows_test
    assert report.importance[0].field in {"bmi", "s5", "bp"}


@pytest.mark.parametrize(
    ("arrive", "judge", "moved", "right_answer"),
    [(breast_cancer, judge_breast_cancer, "mean_radius", "malignant"), (diabetes, judge_diabetes, "bmi", "97.0")],
    ids=["breast cancer", "diabetes"],
)
def test_a_real_file_goes_the_whole_way_to_a_candidate(arrive, judge, moved, right_answer, author, tmp_path):
    model, frame = arrive(tmp_path, author.user)
    reviewer, inhabitant = Caller(Role.OPERATOR), Caller()

    version = learnt(author, model)
    judge(version)
    reviewed_and_promoted(author, reviewer, model)
    row = as_row(version.signed, frame.iloc[0])
    receipt = asked(inhabitant, version, row)
    corrected(inhabitant, reviewer, model, receipt, row, right_answer)
    drifted(version, moved, owner=author.user)
    again_but_not_promoted(inhabitant, model, row)


def learnt(author, model):
    """The version that a training asked for by a program makes; its gate holds."""
    training = author.told("post", f"/api/v1/models/{model.slug}/trainings/", status=201)
    train(training_id=training["id"])
    told = author.told("get", f"/api/v1/models/{model.slug}/trainings/{training['id']}/")
    assert (told["state"], told["version"]) == ("passed", 1)
    return model.versions.get()


def reviewed_and_promoted(author, reviewer, model):
    """By two people: the author asks, and may not decide."""
    place = f"/api/v1/models/{model.slug}/versions/1"
    author.told("post", f"{place}/reviews/", status=201)
    author.told("post", f"{place}/review/decide/", {"decision": "approved"}, status=403)
    reviewer.told("post", f"{place}/review/decide/", {"decision": "approved"})
    deployed = reviewer.told("post", f"{place}/deploy/", {"slot": "champion"}, status=201)
    assert (deployed["version"], deployed["slot"]) == (1, "champion")


def as_row(signature, values):
    """A row of the file, by the names of the fields."""
    given = dict(zip(signature.names, values.tolist(), strict=True))
    whole = {each.name for each in signature.fields if each.type == FieldType.INTEGER}
    return {name: int(value) if name in whole else value for name, value in given.items()}


def asked(inhabitant, version, row):
    """The same by the API and by the protocol; the receipt of the answer."""
    model = version.model
    rows = inhabitant.told("post", f"/api/v1/models/{model.slug}/predict/", {"rows": [row]})
    inputs = as_tensors(SimpleNamespace(signature=version.signed), [row])
    tensors = inhabitant.told("post", f"/v2/models/{model.slug}/infer", {"inputs": inputs})
    answer = rows["predictions"][0]
    said = answer["class"] if version.signed.output.classes else pytest.approx(answer["value"])
    assert (rows["version"], tensors["model_version"], tensors["outputs"][0]["data"][0]) == (1, "1", said)
    assert sorted(Prediction.objects.values_list("channel", "version__number")) == [("api", 1), ("v2", 1)]
    return answer["receipt"]


def corrected(inhabitant, reviewer, model, receipt, row, right_answer):
    place = f"/api/v1/models/{model.slug}/feedback/"
    said = {"receipt": receipt, "is_right": False, "right_answer": right_answer, "inputs": row}
    given = inhabitant.told("post", place, said, status=201)
    accepted = reviewer.told("put", f"{place}{given['id']}/review/", {"decision": "accepted"})
    assert (accepted["state"], accepted["learnt_answer"]) == ("accepted", right_answer)


def drifted(version, moved, *, owner):
    """Numbers move in the sandbox: an alert, and a message to the owner, once."""
    alter = Alter(field=moved, alteration="shift", strength=2)
    trial = request_trial(version=version, alterations=[alter], is_whole_chain=True, by=owner)
    run_trial(trial_id=trial.pk)
    for _time in range(2):
        call_command("tell_of_drifts", stdout=StringIO())
    (alert,) = DriftAlert.objects.all()
    (message,) = mail.outbox
    assert moved in {each["name"] for each in alert.drifted}
    assert (message.to, version.model.name in message.subject) == ([owner.email], True)


def again_but_not_promoted(inhabitant, model, row):
    """The drift asked for a training, whose version answers nobody."""
    out = StringIO()
    call_command("train", "--waiting", stdout=out, stderr=StringIO())
    assert out.getvalue().startswith(f"{model.slug}: passed, version 2,")
    candidate = model.versions.get(number=2)
    assert candidate.training.cause == "drift"
    assert not candidate.reviews.exists()
    assert [each.version.number for each in model.deployments.all()] == [1]
    assert inhabitant.told("post", f"/api/v1/models/{model.slug}/predict/", {"rows": [row]})["version"] == 1
