"""What is answered before Django, and what is led to it: the same to whoever asks."""

import io
from datetime import timedelta

import orjson
import pytest
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone

from apps.accounts.models import ApiToken
from apps.accounts.roles import Role
from apps.inference.api.door import Door
from apps.inference.enums import Slot
from apps.inference.models import Prediction, TrafficHour
from apps.inference.serving.callers import CALLERS
from apps.inference.serving.journal import JOURNAL
from apps.inference.serving.quotas import QUOTAS
from apps.inference.serving.slots import SLOTS
from config.wsgi import in_one_piece
from tests.api_matrix import person, token_of
from tests.inference.serve_factories import in_service, tumours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_in_a_server(settings):
    """What was loaded is held, and the log waits; no thread of theirs outlives the test. The connection is that of the
    test, which a request does not close."""
    settings.SERVING_POLL_SECONDS = settings.SERVING_FLUSH_SECONDS = 3600
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    for each in (SLOTS, JOURNAL):
        each._stopped.set()
        each.forget()


@pytest.fixture
def token():
    return token_of(person(Role.AI_DEVELOPER), scopes=["inference:read"])


class Server:
    """A door, and how many requests it led to Django."""

    def __init__(self, model, token):
        self.model, self.token, self.led = model, token, 0
        self.door = Door(self.lead)

    def lead(self, environ, start_response):
        self.led += 1
        return in_one_piece(environ, start_response)

    def ask(self, rows=None, **environ):
        body = orjson.dumps({"rows": tumours().rows[:1] if rows is None else rows})
        asked = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/api/v1/models/{self.model.slug}/predict/",
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_AUTHORIZATION": self.token.authorization,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
        } | environ
        started = []
        content = b"".join(self.door(asked, lambda status, headers, *_rest: started.append((status, headers))))
        ((status, headers),) = started
        assert sum(name.lower() == "x-request-id" for name, _value in headers) == 1
        return int(status[:3]), dict(headers), orjson.loads(content)


@pytest.fixture
def server(media_root, token):
    return Server(in_service(), token)


@pytest.fixture
def warm(server):
    """A server that was asked a moment ago."""
    assert server.ask()[0] == 200
    server.led = 0
    return server


def without(receipts, told):
    return [{name: value for name, value in each.items() if name not in receipts} for each in told["predictions"]]


def test_the_door_answers_what_django_answered_under_the_same_headers(server):
    status, headers, told = server.ask()
    at_the_door = server.ask()

    assert server.led == 1
    assert (status, at_the_door[0]) == (200, 200)
    assert without({"receipt"}, at_the_door[2]) == without({"receipt"}, told)
    own = {"X-Request-ID", "Content-Length"}
    assert {n: v for n, v in at_the_door[1].items() if n not in own} == {
        n: v for n, v in headers.items() if n not in own
    }
    assert at_the_door[1]["X-Request-ID"] != headers["X-Request-ID"]
    assert int(at_the_door[1]["Content-Length"]) > 0


def test_what_the_door_answers_is_in_the_log_and_counted(warm):
    warm.ask()
    JOURNAL.flush()

    assert warm.led == 0
    assert Prediction.objects.filter(token=ApiToken.objects.get().pk).count() == 2
    assert TrafficHour.objects.get().rows == 2


def test_the_identifier_that_a_proxy_gave_is_kept(warm):
    _status, headers, _told = warm.ask(HTTP_X_REQUEST_ID="a-proxy-said-0123456789")

    assert (warm.led, headers["X-Request-ID"]) == (0, "a-proxy-said-0123456789")


def test_an_explanation_is_given_at_the_door_too(warm):
    row = tumours().rows[0]
    body = orjson.dumps({"rows": [row], "explain": True})
    status, _headers, told = warm.ask(**{"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})

    assert (warm.led, status) == (0, 200)
    assert "explanation" in told["predictions"][0]


def test_refused_rows_are_refused_by_django_and_counted_once(warm):
    status, _headers, told = warm.ask(rows=[tumours().rows[0] | {"mean_radius": "wide"}])
    JOURNAL.flush()

    assert (warm.led, status) == (1, 400)
    assert told["errors"][0]["pointer"] == "#/rows/0/mean_radius"
    assert TrafficHour.objects.get().requests["refused"] == {"api": {"invalid": 1}}
    assert TrafficHour.objects.get().rows == 1


def test_what_fails_once_it_was_counted_is_counted_once_and_told(warm, monkeypatch):
    version = SLOTS.held(warm.model.slug).loaded[Slot.CHAMPION]
    asked = []
    monkeypatch.setattr(type(version.predictor), "predict", lambda _self, inputs: asked.append(inputs) or 1 / 0)

    status, _headers, told = warm.ask()
    JOURNAL.flush()

    assert (status, told["code"]) == (500, "server_error")
    assert len(asked) == 1
    assert [count.told + count.new for count in QUOTAS._counts.values()] == [2]
    assert TrafficHour.objects.get().requests["refused"] == {"api": {"server_error": 1}}


def test_a_model_whose_name_is_that_of_the_act_teaches_nothing(media_root, token):
    server = Server(in_service(), token)
    server.ask(PATH_INFO="/api/v1/models/predict/", REQUEST_METHOD="GET")

    _status, headers, _told = server.ask()

    assert "Allow" not in headers
    assert "Allow" not in server.ask()[1]


def test_rows_beyond_the_limit_of_the_hour_are_refused_and_count_for_nothing(server):
    server.model.spec["serving"] = {"rows_per_hour": 3}
    server.model.save()
    row = tumours().rows[0]

    told = [server.ask(rows=[row] * count)[0] for count in (1, 3, 2, 1)]

    assert told == [200, 429, 200, 429]


def test_a_token_that_expires_is_refused_at_once(warm):
    CALLERS.recall(warm.token.authorization).token.expiry = timezone.now() - timedelta(seconds=1)

    assert (warm.ask()[0], warm.led) == (401, 1)


def test_a_token_that_was_not_seen_a_moment_ago_is_looked_up(warm):
    CALLERS.forget()

    assert (warm.ask()[0], warm.led) == (200, 1)


def test_a_token_without_the_scope_is_refused(warm):
    warm.token = token_of(person(Role.AI_DEVELOPER), scopes=["datasets:read"])

    assert [warm.ask()[0] for _time in range(2)] == [403, 403]
    assert warm.led == 2


def test_whoever_may_not_use_the_model_is_not_told_that_it_is_there(warm):
    warm.token = token_of(person(), scopes=["inference:read"])
    warm.model.audience = "developers"
    warm.model.save()
    SLOTS.refresh()

    assert [warm.ask()[0] for _time in range(2)] == [404, 404]


def test_a_log_that_is_written_before_the_answer_needs_django(server):
    server.model.spec["serving"] = {"is_durable": True}
    server.model.save()

    assert [server.ask()[0] for _time in range(2)] == [200, 200]
    assert server.led == 2
    assert Prediction.objects.count() == 2


def test_a_model_that_was_withdrawn_is_no_longer_answered(warm):
    warm.model.deployments.update(withdrawn_at=timezone.now())
    SLOTS.refresh()

    assert (warm.ask()[0], warm.led) == (404, 1)


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"HTTP_HOST": "elsewhere.example"}, 400),
        ({"HTTP_COOKIE": "ecluse_theme=dark"}, 200),
        ({"QUERY_STRING": "slot=preproduction"}, 404),
        ({"CONTENT_TYPE": "text/plain"}, 415),
        ({"REQUEST_METHOD": "GET"}, 405),
        ({"HTTP_AUTHORIZATION": "Bearer ecl_unknown"}, 401),
        ({"PATH_INFO": "/api/v1/models/none/predict/"}, 404),
        ({"CONTENT_LENGTH": str(django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}, 413),
    ],
)
def test_what_differs_from_what_was_let_through_goes_the_whole_way(warm, environ, status):
    assert (warm.ask(**environ)[0], warm.led) == (status, 1)


def test_the_way_to_a_door_that_must_be_safe_is_looked_at(warm, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert (warm.ask(HTTP_X_FORWARDED_PROTO="https")[0], warm.led) == (200, 1)
    assert (warm.ask(HTTP_X_FORWARDED_PROTO="https")[0], warm.led) == (200, 1)
    assert (warm.ask(HTTP_X_FORWARDED_PROTO="http")[0], warm.led) == (200, 2)
