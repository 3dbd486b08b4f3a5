"""`/api/v1/health/`, `live/` and `ready/`, with servers that are really there and servers that really are not."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from apps.core.api import views
from apps.core.api.probing import probe
from apps.core.declarations import HealthCheck
from apps.core.errors import TemporaryFailure

LIVE, READY, ALL = "/api/v1/health/live/", "/api/v1/health/ready/", "/api/v1/health/"


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port of this machine where nothing listens: bound, so that nobody else takes it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def _no_database(monkeypatch: pytest.MonkeyPatch, dead_port: int) -> None:
    """New connections, those of the checks, go to the dead port."""
    for key, value in {"HOST": "127.0.0.1", "PORT": dead_port}.items():
        monkeypatch.setitem(connections.settings["default"], key, value)


@pytest.fixture
def _no_redis(settings: Any, dead_port: int) -> None:
    location = f"redis://127.0.0.1:{dead_port}/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": location}}


@pytest.mark.usefixtures("_no_database", "_no_redis")
def test_the_process_is_alive_without_its_database_and_its_cache(api: APIClient) -> None:
    answer = api.get(LIVE)

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


@pytest.mark.django_db
def test_the_instance_is_ready_when_all_that_is_critical_answers(api: APIClient) -> None:
    answer = api.get(READY)

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert {check["name"] for check in answer.json()["checks"]} == {"database", "migrations", "cache"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_database")
def test_the_instance_is_not_ready_without_its_database(api: APIClient) -> None:
    answer = api.get(READY)

    told = answer.json()
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "30"
    assert told["code"] == "unavailable"
    assert {"name": "database", "status": "failed"} in told["checks"]
    assert {"name": "cache", "status": "ok"} in told["checks"]


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_redis")
def test_the_instance_is_not_ready_without_its_cache(api: APIClient) -> None:
    answer = api.get(READY)

    assert answer.status_code == 503
    assert {"name": "cache", "status": "failed"} in answer.json()["checks"]


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_redis")
def test_other_addresses_answer_503_while_nothing_can_be_counted(api: APIClient) -> None:
    answer = api.get("/api/v1/")

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer["Retry-After"] == "30"


@pytest.mark.django_db
def test_anyone_reads_names_and_outcomes_only(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, failing("disk", critical=False))

    answer = api.get(ALL)

    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "checks": [{"name": "disk", "status": "failed"}]}


@pytest.mark.django_db
def test_a_person_without_a_role_reads_no_more(signed_in: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, failing("disk", critical=False))

    answer = signed_in.get(ALL)

    assert answer.json()["checks"] == [{"name": "disk", "status": "failed"}]


@pytest.mark.django_db
def test_staff_reads_what_a_check_complains_of(
    signed_in: APIClient, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.is_staff = True
    person.save()
    only(monkeypatch, failing("disk", critical=True))

    answer = signed_in.get(ALL)

    (check,) = answer.json()["checks"]
    assert answer.json()["status"] == "failed"
    assert check["problem"] == "The disk is full."
    assert check["critical"] is True
    assert check["seconds"] >= 0


def test_what_hangs_is_a_failure_after_its_time_and_costs_one_thread() -> None:
    release = threading.Event()
    hanging = HealthCheck(name="hanging", label="Hanging", check=lambda: release.wait(30))
    before = threading.active_count()

    first = probe([hanging, passing("fine")], within=0.1)
    second = probe([hanging], within=0.1)
    threads = threading.active_count() - before
    release.set()

    assert [result.is_well for result in first] == [False, True]
    assert [result.problem for result in second] == ["TimeoutError"]
    assert threads == 1


def test_a_check_is_asked_again_at_the_next_probe() -> None:
    asked = []
    check = HealthCheck(name="counted", label="Counted", check=lambda: asked.append(1))

    probe([check])
    probe([check])

    assert len(asked) == 2


def passing(name: str) -> HealthCheck:
    return HealthCheck(name=name, label=name, check=lambda: None)


def failing(name: str, *, critical: bool) -> HealthCheck:
    def check() -> None:
        raise TemporaryFailure("The disk is full.")

    return HealthCheck(name=name, label=name, check=check, critical=critical)


def only(monkeypatch: pytest.MonkeyPatch, *checks: HealthCheck) -> None:
    """Make these the only checks that are declared."""
    monkeypatch.setitem(views.health_checks.__dict__, "by_app", {"core": list(checks)})
