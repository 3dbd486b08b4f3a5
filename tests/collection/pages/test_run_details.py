"""The page of a run: what it reads, its parts, its log, its throughput; pausing it, reading its rejects again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from apps.accounts.roles import Role
from apps.collection.collecting import collect
from apps.collection.enums import EventCode, RunMode, RunState
from apps.collection.models import Run
from tests.collection.factories import RunFactory
from tests.core.rendering import Page

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SAMPLES = [[second, second * 100] for second in range(1, 31)]


def act(run, name):
    return reverse(f"collection:run_{name}", args=[run.pk])


def facts_of(answer):
    return {name: str(value) for name, value in answer.context["facts"]}


def plan_of(count):
    return {"config": {}, "columns": ["a"], "asked": [], "parts": [{"key": f"p{n}"} for n in range(count)]}


@pytest.fixture
def run_of(file_source):
    """A run that goes on, with these fields."""

    def run_of(**fields):
        now = timezone.now()
        told = {"state": RunState.RUNNING, "started_at": now - timedelta(seconds=30), "plan": plan_of(1)}
        return RunFactory(source=file_source(), **told | fields)

    return run_of


# --- Pausing --------------------------------------------------------------------------------------
def test_a_run_is_paused_and_resumed_by_buttons_beside_cancelling(browser, file_source):
    run = RunFactory(source=file_source())

    paused = browser.post(act(run, "pause"), follow=True)
    run.refresh_from_db()
    was = run.state
    resumed = browser.post(act(run, "resume"), follow=True)
    run.refresh_from_db()

    assert (was, run.state) == (RunState.PAUSED, RunState.WAITING)
    assert {"resume", "pause"} & {each.get("id") for each in Page(paused.text).all("button")} == {"resume"}
    assert "Paused before anything landed" in paused.text
    assert "The run goes on from where it was paused." in resumed.text


def test_a_run_that_a_worker_reads_is_being_paused(browser, run_of):
    run = run_of(lease_owner=uuid4(), lease_until=timezone.now() + timedelta(minutes=1))

    answer = browser.post(act(run, "pause"), follow=True)

    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert "The run is being paused." in answer.text
    assert "Being paused: the worker finishes the batch it is reading." in answer.text


@pytest.mark.parametrize("name", ["pause", "resume"])
def test_a_run_that_is_over_is_neither_paused_nor_resumed(browser, run_of, name):
    run = run_of(state=RunState.CANCELLED, finished_at=timezone.now())

    answer = browser.post(act(run, name), follow=True)

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert "This run is" in answer.text


def test_whoever_only_looks_is_offered_neither(signed_in_as, run_of):
    run = run_of(state=RunState.PAUSED, pause_requested_at=timezone.now())

    page = Page(signed_in_as(Role.ADMINISTRATOR).get(run.get_absolute_url()).text)

    assert not {"pause", "resume", "replay"} & {each.get("id") for each in page.all("button")}


def test_a_run_that_was_put_off_says_until_when(browser, run_of):
    run = run_of(state=RunState.WAITING, resumes_at=timezone.now() + timedelta(minutes=30))

    answer = browser.get(run.get_absolute_url())

    assert "Put off until" in facts_of(answer)
    assert any(text.startswith("Put off until") for text in Page(answer.text).texts("p"))


# --- Replaying ------------------------------------------------------------------------------------
def test_rejected_records_that_can_be_read_again_are_so_from_the_page(browser, collected):
    run = collected()

    offered = browser.get(run.get_absolute_url())
    answer = browser.post(act(run, "replay"), follow=True)
    replay = Run.objects.get(mode=RunMode.REPLAY)
    known = browser.get(run.get_absolute_url())

    assert "replay" in {each.get("id") for each in Page(offered.text).all("button")}
    assert answer.redirect_chain[0][0] == replay.get_absolute_url()
    assert run.get_absolute_url() in facts_of(answer)["Reads"]
    assert replay.get_absolute_url() in facts_of(known)["Replayed by"]


def test_a_replay_while_the_source_is_collected_says_so(browser, collected):
    run = collected()
    RunFactory(source=run.source)

    answer = browser.post(act(run, "replay"), follow=True)

    assert "This source is being collected already." in answer.text
    assert not Run.objects.filter(mode=RunMode.REPLAY).exists()


@pytest.mark.parametrize("fields", [{"rows_rejected": 0}, {"segments_deleted_at": timezone.now()}])
def test_what_cannot_be_read_again_is_not_offered(browser, run_of, fields):
    told = {"rows_read": 1, "rows_rejected": 1} | fields
    run = run_of(state=RunState.SUCCEEDED, **told | {"rows_read": told["rows_rejected"]})

    page = Page(browser.get(run.get_absolute_url()).text)

    assert "replay" not in {each.get("id") for each in page.all("button")}


# --- What it reads --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mode": RunMode.FULL}, "Everything"),
        ({"mode": RunMode.INCREMENTAL}, "Incremental"),
        ({"mode": RunMode.REPLAY}, "Replay of the quarantine"),
        ({"mode": RunMode.BACKFILL, "since": "2026", "until": "2027"}, "A backfill, from 2026 to 2027"),
        ({"mode": RunMode.BACKFILL, "since": "2026"}, "A backfill, from 2026 on"),
        ({"mode": RunMode.BACKFILL, "until": "<b>"}, "A backfill, up to <b>"),
    ],
)
def test_what_a_run_reads_is_said(browser, run_of, fields, said):
    answer = browser.get(run_of(**fields).get_absolute_url())

    assert facts_of(answer)["Reads"] == said
    assert "<b>" not in answer.text


def test_an_incremental_run_leads_to_the_one_that_it_goes_on_from(browser, file_source):
    source = file_source()
    before = RunFactory(source=source, state=RunState.SUCCEEDED, finished_at=timezone.now())
    RunFactory(source=source, state=RunState.FAILED, finished_at=timezone.now())
    run = RunFactory(source=source, mode=RunMode.INCREMENTAL)

    said = facts_of(browser.get(run.get_absolute_url()))["Reads"]

    assert said == f'What is new since <a href="{before.get_absolute_url()}">run no. {before.pk}</a>'


def test_columns_that_nobody_had_seen_are_told(browser, run_of):
    answer = browser.get(run_of(new_columns=["âge", "courriel"]).get_absolute_url())

    assert "2 columns appeared on the way" in answer.text
    assert "âge, courriel. They were collected." in answer.text


# --- Throughput, parts, log -----------------------------------------------------------------------
def test_how_fast_it_goes_is_a_line_while_it_moves_and_a_chart_once_nothing_does(browser, run_of):
    run = run_of(samples=SAMPLES)

    live = Page(browser.get(act(run, "progress"), headers=HTMX).text)
    frozen = Page(browser.get(f"{run.get_absolute_url()}?figer=1").text)

    assert (len(live.all("figure")), len(frozen.all("figure"))) == (0, 1)
    assert live.all("details") == []
    assert any(text.startswith("100 records per second on average") for text in live.texts("p"))


def test_a_run_of_one_piece_has_no_table_of_parts(browser, run_of):
    run = run_of()
    run.checkpoints.create(rank=0, part="p0")

    assert browser.get(run.get_absolute_url()).context["parts"] is None


def test_each_part_says_how_far_it_is_those_being_read_first(browser, run_of):
    run, now = run_of(plan=plan_of(5)), timezone.now()
    held = {"lease_owner": uuid4(), "lease_until": now + timedelta(minutes=1)}
    for rank, fields in enumerate([{"is_complete": True}, {"seq": 2}, {}, held, {}]):
        run.checkpoints.create(rank=rank, part=f"p{rank}", **fields)
    run.segments.create(part="p0", seq=0, name="a", rows=40, size=4_000, sha256="0" * 64)
    run.segments.create(part="p0", seq=1, name="b", rows=2, size=1_000, sha256="0" * 64)

    parts = browser.get(run.get_absolute_url()).context["parts"]

    assert [(each.key, each.word) for each in parts.shown] == [
        ("p3", "being read"),
        ("p1", "goes on later"),
        ("p2", "to come"),
        ("p4", "to come"),
        ("p0", "read"),
    ]
    assert (parts.shown[-1].rows, parts.shown[-1].size, parts.count_read) == (42, 5_000, 1)


def test_the_parts_that_a_run_did_not_reach_say_so(browser, run_of):
    run = run_of(plan=plan_of(2), state=RunState.FAILED, finished_at=timezone.now())
    run.checkpoints.create(rank=0, part="p0", seq=1)
    run.checkpoints.create(rank=1, part="p1")

    parts = browser.get(run.get_absolute_url()).context["parts"]

    assert [each.word for each in parts.shown] == ["stopped on the way", "not read"]


@pytest.mark.parametrize("count", [60, 400])
def test_a_run_of_many_parts_and_events_costs_the_same_and_is_paged(browser, run_of, count):
    run = run_of(plan=plan_of(count), state=RunState.CANCELLED, finished_at=timezone.now())
    run.checkpoints.bulk_create(
        run.checkpoints.model(run=run, rank=rank, part=f"p{rank}", is_complete=True) for rank in range(count)
    )
    run.events.bulk_create(
        run.events.model(run=run, at=timezone.now(), code=EventCode.PART_READ, details={"part": f"p{rank}"})
        for rank in range(count * 10)
    )
    browser.get(run.get_absolute_url())

    with assertNumQueries(19):
        answer = browser.get(run.get_absolute_url())

    assert len(answer.context["parts"].shown) == 50
    assert f"{count} parts out of {count} are read to their end." in answer.text
    assert len(answer.context["log"].lines) == 500
    assert answer.context["log"].count_before == count * 10 - 500


def test_each_part_is_on_one_page_of_them(browser, run_of):
    run = run_of(plan=plan_of(120), state=RunState.CANCELLED, finished_at=timezone.now())
    run.checkpoints.bulk_create(run.checkpoints.model(run=run, rank=rank, part=f"p{rank}") for rank in range(120))

    answers = [browser.get(run.get_absolute_url(), {"page": number}) for number in (1, 2, 3)]

    shown = [part.key for answer in answers for part in answer.context["parts"].shown]
    assert shown == [f"p{rank}" for rank in range(120)]
    assert "?page=3" in answers[0].text


def test_the_parts_of_a_run_that_is_followed_are_cut_until_the_page_is_frozen(browser, run_of):
    run = run_of(plan=plan_of(120))
    run.checkpoints.bulk_create(run.checkpoints.model(run=run, rank=rank, part=f"p{rank}") for rank in range(120))

    live = browser.get(run.get_absolute_url(), {"page": 2})
    frozen = browser.get(run.get_absolute_url(), {"figer": 1, "page": 2})

    assert [part.key for part in live.context["parts"].shown] == [f"p{rank}" for rank in range(12)]
    assert "freeze the page to see all" in live.text
    assert [part.key for part in frozen.context["parts"].shown] == [f"p{rank}" for rank in range(50, 100)]
    assert "figer=1&amp;page=3" in frozen.text


def test_the_log_is_told_in_words_the_newest_last(browser, collected):
    run = collected()

    log = browser.get(run.get_absolute_url()).context["log"]

    assert [line.text for line in log.lines] == [
        "Started",
        "Planned: parts to read: 1, columns: 3.",
        "Judged: the gate opened.",
    ]
    assert "20" in log.lines[0].when
    assert "," not in log.lines[-1].when


def test_the_end_of_the_log_is_enough_while_the_page_moves(browser, run_of):
    run = run_of()
    for number in range(30):
        run.events.create(at=timezone.now(), code=EventCode.PART_READ, details={"part": f"p{number}"})

    live = browser.get(run.get_absolute_url())
    frozen = browser.get(f"{run.get_absolute_url()}?figer=1")

    assert [line.text for line in live.context["log"].lines][-1] == "The part “p29” was read to its end."
    assert (len(live.context["log"].lines), live.context["log"].count_before) == (8, 22)
    assert (len(frozen.context["log"].lines), frozen.context["log"].count_before) == (30, 0)


def test_a_paused_run_that_was_collected_goes_on_to_its_end(browser, transactional_db, file_source):
    run = RunFactory(source=file_source())
    browser.post(act(run, "pause"))
    paused = collect(run_id=run.pk)

    browser.post(act(run, "resume"))

    done = collect(run_id=run.pk) or Run.objects.get(pk=run.pk)
    assert paused is None
    assert done.state == RunState.SUCCEEDED
