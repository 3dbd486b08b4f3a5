"""Who may do what with sources and runs over REST: a right of the owner and a scope of the token, both."""

import pytest

from apps.accounts.roles import Role
from apps.collection.enums import RunState
from tests.api_matrix import anonymous, assert_access, person, token_of
from tests.collection.factories import RunFactory

pytestmark = pytest.mark.django_db

READ, WRITE = ["collection:read"], ["collection:write"]
SOURCES = "/api/v1/collection/sources/"
RUNS = "/api/v1/collection/runs/"


def matrix(*, scopes, developer, operator, officer, administrator, anyone=403):
    """What each role gets with the scopes, after what is the same for all: no token, no role, other scopes."""
    by_role = {
        Role.AI_DEVELOPER: developer,
        Role.OPERATOR: operator,
        Role.DATA_PROTECTION_OFFICER: officer,
        Role.ADMINISTRATOR: administrator,
    }
    expected = {
        anonymous(): 401,
        token_of(person(), scopes=scopes): anyone,
        token_of(person(*by_role), scopes=["datasets:read"]): 403,
    }
    return expected | {token_of(person(role), scopes=scopes): status for role, status in by_role.items()}


@pytest.fixture
def run():
    """One that passed and set records aside."""
    plan = {"parts": [{"key": "p", "details": {"digest": "0" * 64}, "size": 1}]}
    counts = {"rows_read": 9, "rows_kept": 8, "rows_rejected": 1}
    return RunFactory(source__slug="towns", state=RunState.SUCCEEDED, plan=plan, **counts)


@pytest.mark.parametrize("path", ["kinds/", "sources/", "sources/towns/", "runs/", "runs/{run}/", "runs/{run}/events/"])
def test_who_sees_sources_and_runs(run, path):
    assert_access(
        "GET",
        f"/api/v1/collection/{path.format(run=run.pk)}",
        matrix(scopes=READ, developer=200, operator=200, officer=200, administrator=200),
    )


def test_who_sees_segments(run):
    expected = matrix(scopes=READ, developer=200, operator=200, officer=200, administrator=200)

    assert_access("GET", f"{RUNS}{run.pk}/segments/", expected)


@pytest.mark.parametrize("path", ["rejections/", "rejections/export/"])
def test_who_reads_rejected_records(run, path):
    expected = matrix(scopes=READ, developer=200, operator=403, officer=200, administrator=403)

    assert_access("GET", f"{RUNS}{run.pk}/{path}", expected)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", SOURCES, {"name": "A", "kind": "tiny", "settings": {}}, 201),
        ("POST", "/api/v1/collection/preview/", {"kind": "tiny", "settings": {}}, 200),
        ("PATCH", f"{SOURCES}towns/", {"description": "Other"}, 200),
        ("POST", f"{SOURCES}towns/preview/", {}, 200),
        ("POST", f"{SOURCES}towns/close/", {}, 200),
        ("POST", f"{SOURCES}towns/open/", {}, 200),
    ],
)
def test_who_makes_and_changes_sources(run, method, path, body, status):
    expected = matrix(scopes=WRITE, developer=status, operator=403, officer=403, administrator=403)

    assert_access(method, path, expected, body=body)


def test_who_deletes_a_source(run):
    expected = matrix(scopes=WRITE, developer=204, operator=403, officer=403, administrator=403)

    assert_access("DELETE", f"{SOURCES}towns/", expected)


def test_who_tests_a_source(run):
    expected = matrix(scopes=WRITE, developer=200, operator=200, officer=403, administrator=403)

    assert_access("POST", f"{SOURCES}towns/test/", expected, body={})


@pytest.mark.parametrize(
    ("path", "first", "then"),
    [
        (f"{SOURCES}towns/runs/", 201, 409),
        (RUNS + "{run}/replay/", 201, 409),
        (RUNS + "{run}/cancel/", 409, 409),
        (RUNS + "{run}/pause/", 409, 409),
        (RUNS + "{run}/resume/", 409, 409),
        (RUNS + "{run}/retry/", 409, 409),
    ],
)
def test_who_collects(run, path, first, then, monkeypatch):
    monkeypatch.setattr("apps.collection.tasks.collect_run.delay", lambda run_id: None)
    expected = matrix(scopes=WRITE, developer=first, operator=then, officer=403, administrator=403)

    assert_access("POST", path.format(run=run.pk), expected, body={})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", f"{SOURCES}towns/"),
        ("DELETE", f"{SOURCES}towns/"),
        ("POST", f"{SOURCES}towns/runs/"),
        ("POST", f"{RUNS}0/cancel/"),
    ],
)
def test_reading_is_not_writing(run, method, path):
    assert_access(method, path, {token_of(person(Role.AI_DEVELOPER), scopes=READ): 403}, body={})


@pytest.mark.parametrize("path", ["sources/", "sources/towns/", "runs/{run}/rejections/"])
def test_asking_for_the_headers_alone_takes_the_same_rights(run, path):
    expected = {token_of(person(), scopes=READ): 403, token_of(person(Role.AI_DEVELOPER), scopes=READ): 200}

    assert_access("HEAD", f"/api/v1/collection/{path.format(run=run.pk)}", expected)


def test_a_method_that_a_view_does_not_have_is_told_as_such(run):
    assert_access("PUT", f"{SOURCES}towns/", {token_of(person(Role.AI_DEVELOPER), scopes=WRITE): 405}, body={})


@pytest.mark.parametrize(("role", "status"), [(Role.USER, 403), (Role.AI_DEVELOPER, 404)])
@pytest.mark.parametrize("path", ["sources/nowhere/", "runs/0/", "runs/0/rejections/", "runs/99999999999999999999/"])
def test_whoever_may_not_see_learns_nothing_of_what_exists(run, path, role, status):
    assert_access("GET", f"/api/v1/collection/{path}", {token_of(person(role), scopes=READ): status})
