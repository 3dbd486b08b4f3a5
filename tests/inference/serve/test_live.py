"""Real servers, really asked: Triton's client, promotions under load, artefacts that were altered, logs at the end."""

import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import requests
import tritonclient.http as triton
from django.conf import settings
from tritonclient.utils import InferenceServerException

from apps.accounts.roles import Role
from apps.core import lake
from apps.inference.models import Prediction
from tests.api_matrix import person, token_of
from tests.inference.serve.test_protocol import as_tensors
from tests.inference.serve_factories import deploy, in_service, make_version, reports, tumours
from tests.inference.serve_live import live

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("serving"),
]

BOUND_S = 30


@pytest.fixture
def place(media_root) -> Path:
    return Path(settings.STORAGES["lake"]["OPTIONS"]["location"])


@pytest.fixture
def headers():
    caller = token_of(person(Role.AI_DEVELOPER), scopes=["inference:read"])
    return {"Authorization": caller.authorization}


def wait_until(condition):
    deadline = time.monotonic() + BOUND_S
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def ask(server, model, headers, rows, *, session=requests):
    url = f"{server.base}/api/v1/models/{model.slug}/predict/"
    return session.post(url, json={"rows": rows}, headers=headers, timeout=30)


def infer(server, model, headers, rows, *, session=requests):
    url, inputs = f"{server.base}/v2/models/{model.slug}/infer", as_tensors(tumours(), rows)
    return session.post(url, json={"inputs": inputs}, headers=headers, timeout=30)


def version_of(answer):
    told = answer.json()
    return int(told.get("model_version") or told.get("version", 0))


def test_the_client_of_triton_works_unmodified(place, headers):
    made = reports()
    model, rows = in_service(made), made.rows[:4]
    kinds = {"number": ("FP32", np.float32), "integer": ("INT64", np.int64), "boolean": ("BOOL", bool)}

    with live(lake=place) as server, triton.InferenceServerClient(f"127.0.0.1:{server.port}") as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready(model.slug, headers=headers)
        metadata = client.get_model_metadata(model.slug, headers=headers)
        assert [each["name"] for each in client.get_model_repository_index(headers=headers)] == [model.slug]
        inputs = []
        for each in made.signature.fields:
            datatype, kind = kinds.get(each.type, ("BYTES", object))
            values = np.array([[row[each.name]] for row in rows], kind)
            inputs.append(triton.InferInput(each.name, list(values.shape), datatype))
            inputs[-1].set_data_from_numpy(values, binary_data=each.name != "age")
        by_default = client.infer(model.slug, inputs, headers=headers)
        outputs = [
            triton.InferRequestedOutput("service", binary_data=True),
            triton.InferRequestedOutput("probabilities", binary_data=False),
        ]
        chosen = client.infer(model.slug, inputs, model_version="1", outputs=outputs, headers=headers, request_id="7")
        with pytest.raises(InferenceServerException, match=r"No version"):
            client.infer("nothing", inputs, headers=headers | {"Accept-Language": "en"})

    assert metadata["versions"] == ["1"]
    expected = np.array(made.golden["probabilities"][:4], np.float32)
    for result in (by_default, chosen):
        assert np.allclose(result.as_numpy("probabilities"), expected, atol=1e-5)
        classes = [name.decode() for name in result.as_numpy("service")]
        assert classes == [made.signature.output.classes[rank] for rank in expected.argmax(axis=1)]
    assert chosen.get_response()["id"] == "7"


def test_promoting_under_load_fails_no_request_and_all_processes_change(place, headers):
    model, rows = in_service(), tumours().rows[:1]
    second = make_version(model, tumours(seed=9))
    statuses, versions, stop = Counter(), [], threading.Event()

    def load(server, door):
        with requests.Session() as session:
            while not stop.is_set():
                answer = door(server, model, headers, rows, session=session)
                statuses[door.__name__, answer.status_code] += 1
                versions.append(version_of(answer))

    with live(lake=place) as server:
        threads = [threading.Thread(target=load, args=(server, door)) for door in (ask, infer) for _number in range(2)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(versions) > 50)
        deploy(second)
        wait_until(lambda: versions[-200:].count(2) == 200)
        deploy(model.versions.get(number=1))
        wait_until(lambda: versions[-200:].count(1) == 200)
        stop.set()
        for thread in threads:
            thread.join()

    assert set(statuses) == {("ask", 200), ("infer", 200)}
    assert set(versions) == {1, 2}


def test_an_artefact_that_was_altered_is_refused_and_the_version_before_goes_on(place, headers):
    model, rows = in_service(), tumours().rows[:1]
    second = make_version(model, tumours(seed=3))
    with lake.writing(second.file) as draft:
        draft.path.write_bytes(tumours(seed=3).content + b"\0")

    with live(lake=place, workers=1) as server:
        assert ask(server, model, headers, rows).json()["version"] == 1
        deploy(second)
        wait_until(lambda: "version_refused" in server.said)
        told = [version_of(door(server, model, headers, rows)) for door in (ask, infer)]
        health = requests.get(f"{server.base}/api/v1/health/", timeout=30).json()
        measures = requests.get(f"{server.base}/metrics", timeout=30).text

    assert told == [1, 1]
    assert {"name": "model_versions", "status": "failed"} in health["checks"]
    assert f'ecluse_model_swaps_total{{model="{model.slug}",outcome="refused"}} 1.0' in measures


def test_what_was_answered_is_in_the_log_though_the_server_ends_at_once(place, headers):
    model, rows = in_service(), tumours().rows[:20]

    with live(lake=place, SERVING_FLUSH_SECONDS="600") as server:
        answers = [ask(server, model, headers, rows).status_code for _number in range(5)]
        before = Prediction.objects.count()
        server.end()

    assert answers == [200] * 5
    assert before == 0
    assert Prediction.objects.count() == 100


def test_a_durable_log_loses_nothing_though_the_server_is_killed(place, headers):
    model, rows = in_service(serving={"is_durable": True}), tumours().rows[:3]

    with live(lake=place, SERVING_FLUSH_SECONDS="600") as server:
        assert ask(server, model, headers, rows).status_code == 200
        for process in server.family():
            process.kill()

    assert Prediction.objects.count() == 3


def test_the_log_is_written_within_moments(place, headers):
    model, rows = in_service(), tumours().rows[:3]

    with live(lake=place) as server:
        ask(server, model, headers, rows)
        wait_until(lambda: Prediction.objects.count() == 3)


def test_answers_are_the_same_where_errors_are_reported(place, headers):
    model = in_service()

    with live(lake=place, workers=1, SENTRY_DSN="http://key@127.0.0.1:9/1") as server:
        answers = [ask(server, model, headers, tumours().rows[:1]) for _time in range(2)]
        missing = requests.get(f"{server.base}/api/v1/nothing/", timeout=30)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
