"""`/api/v1/collection/sources/`: made, listed, tried, changed, opened, closed and deleted by programs."""

import pytest

from apps.accounts.models import AuditEvent
from apps.collection.collecting import collect
from apps.collection.connectors import CONNECTORS
from apps.collection.enums import RunState, SourceState
from apps.collection.exceptions import AuthError
from apps.collection.models import Source
from apps.collection.sealing import unseal
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.locked import Locked

pytestmark = pytest.mark.django_db

SOURCES = "/api/v1/collection/sources/"
NEW = {"name": "Towns", "kind": "tiny", "settings": {"rows": 5}}


@pytest.fixture
def _locked(monkeypatch):
    monkeypatch.setitem(CONNECTORS._by_kind, Locked.kind, Locked())


def errors_of(answer):
    assert answer.status_code == 400
    return {each["pointer"]: each["message"] for each in answer.json()["errors"]}


# --- Making ---------------------------------------------------------------------------------------
def test_a_source_is_made_as_a_draft(api, developer):
    answer = api.post(SOURCES, NEW)

    told, source = answer.json(), Source.objects.get()
    assert answer.status_code == 201
    assert (told["slug"], told["state"], told["settings"]["rows"], told["secrets"]) == ("towns", "draft", 5, [])
    assert source.created_by == developer
    assert AuditEvent.objects.get(action="source_created").actor == developer
    assert api.get(told["url"]).json() == told


def test_everything_that_a_person_decides_may_be_given_at_once(api):
    given = NEW | {
        "slug": "my-towns",
        "purpose": "Planning",
        "legal_basis": "public_task",
        "columns": ["name", "value"],
        "retention_days": 30,
        "max_rejected_share": 2.5,
        "mode": "incremental",
        "key_columns": ["name"],
        "parallel_parts": 4,
        "max_rows": 1_000,
        "schedule": {"cron": "0 6 * * 1", "time_zone": "Europe/Paris", "is_active": True},
        "contract": {"columns": [{"name": "name", "type": "text"}], "on_new": "stop"},
        "sheet": {"licence": "Licence Ouverte", "confidentiality": "internal"},
    }

    told = api.post(SOURCES, given).json()

    groups = ("schedule", "contract", "sheet", "settings")
    assert {name: told[name] for name in given if name not in groups} == {
        name: value for name, value in given.items() if name not in groups
    }
    assert told["schedule"].items() >= given["schedule"].items()
    assert told["contract"] == {"on_missing": "stop", "on_changed": "warn", **given["contract"]}
    assert told["sheet"].items() >= given["sheet"].items()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"kind": "unheard"}, "#/kind"),
        ({"settings": {"rows": "many"}}, "#/settings/rows"),
        ({"settings": {"colour": "red"}}, "#/settings/colour"),
        ({"settings": {"text": "a\0b"}}, "#/settings"),
        ({"slug": "nouvelle"}, "#/slug"),
        ({"slug": "taken"}, "#/slug"),
        ({"secrets": {"password": "x"}}, "#/secrets/password"),
        ({"retention_days": 0}, "#/retention_days"),
        ({"max_rejected_share": 2.5555}, "#/max_rejected_share"),
        ({"schedule": {"cron": "every day", "is_active": True}}, "#/schedule/cron"),
        ({"schedule": {"time_zone": "Mars/Olympus"}}, "#/schedule/time_zone"),
        ({"contract": {"on_new": "panic"}}, "#/contract/on_new"),
        ({"columns": ["name"], "key_columns": ["id"]}, "#/key_columns"),
        ({"state": "open"}, "#/state"),
    ],
)
def test_what_does_not_hold_is_told_where_it_was_written(api, changes, pointer):
    SourceFactory(slug="taken")

    errors = errors_of(api.post(SOURCES, NEW | changes))

    assert list(errors) == [pointer]
    assert Source.objects.count() == 1


# --- Secrets --------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_locked")
def test_secrets_are_written_and_never_told(api):
    made = api.post(SOURCES, {"name": "Bank", "kind": "locked", "settings": {}, "secrets": {"password": "h0rse"}})

    source = Source.objects.get()
    assert (made.json()["secrets"], unseal(source.secrets)) == (["password"], {"password": "h0rse"})
    assert "h0rse" not in made.text + api.get(f"{SOURCES}bank/").text + api.get(SOURCES).text
    assert "password" not in source.config


@pytest.mark.usefixtures("_locked")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"settings": {}}, ["password"]),
        ({"secrets": {"password": None}}, []),
        ({"secrets": {"password": "new"}}, ["password"]),
    ],
)
def test_secrets_that_are_left_out_stay_and_null_removes_one(api, body, expected):
    api.post(SOURCES, {"name": "Bank", "kind": "locked", "settings": {}, "secrets": {"password": "h0rse"}})

    told = api.patch(f"{SOURCES}bank/", body).json()

    assert told["secrets"] == expected
    assert told["settings"] == body.get("settings", {})


@pytest.mark.usefixtures("_locked")
def test_a_secret_is_asked_again_when_it_would_be_sent_elsewhere(api):
    api.post(SOURCES, {"name": "Bank", "kind": "locked", "settings": {}, "secrets": {"password": "h0rse"}})

    refused = api.patch(f"{SOURCES}bank/", {"settings": {"host": "other.org"}})
    tried = api.post(f"{SOURCES}bank/preview/", {"settings": {"host": "other.org"}})
    given = api.patch(f"{SOURCES}bank/", {"settings": {"host": "other.org"}, "secrets": {"password": "new"}})

    assert (refused.status_code, tried.status_code, given.status_code) == (400, 400, 200)
    assert "sent to another place" in str(refused.json())


@pytest.mark.usefixtures("_locked")
def test_a_secret_among_the_settings_is_refused(api):
    body = {"name": "Bank", "kind": "locked", "settings": {"password": "h0rse"}}

    assert list(errors_of(api.post(SOURCES, body))) == ["#/settings/password"]


# --- Reading --------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_the_list_says_how_each_source_stands(api):
    collect(run_id=RunFactory(source__slug="a").pk)
    SourceFactory(slug="b", is_draft=True)

    told = api.get(SOURCES).json()["results"]

    assert [(each["slug"], each["standing"]["tone"]) for each in told] == [("a", "ok"), ("b", "warn")]
    assert told[0]["latest_run"]
    assert "passed" in told[0]["standing"]["sentence"]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["a", "b", "c"]),
        ("state=draft", ["c"]),
        ("kind=file", ["b"]),
        ("kind=none", []),
        ("q=road", ["a"]),
        ("q=B", ["b"]),
        ("state=open&kind=tiny", ["a"]),
    ],
)
def test_the_list_is_narrowed(api, query, slugs):
    SourceFactory(slug="a", description="The roads")
    SourceFactory(slug="b", kind="file")
    SourceFactory(slug="c", is_draft=True)

    assert [each["slug"] for each in api.get(f"{SOURCES}?{query}").json()["results"]] == slugs


def test_a_state_that_is_none_is_refused(api):
    answer = api.get(f"{SOURCES}?state=lost")

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "state")


def queries_of(api, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(50) as counted:
        assert api.get(url).status_code == 200
    return len(counted)


def test_the_list_takes_as_many_queries_whatever_its_length(api, django_assert_max_num_queries):
    def add():
        RunFactory(
            state=RunState.HELD, verdict={"judged_at": "2026-01-01T00:00:00", "awaits_decision": False, "checks": []}
        )

    add()
    api.get(SOURCES)  # the token and the rights of its owner are looked up once
    first = queries_of(api, SOURCES, django_assert_max_num_queries)
    for _each in range(5):
        add()

    assert queries_of(api, SOURCES, django_assert_max_num_queries) == first


@pytest.mark.usefixtures("_locked")
def test_the_kinds_say_what_they_take_secrets_apart(api):
    told = {each["kind"]: each for each in api.get("/api/v1/collection/kinds/").json()}

    assert "url" in told["file"]["settings"]["properties"]
    assert told["tiny"]["label"] == "Tiny"
    assert (list(told["locked"]["settings"]["properties"]), told["locked"]["secrets"]) == (["host"], ["password"])


# --- Changing, opening, closing, deleting ---------------------------------------------------------
def test_a_change_leaves_what_it_does_not_name(api):
    source = SourceFactory(slug="towns", licence="ODbL", terms="Free", on_new_column="stop", cron="0 6 * * *")

    told = api.patch(f"{SOURCES}towns/", {"sheet": {"terms": "Ask"}, "contract": {"on_missing": "warn"}}).json()

    source.refresh_from_db()
    assert (told["sheet"]["licence"], told["sheet"]["terms"]) == ("ODbL", "Ask")
    assert (source.on_new_column, source.on_missing_column, source.cron) == ("stop", "warn", "0 6 * * *")
    assert AuditEvent.objects.get(action="source_changed").details == {"fields": ["on_missing_column", "terms"]}


@pytest.mark.parametrize("body", [{"kind": "file"}, {"slug": "other"}, {"name": None}, {"settings": {"rows": "x"}}])
def test_a_change_that_does_not_hold_changes_nothing(api, body):
    SourceFactory(slug="towns", name="Towns")

    errors_of(api.patch(f"{SOURCES}towns/", body))

    assert Source.objects.get().name == "Towns"


def test_a_draft_opens_once_it_says_what_it_is_for(api):
    SourceFactory(slug="towns", is_draft=True)

    refused = api.post(f"{SOURCES}towns/open/")
    api.patch(f"{SOURCES}towns/", {"purpose": "Planning", "legal_basis": "public_task"})
    opened = api.post(f"{SOURCES}towns/open/")

    assert (refused.status_code, refused.json()["code"]) == (400, "source_refused")
    assert "what the data is for" in refused.json()["detail"]
    assert opened.json()["state"] == SourceState.OPEN


def test_closing_a_source_stops_its_run(api):
    run = RunFactory(source__slug="towns")

    told = api.post(f"{SOURCES}towns/close/").json()

    run.refresh_from_db()
    assert (told["state"], run.state) == (SourceState.CLOSED, RunState.CANCELLED)


def test_a_source_that_is_being_collected_is_not_deleted(api):
    RunFactory(source__slug="towns")

    refused = api.delete(f"{SOURCES}towns/")
    api.post(f"{SOURCES}towns/close/")
    deleted = api.delete(f"{SOURCES}towns/")

    assert (refused.status_code, refused.json()["code"]) == (409, "run_already_active")
    assert deleted.status_code == 204
    assert not Source.objects.exists()


# --- Trying ---------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_locked")
def test_a_test_says_whether_the_source_answers(api):
    api.post(SOURCES, {"name": "Bank", "kind": "locked", "settings": {}, "secrets": {"password": "h0rse"}})
    with_password = api.post(f"{SOURCES}bank/test/").json()
    api.patch(f"{SOURCES}bank/", {"secrets": {"password": None}})

    assert with_password == {"is_well": True, "message": "example.org", "advice": "", "code": ""}
    assert api.post(f"{SOURCES}bank/test/").json()["is_well"] is False


def test_a_source_that_does_not_answer_is_told_with_its_message(api):
    SourceFactory(slug="towns", kind="file", config={"url": "http://127.0.0.1:1/towns.csv"})

    answer = api.post(f"{SOURCES}towns/test/")

    assert (answer.status_code, answer.json()["is_well"]) == (200, False)
    assert answer.json()["message"]


@pytest.mark.usefixtures("_locked")
def test_an_error_of_the_connector_is_told_with_what_to_do(api, monkeypatch):
    def refuse(self, config):
        raise AuthError

    monkeypatch.setattr(Locked, "check", refuse)
    SourceFactory(slug="bank", kind="locked", config={})

    told = api.post(f"{SOURCES}bank/test/").json()

    assert (told["is_well"], told["code"]) == (False, "source_refuses_us")
    assert told["message"]
    assert told["advice"]


def test_a_preview_gives_the_first_rows_and_keeps_nothing(api):
    SourceFactory(slug="towns", config={"rows": 3})

    told = api.post(f"{SOURCES}towns/preview/", {"settings": {"rows": 100, "batch": 50, "rejected": [2]}}).json()

    assert [each["name"] for each in told["columns"]] == ["name", "value"]
    assert told["rows"][:2] == [["name 1", "value 1"], ["name 3", "value 3"]]
    assert len(told["rows"]) == 20
    assert [(each["record"], each["reason"]) for each in told["rejected"]] == [(2, "too_few_columns")]
    assert Source.objects.get().config == {"rows": 3}


def test_a_preview_needs_no_source(api):
    told = api.post("/api/v1/collection/preview/", {"kind": "tiny", "settings": {"rows": 2}}).json()

    assert len(told["rows"]) == 2
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("tried", "status"), [({"breaks_after": 0, "error": "transient"}, 503), ({"rows": "many"}, 400)]
)
def test_a_preview_that_fails_is_a_problem(api, tried, status):
    answer = api.post("/api/v1/collection/preview/", {"kind": "tiny", "settings": tried})

    assert answer.status_code == status


@pytest.mark.parametrize("url", [f"{SOURCES}towns/test/", f"{SOURCES}towns/preview/", "/api/v1/collection/preview/"])
def test_trials_are_few_enough_to_leave_the_others_their_turn(api, settings, url):
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"source_trials": "1/day"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
    SourceFactory(slug="towns")
    body = {"kind": "tiny", "settings": {}} if url.endswith("collection/preview/") else {}

    assert [api.post(url, body).status_code for _time in range(2)] == [200, 429]
    assert api.get(SOURCES).status_code == 200
