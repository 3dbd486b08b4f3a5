"""What would leave for Sentry, captured where it would leave."""

import json
from contextlib import contextmanager

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from apps.core.error_reports import error_report_options

HIDDEN = {
    "e-mail": "jeanne@example.org",
    "password": "hunter2",
    "variable": "correct horse battery",
    "token": "ecl_0123456789abcdef",
    "nested": "tok-nested-value",
    "address": "203.0.113.9",
    "cookie": "cookie-value",
    "query": "maladie-rare",
    "user": "Jeanne Dupont",
}


class Captured(Transport):
    def __init__(self, options=None):
        super().__init__(options)
        self.envelopes = []

    def capture_envelope(self, envelope):
        self.envelopes.append(envelope)

    @property
    def text(self):
        return "\n".join(
            json.dumps(item.payload.json) if item.payload.json else item.payload.get_bytes().decode()
            for envelope in self.envelopes
            for item in envelope.items
        )


@contextmanager
def captured(**options):
    transport = Captured()
    client = sentry_sdk.Client(
        dsn="https://key@sentry.invalid/1", transport=transport, default_integrations=False, **options
    )
    with sentry_sdk.isolation_scope() as scope, sentry_sdk.new_scope() as current:
        scope.set_client(client)
        current.set_client(client)
        yield transport
    client.close(timeout=0)


@pytest.fixture
def sent():
    with captured(**error_report_options()) as transport:
        yield transport


def fail():
    variable = HIDDEN["variable"]
    raise ValueError(f"no account for {HIDDEN['e-mail']}, password={HIDDEN['password']}, {len(variable)}")


def capture_everything():
    sentry_sdk.set_user({"id": 1, "username": HIDDEN["user"], "ip_address": HIDDEN["address"]})
    sentry_sdk.set_tag("who", HIDDEN["e-mail"])
    sentry_sdk.set_context("call", {"outer": [{"inner": {"api_token": HIDDEN["nested"]}}]})
    sentry_sdk.get_current_scope().set_extra("sent", {"headers": [{"Authorization": f"Bearer {HIDDEN['token']}"}]})
    sentry_sdk.add_breadcrumb(message=f"GET /?q={HIDDEN['query']}", data={"from": HIDDEN["address"]})

    def add_request(event, hint):
        event["request"] = {
            "method": "POST",
            "url": f"https://x.test/{HIDDEN['e-mail']}",
            "query_string": f"q={HIDDEN['query']}",
            "cookies": {"sessionid": HIDDEN["cookie"]},
            "headers": {"X-Forwarded-For": HIDDEN["address"]},
            "data": {"password": HIDDEN["password"]},
            "env": {"REMOTE_ADDR": HIDDEN["address"]},
        }
        return event

    sentry_sdk.get_current_scope().add_event_processor(add_request)
    try:
        fail()
    except ValueError as error:
        sentry_sdk.capture_exception(error)


@pytest.mark.parametrize("what", HIDDEN)
def test_a_report_leaks_nothing(sent, what):
    capture_everything()

    assert HIDDEN[what] not in sent.text


def test_the_same_report_would_leak_almost_everything_without_our_options():
    with captured() as transport:
        capture_everything()

    assert [what for what, hidden in HIDDEN.items() if hidden not in transport.text] == ["cookie"]


def test_a_report_still_says_what_failed_and_where(sent):
    capture_everything()

    event = json.loads(sent.text)
    [exception] = event["exception"]["values"]
    assert exception["type"] == "ValueError"
    assert exception["value"] == "no account for [masked], password=[masked], 21"
    assert exception["stacktrace"]["frames"][-1]["function"] == "fail"
    assert event["request"] == {"method": "POST"}
