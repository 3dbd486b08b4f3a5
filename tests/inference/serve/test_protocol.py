"""The Open Inference Protocol: its addresses, its errors, tensors in JSON and in bytes."""

import struct

import numpy as np
import orjson
import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.inference import receipts
from apps.inference.enums import Audience, Slot
from apps.inference.models import Prediction
from tests.api_matrix import anonymous, assert_access, person, stranger, token_of
from tests.inference.serve_factories import deploy, in_service, make_version, progression, reports, tumours

pytestmark = pytest.mark.django_db

LENGTH = "Inference-Header-Content-Length"


@pytest.fixture
def api():
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=token_of(person(Role.AI_DEVELOPER), scopes=["inference:read"]).authorization)
    return client


def as_tensors(made, rows):
    kinds = {"number": "FP32", "integer": "INT64", "boolean": "BOOL"}
    return [
        {
            "name": each.name,
            "datatype": kinds.get(each.type, "BYTES"),
            "shape": [len(rows), 1],
            "data": [row[each.name] for row in rows],
        }
        for each in made.signature.fields
    ]


def infer(api, model, inputs, **more):
    return api.post(f"/v2/models/{model.slug}/infer", {"inputs": inputs} | more, format="json")


def test_the_server_and_its_health_are_told_to_anyone():
    api = APIClient()

    assert api.get("/v2").json()["extensions"] == ["binary_tensor_data"]
    assert api.get("/v2/health/live").json() == {"live": True}
    assert api.get("/v2/health/ready").json() == {"ready": True}


def test_a_model_is_described_by_its_signature(api):
    model = in_service(reports())

    told = api.get(f"/v2/models/{model.slug}").json()

    assert (told["name"], told["versions"], told["platform"]) == (model.slug, ["1"], "onnxruntime_onnx")
    assert {each["name"]: each["datatype"] for each in told["inputs"]} == {
        "text": "BYTES",
        "district": "BYTES",
        "source": "BYTES",
        "day": "BYTES",
        "age": "INT64",
        "urgent": "BOOL",
        "surface": "FP32",
    }
    assert [each["name"] for each in told["outputs"]] == ["service", "probabilities"]
    assert api.get(f"/v2/models/{model.slug}/versions/1").json() == told
    assert api.get(f"/v2/models/{model.slug}/versions/1/ready").json() == {"name": model.slug, "ready": True}


@pytest.mark.parametrize("made", [tumours, reports])
def test_tensors_in_json_are_answered_as_rows_are(api, made):
    made = made()
    model = in_service(made)

    told = infer(api, model, as_tensors(made, made.rows[:3]), id="42").json()

    by_name = {each["name"]: each for each in told["outputs"]}
    probabilities = by_name["probabilities"]
    assert (told["model_name"], told["model_version"], told["id"]) == (model.slug, "1", "42")
    assert probabilities["shape"] == [3, 2]
    expected = np.ravel(made.golden["probabilities"][:3])
    assert probabilities["data"] == pytest.approx(expected, abs=1e-5)
    assert by_name[made.signature.output.name]["datatype"] == "BYTES"
    assert receipts.read(told["parameters"]["receipt"]).version_id == model.versions.get().pk
    assert Prediction.objects.filter(channel="v2").count() == 3


def test_a_regression_answers_a_number(api):
    made = progression()

    told = infer(api, in_service(made), as_tensors(made, made.rows[:2])).json()

    assert told["outputs"][0]["data"] == pytest.approx(made.golden["values"][:2], rel=1e-4)


def test_only_the_outputs_that_are_wanted_are_told(api):
    made = tumours()

    told = infer(api, in_service(made), as_tensors(made, made.rows[:1]), outputs=[{"name": "diagnosis"}]).json()

    assert [(each["name"], each["data"]) for each in told["outputs"]] == [("diagnosis", ["malignant"])]


def test_tensors_in_bytes_are_read_and_written(api):
    made = progression()
    model, head, tail = in_service(made), [], b""
    for each in made.signature.fields:
        blob = np.array([row[each.name] for row in made.rows[:2]], "<f8").tobytes()
        tail += blob
        head.append(
            {"name": each.name, "datatype": "FP64", "shape": [2], "parameters": {"binary_data_size": len(blob)}}
        )
    said = orjson.dumps({"inputs": head, "parameters": {"binary_data_output": True}})

    answer = api.generic(
        "POST",
        f"/v2/models/{model.slug}/infer",
        said + tail,
        content_type="application/octet-stream",
        headers={LENGTH: str(len(said))},
    )

    length = int(answer[LENGTH])
    assert orjson.loads(answer.content[:length])["outputs"][0]["parameters"] == {"binary_data_size": 8}
    assert struct.unpack("<2f", answer.content[length:]) == pytest.approx(made.golden["values"][:2], rel=1e-4)


def test_the_index_tells_the_models_that_are_open_to_whoever_asks(api):
    closed, public = in_service(), in_service(audience=Audience.PUBLIC)

    assert [each["name"] for each in APIClient().post("/v2/repository/index").json()] == [public.slug]
    assert {each["name"] for each in api.post("/v2/repository/index").json()} == {closed.slug, public.slug}


def test_a_version_that_is_tried_is_asked_by_its_number(api):
    made = tumours()
    model = in_service(made, audience=Audience.PUBLIC)
    deploy(make_version(model, tumours(seed=9)), slot=Slot.PREPRODUCTION)
    body = {"inputs": as_tensors(made, made.rows[:1])}

    told = api.post(f"/v2/models/{model.slug}/versions/2/infer", body, format="json")

    assert told.json()["model_version"] == "2"
    assert api.post(f"/v2/models/{model.slug}/versions/3/infer", body, format="json").status_code == 404
    assert APIClient().post(f"/v2/models/{model.slug}/versions/2/infer", body, format="json").status_code == 401


def test_who_may_ask():
    made = tumours()
    body = {"inputs": as_tensors(made, made.rows[:1])}
    for audience, expected in {Audience.STAFF: (401, 404), Audience.PEOPLE: (401, 200)}.items():
        matrix = {
            anonymous(): expected[0],
            stranger(): 401,
            token_of(person(), scopes=[]): 403,
            token_of(person(), scopes=["inference:read"]): expected[1],
            token_of(person(Role.OPERATOR), scopes=["inference:read"]): 200,
        }
        assert_access("POST", f"/v2/models/{in_service(audience=audience).slug}/infer", matrix, body)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"datatype": "FP128"}, "inputs.mean_radius.datatype"),
        ({"shape": [2, 1]}, "inputs.mean_radius.data"),
        ({"shape": [1, 2]}, "inputs.mean_radius.shape"),
        ({"shape": "1"}, "inputs.mean_radius.shape"),
        ({"data": [[1, 2]]}, "inputs.mean_radius.data"),
        ({"data": ["1"]}, "inputs.mean_radius[0]"),
        ({"data": [None]}, "inputs.mean_radius[0]"),
        ({"data": [1e39]}, "inputs.mean_radius[0]"),
        ({"data": [-1]}, "inputs.mean_radius[0]"),
        ({"name": "radius"}, "inputs.radius"),
        ({"parameters": {"binary_data_size": 4}}, "inputs.mean_radius.parameters"),
    ],
)
def test_what_is_wrong_is_an_error_of_the_protocol_that_names_its_place(api, change, place):
    made = tumours()
    inputs = as_tensors(made, made.rows[:1])

    answer = infer(api, in_service(made), [inputs[0] | change, *inputs[1:]])

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{place}: ")


def test_an_input_that_is_left_out_is_named(api):
    made = tumours()

    answer = infer(api, in_service(made), as_tensors(made, made.rows[:1])[1:])

    assert answer.json()["error"].startswith("inputs.mean_radius: ")


def test_an_unknown_model_and_another_method_are_errors_of_the_protocol(api):
    assert set(api.get("/v2/models/nothing").json()) == {"error"}
    assert api.get(f"/v2/models/{in_service().slug}/infer").status_code == 405
