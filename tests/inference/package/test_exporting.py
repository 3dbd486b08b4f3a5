"""What a version is handed over as, read as the tools of others read it."""

import json
import re
import zipfile
from io import BytesIO

import numpy as np
import onnxruntime
import pytest
import yaml
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from sklearn.naive_bayes import MultinomialNB

from apps.accounts.roles import Role
from apps.core.gates import Check, Severity, Verdict
from apps.inference import packaging
from apps.inference.enums import ExportKind, Format
from apps.inference.exceptions import NotExportable
from apps.inference.models import Evaluation
from apps.inference.packaging.exporting import export_version, possible_exports
from tests.api_matrix import person
from tests.inference import package_factories as made
from tests.inference.deliver_factories import REPORT

pytestmark = pytest.mark.django_db

WARNED = Verdict(
    judged_at=timezone.now(),
    checks=(
        Check(name="parity", passed=True, measured="0 0 10", expected="1e-05"),
        Check(
            name="robust_to",
            passed=False,
            measured="0.2",
            expected="0.1",
            severity=Severity.WARNING,
            label="accents",
        ),
    ),
)


@pytest.fixture
def version(of_reports, package_of_reports):
    return made.version_of(
        of_reports,
        package_of_reports,
        slug="orientation",
        verdict=WARNED,
        purpose="Orienter les signalements | vers le bon service.",
        limits="Il ne lit que le français.",
        contact="ia@example.org",
    )


@pytest.fixture
def kept_by_skops():
    trained = made.train(made.only(made.reports(), "texte"), MultinomialNB(), strip_accents="unicode")
    return made.version_of(trained, packaging.package(trained))


def unzipped(content):
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("kind", ExportKind)
def test_the_same_version_makes_the_same_bytes(version, kind):
    first, again = export_version(version, kind), export_version(version, kind)

    assert first == again
    assert first.filename.startswith("orientation-v1")


def test_the_file_is_the_one_that_was_kept(version, package_of_reports):
    exported = export_version(version, ExportKind.FILE)

    assert exported == ("orientation-v1.onnx", "application/octet-stream", package_of_reports.content)


def test_the_page_of_a_version_leads_to_each_export_that_it_has(version):
    Evaluation.objects.update(report=REPORT)
    browser = Client()
    browser.force_login(person(Role.AI_DEVELOPER))
    places = {kind: reverse("inference:version_export", args=["orientation", 1, kind]) for kind in ExportKind}

    page = browser.get(version.get_absolute_url()).content.decode()
    got = {kind: browser.get(place) for kind, place in places.items()}

    assert [kind for kind, place in places.items() if f'href="{place}" download' not in page] == []
    same = [kind for kind in ExportKind if got[kind].content == export_version(version, kind).content]
    assert same == [kind for kind in ExportKind if kind != ExportKind.CARD]
    assert got[ExportKind.CARD].content.startswith(b"---\nlanguage:")  # in the reader's language
    assert all(answer.headers["Content-Disposition"].startswith("attachment; ") for answer in got.values())


def test_what_only_onnx_can_be_is_refused_to_the_other_format(kept_by_skops):
    assert kept_by_skops.format == Format.SKOPS
    assert possible_exports(kept_by_skops) == [ExportKind.FILE, ExportKind.CARD]
    for kind in (ExportKind.MLFLOW, ExportKind.KSERVE, ExportKind.DOCKER):
        with pytest.raises(NotExportable, match="skops"):
            export_version(kept_by_skops, kind)
    assert export_version(kept_by_skops, ExportKind.FILE).filename == "essai-v1.skops"
    assert b"library_name: sklearn" in export_version(kept_by_skops, ExportKind.CARD).content


def test_the_card_has_the_metadata_of_hugging_face(version, of_reports):
    card = export_version(version, ExportKind.CARD).content.decode()

    _before, front, body = card.split("---\n", 2)
    metadata = yaml.safe_load(front)
    assert metadata["language"] == ["fr"]
    assert metadata["library_name"] == "onnx"
    assert metadata["pipeline_tag"] == "text-classification"
    (indexed,) = metadata["model-index"]
    (result,) = indexed["results"]
    assert set(result) == {"task", "dataset", "metrics"}
    assert {"type", "name"} <= set(result["task"])
    assert {"type", "name"} <= set(result["dataset"])
    told = {metric["name"]: metric["value"] for metric in result["metrics"]}
    assert told["accuracy"] == pytest.approx(of_reports.scores["accuracy"], abs=1e-6)
    assert set(metadata["metrics"]) == {metric["type"] for metric in result["metrics"]}
    assert re.search(r"^# Modèle d’essai", body, re.MULTILINE)


def test_the_card_says_what_people_must_know(version):
    card = export_version(version, ExportKind.CARD).content.decode()

    for said in (
        "Orienter les signalements | vers le bon service.",
        "Il ne lit que le français.",
        "ia@example.org",
        "Licence Ouverte 2.0",
        version.sha256,
        version.libraries["onnxruntime"],
        "`texte`",
        "2024/1689",
        "0,25",  # Wh
        "12 W × CPU",
        "20,0",  # % of answers that change without accents
    ):
        assert said in card
    titles = re.findall(r"^## (.+)$", card, re.MULTILINE)
    assert len(titles) == len(set(titles)) == 11


def test_the_mlflow_folder_says_how_to_load_it_and_its_example_is_answered(version, package_of_reports):
    files = unzipped(export_version(version, ExportKind.MLFLOW).content)

    described = yaml.safe_load(files["MLmodel"])
    assert files[described["flavors"]["onnx"]["data"]] == package_of_reports.content
    assert described["flavors"]["python_function"]["loader_module"] == "mlflow.onnx"
    pinned = files["requirements.txt"].decode().split()
    assert f"onnxruntime=={version.libraries['onnxruntime']}" in pinned
    inputs = json.loads(described["signature"]["inputs"])
    assert [each["name"] for each in inputs] == [
        "texte", "canal", "recu_le.year", "recu_le.month", "recu_le.day", "recu_le.weekday", "latitude",
    ]  # fmt: skip
    assert {each["tensor-spec"]["dtype"] for each in inputs} == {"object", "float32"}
    example = json.loads(files[described["saved_input_example_info"]["artifact_path"]])["inputs"]
    session = onnxruntime.InferenceSession(files["model.onnx"], providers=["CPUExecutionProvider"])
    dtypes = {each["name"]: each["tensor-spec"]["dtype"] for each in inputs}
    (output,) = json.loads(described["signature"]["outputs"])
    answered = session.run([output["name"]], {name: np.array(values, dtypes[name]) for name, values in example.items()})
    assert answered[0].shape == (3, output["tensor-spec"]["shape"][1])


def test_the_model_repository_describes_the_inputs_and_outputs_of_the_model(version, package_of_reports):
    files = unzipped(export_version(version, ExportKind.KSERVE).content)

    assert set(files) == {
        "inference-service.yaml",
        "orientation/1/model.onnx",
        "orientation/config.pbtxt",
        "orientation/labels.txt",
    }
    config = files["orientation/config.pbtxt"].decode()
    session = onnxruntime.InferenceSession(files["orientation/1/model.onnx"], providers=["CPUExecutionProvider"])
    types = {"tensor(float)": "TYPE_FP32", "tensor(string)": "TYPE_STRING"}
    declared = re.findall(r'name: "([^"]+)", data_type: (\w+), dims: \[(\d+)\]', config)
    found = [(each.name, types[each.type], str(each.shape[1])) for each in session.get_inputs()]
    last = session.get_outputs()[-1]
    assert declared == [*found, (last.name, "TYPE_FP32", str(last.shape[1]))]
    assert 'platform: "onnxruntime_onnx"' in config
    assert "max_batch_size: 1000" in config
    assert files["orientation/labels.txt"].decode().splitlines() == list(version.signed.output.classes)
    service = yaml.safe_load(files["inference-service.yaml"])
    assert service["kind"] == "InferenceService"
    assert service["spec"]["predictor"]["model"]["protocolVersion"] == "v2"


def test_the_recipe_checks_the_digest_and_runs_as_nobody(version):
    recipe = export_version(version, ExportKind.DOCKER).content.decode()

    assert f'echo "{version.sha256}  /models/orientation/1/model.onnx" | sha256sum --check' in recipe
    assert re.search(r"^USER \d+$", recipe, re.MULTILINE)
    assert re.search(r"^FROM \S+$", recipe, re.MULTILINE)
