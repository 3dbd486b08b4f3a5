"""The line of a request, and its identifier from end to end."""

import pytest
from django.http import HttpResponse

from apps.core.request_log import RequestLogMiddleware, identify


@pytest.fixture
def ask(rf, caplog):
    """Make a request through the middleware alone; its response and the fields of its line."""
    caplog.set_level("DEBUG", logger="apps.core.request_log")

    def answer(request, route, status):
        request.resolver_match = type("Match", (), {"route": route})() if route else None
        return HttpResponse(status=status)

    def ask(path="/compte/une-cle/?q=jeanne", route="compte/<key>/", status=200, method="GET", **headers):
        request = rf.generic(method, path, headers=headers, REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="Firefox")
        response = RequestLogMiddleware(lambda request: answer(request, route, status))(request)
        return response, caplog.records[-1]

    return ask


def test_a_request_leaves_its_method_its_route_its_status_and_its_duration(ask):
    _response, record = ask(status=302)

    assert record.getMessage() == "request"
    assert (record.method, record.route, record.status) == ("GET", "compte/<key>/", 302)
    assert record.duration_ms >= 0


def test_neither_the_path_nor_the_address_nor_the_browser_is_logged(ask):
    _response, record = ask()

    assert not any(hidden in repr(vars(record)) for hidden in ("une-cle", "jeanne", "203.0.113.9", "Firefox"))


def test_a_path_of_no_page_is_not_logged_either(ask):
    assert ask(path="/jeanne@example.org", route=None, status=404)[1].route == "-"


def test_a_made_up_method_is_not_logged(ask):
    assert ask(method="JEANNE")[1].method == "OTHER"


@pytest.mark.parametrize(("status", "level"), [(200, "DEBUG"), (503, "INFO")])
def test_probes_are_quiet_while_all_is_well(ask, status, level):
    assert ask(route="api/v1/health/ready/", status=status)[1].levelname == level


def test_the_identifier_of_a_proxy_is_kept_and_given_back(ask):
    response, _record = ask(**{"X-Request-ID": "0123456789abcdef0123"})

    assert response["X-Request-ID"] == "0123456789abcdef0123"


@pytest.mark.parametrize("inbound", ["", "short", "a@example.org-0123456789", "x" * 65, "0123456789abcdef\n", "é" * 20])
def test_what_is_no_identifier_is_replaced(inbound):
    assert identify(inbound) != inbound
    assert len(identify(inbound)) == 32


@pytest.mark.django_db
def test_the_site_gives_an_identifier_to_each_answer(client):
    assert len(client.get("/no-such-page/")["X-Request-ID"]) == 32
