"""`/api/v1/collection/runs/`: asked for, followed to their end, stopped, gone on with, and what they leave."""

import pytest

from apps.accounts.models import AuditEvent
from apps.collection.collecting import collect
from apps.collection.enums import LoadMode, RunMode, RunState, Trigger
from apps.collection.models import Run
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db

RUNS = "/api/v1/collection/runs/"
START = "/api/v1/collection/sources/towns/runs/"


def collected(**config):
    """A run of the source `towns` that is over."""
    source = SourceFactory(slug="towns", config=config, max_rejected_share=50)
    return collect(run_id=RunFactory(source=source).pk)


# --- Asking ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source_mode", "body", "mode"),
    [
        (LoadMode.FULL, {}, RunMode.FULL),
        (LoadMode.INCREMENTAL, {}, RunMode.INCREMENTAL),
        (LoadMode.INCREMENTAL, {"mode": "full"}, RunMode.FULL),
        (LoadMode.INCREMENTAL, {"mode": "incremental"}, RunMode.INCREMENTAL),
        (LoadMode.INCREMENTAL, {"mode": "backfill", "since": "2026-01-01"}, RunMode.BACKFILL),
        (LoadMode.INCREMENTAL, {"since": "2026-01-01", "until": "2026-02-01"}, RunMode.BACKFILL),
    ],
)
def test_a_run_is_asked_for_and_handed_to_a_worker_once_it_is_written(
    api, developer, handed_out, source_mode, body, mode
):
    SourceFactory(slug="towns", mode=source_mode, key_columns=["name"])

    answer, sent = handed_out(lambda: api.post(START, body))

    told, run = answer.json(), Run.objects.get()
    assert (answer.status_code, told["state"], told["mode"]) == (201, "waiting", mode)
    assert (run.trigger, run.requested_by, run.since) == (Trigger.API, developer, body.get("since", ""))
    assert sent == [run.pk]
    assert AuditEvent.objects.get(action="run_requested").actor == developer


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"mode": "backfill"}, 400, "invalid"),
        ({"mode": "full", "since": "2026-01-01"}, 400, "invalid"),
        ({"mode": "replay"}, 400, "invalid"),
        ({"mode": "incremental"}, 409, "source_not_incremental"),
        ({"since": "2026-01-01"}, 409, "source_not_incremental"),
    ],
)
def test_a_request_that_means_nothing_is_refused(api, handed_out, body, status, code):
    SourceFactory(slug="towns")

    answer, sent = handed_out(lambda: api.post(START, body))

    assert (answer.status_code, answer.json()["code"], sent) == (status, code, [])


def test_a_source_has_one_run_at_a_time(api):
    RunFactory(source__slug="towns")

    answer = api.post(START)

    assert (answer.status_code, answer.json()["code"]) == (409, "run_already_active")


def test_a_draft_is_not_collected(api):
    SourceFactory(slug="towns", is_draft=True)

    assert api.post(START).json()["code"] == "source_not_open"


# --- Following ------------------------------------------------------------------------------------
def test_a_run_that_goes_on_says_how_far_it_is(api):
    run = RunFactory(state=RunState.RUNNING, rows_read=60, rows_kept=59, rows_rejected=1, bytes_read=5, bytes_total=10)

    told = api.get(f"{RUNS}{run.pk}/").json()

    assert (told["rows_read"], told["rows_kept"], told["rows_rejected"], told["share_read"]) == (60, 59, 1, 0.5)
    assert (told["is_over"], told["verdict"], told["error"]) == (False, None, None)
    assert told["standing"]["tone"] == "info"


@pytest.mark.django_db(transaction=True)
def test_a_run_that_passed_tells_its_verdict_in_words(api):
    run = collected(rows=10)

    told = api.get(f"{RUNS}{run.pk}/").json()

    assert (told["state"], told["verdict"]["state"]) == ("succeeded", "open")
    assert "Records were read" in [check["name"] for check in told["verdict"]["checks"]]
    assert told["standing"]["sentence"].startswith("Passed")


@pytest.mark.django_db(transaction=True)
def test_a_run_that_failed_tells_why_and_what_to_do(api):
    run = collected(breaks_after=1, error="auth")

    error = api.get(f"{RUNS}{run.pk}/").json()["error"]

    assert error["code"] == "source_refuses_us"
    assert error["title"]
    assert error["advice"]


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 3), ("source=towns", 1), ("state=held", 1), ("mode=backfill", 1), ("source=none", 0), ("state=paused", 0)],
)
def test_the_list_is_narrowed(api, query, count):
    RunFactory(source__slug="towns")
    RunFactory(state=RunState.HELD)
    RunFactory(mode=RunMode.BACKFILL)

    assert len(api.get(f"{RUNS}?{query}").json()["results"]) == count


@pytest.mark.parametrize("query", ["state=lost", "mode=half", "limit=0"])
def test_a_filter_that_means_nothing_is_refused(api, query):
    assert api.get(f"{RUNS}?{query}").status_code == 400


def test_the_list_takes_as_many_queries_whatever_its_length(api, django_assert_num_queries):
    verdict = {"judged_at": "2026-01-01T00:00:00", "awaits_decision": False, "checks": []}
    for _each in range(5):
        RunFactory(state=RunState.HELD, verdict=verdict)
    api.get(RUNS)  # the token of the request is looked up once

    with django_assert_num_queries(RIGHTS + 1):
        api.get(RUNS)


# What the token and the rights of its owner cost each request.
RIGHTS = 2


# --- Acting ---------------------------------------------------------------------------------------
def test_a_run_is_paused_resumed_and_cancelled(api, handed_out):
    run = RunFactory()

    paused = api.post(f"{RUNS}{run.pk}/pause/").json()
    resumed, sent = handed_out(lambda: api.post(f"{RUNS}{run.pk}/resume/").json())
    cancelled = api.post(f"{RUNS}{run.pk}/cancel/").json()

    assert [each["state"] for each in (paused, resumed, cancelled)] == ["paused", "waiting", "cancelled"]
    assert sent == [run.pk]


def test_a_cancelled_run_is_retried(api, handed_out):
    run = RunFactory(state=RunState.CANCELLED)

    answer, sent = handed_out(lambda: api.post(f"{RUNS}{run.pk}/retry/"))

    assert (answer.json()["state"], sent) == ("waiting", [run.pk])


@pytest.mark.parametrize(
    ("act", "state", "code"),
    [
        ("cancel", RunState.SUCCEEDED, "run_over"),
        ("pause", RunState.SUCCEEDED, "run_over"),
        ("resume", RunState.WAITING, "run_not_paused"),
        ("retry", RunState.SUCCEEDED, "run_not_retryable"),
        ("replay", RunState.SUCCEEDED, "run_not_replayable"),
    ],
)
def test_what_a_run_cannot_do_is_refused(api, handed_out, act, state, code):
    run = RunFactory(state=state)

    answer, sent = handed_out(lambda: api.post(f"{RUNS}{run.pk}/{act}/"))

    assert (answer.status_code, answer.json()["code"], sent) == (409, code, [])


def test_the_rejected_records_of_a_run_are_replayed_by_another(api, handed_out):
    plan = {"parts": [{"key": "p", "details": {"digest": "0" * 64}, "size": 1}]}
    run = RunFactory(state=RunState.SUCCEEDED, plan=plan, rows_read=1, rows_rejected=1)

    answer, sent = handed_out(lambda: api.post(f"{RUNS}{run.pk}/replay/"))

    told = answer.json()
    assert (answer.status_code, told["mode"], told["replays"], told["trigger"]) == (201, "replay", run.pk, "api")
    assert sent == [told["id"]]


# --- What it leaves -------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_its_log_is_told_in_order(api):
    run = collected(rows=10)

    told = api.get(f"{RUNS}{run.pk}/events/").json()["results"]

    assert [each["code"] for each in told] == ["started", "planned", "judged"]
    assert told[1]["text"] == "Planned: parts to read: 1, columns: 2."


@pytest.mark.django_db(transaction=True)
def test_its_rejected_records_are_read_page_by_page(api):
    run = collected(rows=20, rejected=[2, 3, 11], text="")

    first = api.get(f"{RUNS}{run.pk}/rejections/?limit=2").json()
    second = api.get(first["next"]).json()

    records = [each["record"] for page in (first, second) for each in page["results"]]
    assert (records, second["next"]) == ([2, 3, 11], None)
    assert first["results"][0] == {
        "part": "p0",
        "record": 2,
        "reason": "too_few_columns",
        "said": "2 cells were expected, and 1 found: too few.",
        "details": {"expected": 2, "found": 1},
        "text": "someone@example.org, record 2",
    }


@pytest.mark.django_db(transaction=True)
def test_its_rejected_records_are_narrowed_to_a_reason(api):
    run = collected(rows=20, rejected=[2])

    def count(reason):
        return len(api.get(f"{RUNS}{run.pk}/rejections/?reason={reason}").json()["results"])

    assert (count("too_few_columns"), count("unclosed_quote")) == (1, 0)
    assert api.get(f"{RUNS}{run.pk}/rejections/?reason=bad").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_its_rejected_records_are_downloaded_and_it_is_recorded(api, developer):
    run = collected(rows=20, rejected=[2, 5])

    answer = api.get(f"{RUNS}{run.pk}/rejections/export/", headers={"Accept": "text/csv"})

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert AuditEvent.objects.get(action="rejections_exported").actor == developer


@pytest.mark.django_db(transaction=True)
def test_its_segments_are_listed_with_their_digests(api):
    run = collected(rows=10)

    told = api.get(f"{RUNS}{run.pk}/segments/").json()["results"]

    assert [(each["part"], each["rank"], each["rows"]) for each in told] == [("p0", 0, 4), ("p0", 1, 4), ("p0", 2, 2)]
    assert [each["sha256"] for each in told] == [segment.sha256 for segment in run.segments.order_by("seq")]
