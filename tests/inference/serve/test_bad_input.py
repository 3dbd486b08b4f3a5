"""Nonsense is refused, whatever it is: by a 4xx that names what is wrong, never by a 500, nor by an answer."""

import json
import random
import re

import pytest
from rest_framework.test import APIClient

from apps.accounts.roles import Role
from apps.inference.enums import FieldType
from apps.inference.models import Prediction
from tests.api_matrix import person, token_of
from tests.inference.serve_factories import in_service, reports, tumours

pytestmark = pytest.mark.django_db

REQUESTS = 500
NONSENSE = [
    None,
    True,
    "",
    "text",
    "1.5",
    "NaN",
    [],
    [1],
    {},
    {"a": 1},
    1e39,
    -1e39,
    1e308,
    -(10**18),
    "\0",
    "\ud800",
    "é" * 20_000,
    "2026-13-45",
]
TEXTS = {"text", "source"}


def spoil(rng, made):
    """A body with one thing wrong, and where it is (the beginning of its place), if it is somewhere."""
    row = dict(rng.choice(made.rows))
    rows = [dict(each) for each in rng.sample(made.rows, rng.randint(0, 2))] + [row]
    at = f"rows[{len(rows) - 1}]"
    name = rng.choice(made.signature.names)
    kind = rng.choice(["value", "value", "value", "left out", "unknown", "row", "body", "bytes"])
    if kind == "value":
        field = made.signature.field(name)
        wrong = [each for each in NONSENSE if not _is_right(field, each)]
        row[name] = rng.choice(wrong)
        return {"rows": rows}, f"{at}.{name}"
    if kind == "left out":
        name = rng.choice([each.name for each in made.signature.fields if each.is_required])
        del row[name]
        return {"rows": rows}, f"{at}.{name}"
    if kind == "unknown":
        row[f"{name}~"] = 1
        return {"rows": rows}, f"{at}.{name}~"
    if kind == "row":
        rows[-1] = rng.choice([1, "row", [1], None])
        return {"rows": rows}, at
    if kind == "body":
        return rng.choice(
            [([], ""), ({}, "rows"), ({"rows": {}}, "rows"), ({"rows": []}, "rows"), ({"rows": rows, "x": 1}, "x")]
        )
    content = json.dumps({"rows": rows}).encode()
    cut = rng.randint(1, len(content) - 1)
    return content[:cut], None


KINDS = {FieldType.NUMBER: "FP64", FieldType.INTEGER: "INT64", FieldType.BOOLEAN: "BOOL"}
OTHER_KINDS = {"FP64": "BYTES", "INT64": "BOOL", "BOOL": "FP32", "BYTES": "INT32"}
LENGTH = "Inference-Header-Content-Length"


def spoil_tensors(rng, made):
    """The same for the protocol: a body, its headers, where it is wrong; None where it is not of one place."""
    rows = rng.sample(made.rows, rng.randint(1, 3))
    inputs = [
        {
            "name": each.name,
            "datatype": KINDS.get(each.type, "BYTES"),
            "shape": rng.choice([[len(rows)], [len(rows), 1]]),
            "data": [row[each.name] for row in rows],
        }
        for each in made.signature.fields
    ]
    rank = rng.randrange(len(inputs))
    spoilt, field = inputs[rank], made.signature.fields[rank]
    place = f"inputs.{field.name}"
    sent, headers = {"inputs": inputs}, {}
    match rng.choice(
        ["value", "value", "value", "tensor", "left out", "name", "outputs", "rows", "body", "bytes", "length"]
    ):
        case "value":
            at = rng.randrange(len(rows))
            spoilt["data"][at] = rng.choice([each for each in NONSENSE if not _is_right(field, each) and each != [1]])
            place = f"{place}.data" if isinstance(spoilt["data"][at], list | dict) else f"{place}[{at}]"
        case "tensor":
            part, wrong = rng.choice(
                [
                    ("datatype", rng.choice([None, "FP128", "fp32", 7, [], {}])),
                    ("datatype", OTHER_KINDS[spoilt["datatype"]]),
                    ("shape", rng.choice([None, "1", [], [-1], [len(rows), 2], [1, 1, 1], [True], [len(rows) + 1]])),
                    ("data", rng.choice([None, "text", 7, {}, [], [[1, 2]] * len(rows), spoilt["data"] * 2])),
                    ("parameters", {"binary_data_size": rng.choice([-1, 4, "4", 1.5, 10**12])}),
                ]
            )
            spoilt[part] = wrong
        case "left out":
            field = rng.choice([each for each in made.signature.fields if each.is_required])
            sent["inputs"] = [each for each in inputs if each["name"] != field.name] or [{}]
            place = f"inputs.{field.name}"
        case "name":
            spoilt["name"], place = rng.choice(
                [
                    (f"{field.name}~", f"{place}~"),
                    (None, "inputs"),
                    ([], "inputs"),
                    (inputs[rank - 1]["name"], "inputs"),
                ]
            )
        case "outputs":
            sent["outputs"] = rng.choice(["text", {"name": "x"}, [1], [{}], [{"name": 7}], [{"name": "nothing"}]])
            place = "outputs"
        case "rows":
            count, place = rng.choice([0, 20_000]), "inputs"
            for each in inputs:
                each["shape"], each["data"] = [count], each["data"][:1] * count
        case "body":
            sent, place = rng.choice([[], {}, 7, {"inputs": {}}, {"inputs": []}, {"inputs": [1]}]), "inputs"
        case "bytes":
            content = json.dumps(sent).encode()
            return content[: rng.randint(1, len(content) - 1)], headers, None
        case "length":
            headers, place = {LENGTH: rng.choice(["-1", "x", "", "1e3", "7", str(10**9), "9" * 40])}, None
    return json.dumps(sent).encode(), headers, place


def _is_right(field, value):
    if value is None:
        return not field.is_required
    if field.name in TEXTS:
        return isinstance(value, str) and 0 < len(value) <= field.max_length and value not in {"\0", "\ud800"}
    return (field.name == "urgent" and value is True) or (
        field.name == "surface" and value in (1e308, -(10**18)) and not isinstance(value, bool) and abs(value) < 3e38
    )


@pytest.mark.parametrize("made", [tumours, reports])
def test_each_of_500_spoilt_requests_is_a_4xx_that_names_what_is_wrong(made):
    made, rng = made(), random.Random(20_261_129)
    model = in_service(made)
    api = APIClient(raise_request_exception=False)
    api.credentials(HTTP_AUTHORIZATION=token_of(person(Role.OPERATOR), scopes=["inference:read"]).authorization)
    wrong = []

    for _request in range(REQUESTS // 2):
        body, place = spoil(rng, made)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = api.generic("POST", f"/api/v1/models/{model.slug}/predict/", content, content_type="application/json")
        told = answer.json()
        places = [each["field"] for each in told.get("errors", [])]
        is_named = place in places if place is not None else told["code"] == "parse_error"
        # Half a character is no JSON: the whole body is refused.
        if answer.status_code != 400 or not (is_named or told["code"] == "parse_error"):
            wrong.append((answer.status_code, told.get("code"), place, places, content[:300]))

    assert wrong == []
    assert Prediction.objects.count() == 0


@pytest.mark.parametrize("made", [tumours, reports])
def test_each_of_500_spoilt_requests_of_the_protocol_is_a_4xx_that_names_what_is_wrong(made):
    made, rng = made(), random.Random(20_261_130)
    model = in_service(made)
    api = APIClient(raise_request_exception=False)
    api.credentials(HTTP_AUTHORIZATION=token_of(person(Role.OPERATOR), scopes=["inference:read"]).authorization)
    wrong = []

    for _request in range(REQUESTS // 2):
        content, headers, place = spoil_tensors(rng, made)
        url, kind = f"/v2/models/{model.slug}/infer", "application/json"
        answer = api.generic("POST", url, content, content_type=kind, headers=headers)
        told = answer.json()["error"] if answer["Content-Type"] == "application/json" else ""
        # As above for half a character.
        named = "(The body|Le corps)" if place is None or b"\\ud800" in content else rf"{re.escape(place)}[.\[:]"
        if answer.status_code != 400 or not re.match(named, told):
            wrong.append((answer.status_code, told[:200], place, headers, content[:300]))

    assert wrong == []
    assert Prediction.objects.count() == 0
