"""A real MLServer, started from its package, asked as a person's service is: through the guard and the adapter."""

import os
import signal
import threading
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest

from apps.core.http.errors import BrokenResponse, PageGone, Unreachable
from apps.inference.adapters import Question
from apps.inference.calling import ask_service, check_service
from apps.inference.enums import Capability, Hosting, ServiceKind
from apps.inference.exceptions import AiServiceRefused
from apps.inference.models import AiService, ServiceDay
from tests.benchmarks.peers import HOMES, mlserver_model, peer
from tests.inference.people_factories import TOLD, orientation
from tests.inference.serve_factories import tumours

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db,
    pytest.mark.xdist_group("mlserver"),
    pytest.mark.skipif(
        not (HOMES / "mlserver").exists() and os.environ.get("CI") != "true",
        reason="MLServer is not installed here: make bench-peers PEERS=mlserver",
    ),
]

WIDTH = len(tumours().signature.fields)


def started(place):
    """MLServer with the tumours, whose input it declares; the same undeclared; texts, a field to an input."""
    folder, model, texts = place / "MLServer", place / "MLServer" / "model.onnx", place / "texts.onnx"
    texts.write_bytes(orientation().content)
    (place / "tumours.onnx").write_bytes(tumours().content)
    folder.mkdir()
    rows = {"name": "rows", "datatype": "FP32", "shape": [-1, WIDTH]}
    fields = [{"name": name, "datatype": "BYTES", "shape": [-1, 1]} for name in orientation().signature.names]
    mlserver_model(folder / "declared", "declared", model, inputs=[rows])
    mlserver_model(folder / "texts", "texts", texts, "Texts", inputs=fields)
    return peer("MLServer", place / "tumours.onnx", tumours(), place)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with started(tmp_path_factory.mktemp("mlserver")) as running:
        assert not isinstance(running, str), running
        yield running


@pytest.fixture
def service_of(settings, own_cache):
    """A service that a person declared, which speaks to this server through the guard, that lets loopback be called."""

    def service_of(server, remote_model="tumours"):
        where = urlsplit(server.url)
        settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.OUTBOUND_ALLOWED_PORTS = [80, 443, where.port]
        settings.OUTBOUND_REQUESTS_PER_SECOND = 0
        return AiService.objects.create(
            slug=remote_model,
            name=remote_model,
            kind=ServiceKind.V2,
            capabilities=[Capability.PREDICT, Capability.CLASSIFY],
            url=f"{where.scheme}://{where.netloc}",
            remote_model=remote_model,
            hosting=Hosting.EU,
            is_open=True,
            requests_per_minute=1_000,
            timeout_s=10,
        )

    return service_of


def predict(service, rows):
    question = Question(capability=Capability.PREDICT, given={"rows": rows})
    return ask_service(service=service, question=question).output


def test_it_is_well(server, service_of):
    service = service_of(server)

    check_service(service=service)

    service.refresh_from_db()
    assert (service.last_error, service.failures) == ("", 0)
    assert service.checked_at


@pytest.mark.parametrize("remote_model", ["tumours", "declared"])
def test_rows_of_numbers_go_in_one_tensor_whether_it_declares_it_or_not(server, service_of, remote_model):
    service = service_of(server, remote_model)

    answers = predict(service, tumours().rows[:5])

    day = ServiceDay.objects.get()
    assert np.allclose(answers, tumours().golden["probabilities"], atol=1e-5)
    assert (day.requests, day.errors) == (1, 0)


def test_texts_go_as_they_are_written_each_field_in_its_tensor(server, service_of):
    service = service_of(server, "texts")
    rows = [{"texte": text, "quartier": "Quai-Bas"} for texts in TOLD.values() for text in texts]

    assert predict(service, rows) == [name for name, texts in TOLD.items() for _text in texts]


def test_rows_of_another_shape_are_refused_before_it_fails_on_them(server, service_of):
    service, texts = service_of(server, "declared"), service_of(server, "texts")
    row = tumours().rows[0]
    narrow = {name: row[name] for name in list(row)[1:]}

    with pytest.raises(AiServiceRefused, match=f"rows of {WIDTH} values; these have {WIDTH - 1}"):
        predict(service, [narrow])
    with pytest.raises(AiServiceRefused, match="Row 2"):
        predict(service, [row, narrow])
    with pytest.raises(AiServiceRefused, match="“rue”"):
        predict(texts, [{"texte": "une fuite", "rue": "du Bief"}])

    service.refresh_from_db()
    assert (service.last_error, service.failures) == ("", 0)
    assert np.allclose(predict(service, [row]), tumours().golden["probabilities"][:1], atol=1e-5)


def test_a_model_that_it_does_not_have_is_said_and_counted(server, service_of):
    service = service_of(server, "nothing")

    with pytest.raises(PageGone):
        check_service(service=service)
    with pytest.raises(PageGone):
        predict(service, tumours().rows[:1])

    service.refresh_from_db()
    assert (service.last_error, service.failures) == ("page_gone", 2)
    assert ServiceDay.objects.get().errors == 1


def test_a_server_that_is_killed_half_way_is_a_failure_that_is_tried_again_later(tmp_path, service_of):
    with started(tmp_path) as server:
        assert not isinstance(server, str), server
        service, process = service_of(server), psutil.Process(server.process.pid)
        predict(service, tumours().rows[:1])
        process.suspend()  # what is asked now is received, and answered by nobody
        threading.Timer(0.5, process.send_signal, [signal.SIGKILL]).start()

        with pytest.raises((BrokenResponse, Unreachable)):
            predict(service, tumours().rows[:1])
        process.wait(timeout=30)
        with pytest.raises(Unreachable):
            check_service(service=service)

    service.refresh_from_db()
    day = ServiceDay.objects.get()
    assert (service.last_error, service.failures) == ("unreachable", 2)
    assert (day.requests, day.errors) == (2, 1)
