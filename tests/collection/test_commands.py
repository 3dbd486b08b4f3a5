"""Collecting from a terminal, and what the clock asks."""

from io import BytesIO, StringIO
from threading import Barrier
from threading import enumerate as enumerate_threads

import pytest
from django.core.management import CommandError, call_command

from apps.collection import tasks
from apps.collection.collecting import collect as collect_now
from apps.collection.enums import LoadMode, RunMode, RunState, SourceState, Trigger
from apps.collection.management import collecting, progress
from apps.collection.management.tables import table
from apps.collection.models import Run
from apps.collection.sourcing import keep_upload
from tests.collection.factories import RunFactory, SourceFactory
from tests.collection.tiny import Tiny

pytestmark = pytest.mark.django_db(transaction=True)


def collect(*arguments):
    """What the command says: its outputs, and its complaint if it fails."""
    out, err = StringIO(), StringIO()
    try:
        call_command("collect", *arguments, stdout=out, stderr=err)
    except CommandError as complaint:
        return out.getvalue(), err.getvalue(), str(complaint)
    return out.getvalue(), err.getvalue(), ""


def test_sources_are_collected_one_after_the_other_and_told():
    SourceFactory(slug="towns")
    SourceFactory(slug="roads", config={"rows": 30, "rejected": [1]})

    out, _err, complaint = collect("towns", "roads")

    assert out.splitlines() == [
        "towns: succeeded, 10 rows, 0 rejected.",
        "roads: succeeded, 29 rows, 1 rejected.",
    ]
    assert complaint == ""
    assert set(Run.objects.values_list("trigger", "requested_by")) == {(Trigger.COMMAND, None)}


def test_progress_is_told_on_the_other_output(monkeypatch):
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0)
    SourceFactory(slug="towns")

    _out, err, _complaint = collect("towns")

    assert err.splitlines() == [f"towns: {rows} rows, 0 rejected…" for rows in (4, 8, 10)]


@pytest.mark.parametrize(
    ("config", "state", "said"),
    [
        ({"breaks_after": 1, "error": "auth"}, "failed", "The run failed unexpectedly"),
        ({"rows": 0}, "held", "Records were read"),
    ],
)
def test_the_command_fails_with_the_run_and_says_why(config, state, said):
    SourceFactory(slug="towns", config=config)
    SourceFactory(slug="roads")

    out, err, complaint = collect("towns", "roads")

    assert [line.split(",")[0] for line in out.splitlines()] == [f"towns: {state}", "roads: succeeded"]
    assert said in err
    assert complaint == "Not collected: towns"


def test_missing_collects_the_open_sources_that_never_were():
    done = SourceFactory(slug="done")
    collect_now(run_id=RunFactory(source=done).pk)
    SourceFactory(slug="draft", state=SourceState.DRAFT)
    SourceFactory(slug="new")

    out, _err, _complaint = collect("--missing")

    assert [line.split(":")[0] for line in out.splitlines()] == ["new"]


def test_asking_leaves_the_runs_to_workers(monkeypatch):
    SourceFactory(slug="new")
    handed = []
    monkeypatch.setattr(tasks.collect_run, "delay", handed.append)

    out, _err, _complaint = collect("--missing", "--ask")

    run = Run.objects.get()
    assert out == "new: asked for.\n"
    assert (run.state, handed) == (RunState.WAITING, [run.pk])


def test_waiting_collects_the_runs_that_wait():
    run = RunFactory(source__slug="towns")

    out, _err, _complaint = collect("--waiting")

    assert out == "towns: succeeded, 10 rows, 0 rejected.\n"
    assert Run.objects.get() == run


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Name sources, or use --missing or --waiting."),
        (["nowhere"], "No such source: nowhere"),
        (["draft"], "Not collected: draft"),
        (["--missing", "--full"], "Name the sources of which something else than usual is to be read."),
        (["draft", "--full", "--since", "1"], "Either everything is read, or what is between two values: choose."),
    ],
)
def test_what_cannot_be_collected_is_told(arguments, complaint):
    SourceFactory(slug="draft", state=SourceState.DRAFT)

    assert collect(*arguments)[2] == complaint


@pytest.mark.parametrize(
    ("arguments", "mode", "window"),
    [
        ([], RunMode.INCREMENTAL, ("", "")),
        (["--full"], RunMode.FULL, ("", "")),
        (["--since", "3"], RunMode.BACKFILL, ("3", "")),
        (["--since", "3", "--until", "5"], RunMode.BACKFILL, ("3", "5")),
    ],
)
def test_what_is_read_may_be_another_thing_than_usual(monkeypatch, arguments, mode, window):
    SourceFactory(slug="towns", mode=LoadMode.INCREMENTAL, key_columns=["name"])
    monkeypatch.setattr(collecting, "collect", lambda run_id, **options: None)

    collect("towns", *arguments)

    run = Run.objects.get()
    assert (run.mode, (run.since, run.until)) == (mode, window)


def test_the_parts_of_a_source_are_read_at_the_same_time(monkeypatch):
    meeting = Barrier(3, timeout=30)
    read = Tiny.read

    def read_together(self, config, part, cursor):
        if cursor is None:
            meeting.wait()  # passed by the leader and two helpers together, or by nobody
        return read(self, config, part, cursor)

    monkeypatch.setattr(Tiny, "read", read_together)
    SourceFactory(slug="towns", parallel_parts=3, config={"rows": 10, "parts": 3})

    out, _err, complaint = collect("towns")

    assert (out, complaint) == ("towns: succeeded, 30 rows, 0 rejected.\n", "")
    assert [each.name for each in enumerate_threads() if each.name.startswith("helps-run")] == []


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_terminal_shows_a_bar_and_leaves_its_line(monkeypatch):
    monkeypatch.setattr(progress, "BAR_EVERY_S", 0)
    SourceFactory(slug="towns")
    out, err = StringIO(), Terminal()

    call_command("collect", "towns", stdout=out, stderr=err, no_color=True)

    drawn = err.getvalue().split(progress.CLEAR)
    assert out.getvalue() == "towns: succeeded, 10 rows, 0 rejected.\n"
    assert [line[:35] for line in drawn[1:4]] == [
        "towns ██████████░░░░░░░░░░░░░░  40%",
        "towns ███████████████████░░░░░  80%",
        "towns ████████████████████████ 100%",
    ]
    assert drawn[-1] == ""


def test_a_bar_says_what_is_known():
    known = Run(rows_read=1_000, rows_kept=990, rows_rejected=10, bytes_read=5, bytes_total=20)
    unknown = Run(rows_read=1_000, rows_kept=1_000)

    assert progress.bar(known, name="towns", elapsed_s=10).endswith(
        " 25%  990 rows, 10 rejected, 100 rows/s, 30 s left"
    )
    assert progress.bar(unknown, name="towns", elapsed_s=10) == "towns  1000 rows, 0 rejected, 100 rows/s"


# --- preview, replay_rejects ----------------------------------------------------------------------
def said_by(*arguments):
    out = StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=StringIO())
    except CommandError as complaint:
        return str(complaint)
    return out.getvalue()


def test_a_preview_shows_a_table_and_the_records_that_cannot_be_read():
    SourceFactory(slug="towns", config={"rows": 3, "rejected": [2]})

    said = said_by("preview", "towns")

    assert said.splitlines() == [
        "name   │ value",
        "───────┼────────",
        "name 1 │ value 1",
        "name 3 │ value 3",
        "Rejected, record 2: 2 cells were expected, and 1 found: too few.",
    ]
    assert not Run.objects.exists()


def test_a_preview_tells_what_was_detected(towns_csv):
    SourceFactory(slug="towns", kind="file", config=towns_csv)

    said = said_by("preview", "towns", "--limit", "1")

    assert "Delimiter: Semicolon" in said
    assert said.splitlines()[-1] == "Lille │ 236234"


@pytest.fixture
def towns_csv():
    stored = keep_upload(file=BytesIO(b"town;people\nLille;236234\nCaen;107229\n"), name="towns.csv")
    return {"upload": {"digest": stored.digest, "name": stored.name}}


def test_a_terminal_does_not_obey_what_a_source_holds():
    lines = table(["a", "b"], [["\x1b[31mred", "x" * 50], ["日本", "é"]])

    assert lines[2] == "·[31mred │ " + "x" * 31 + "…"
    assert lines[3] == "日本     │ é"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "No such source: nowhere"),
        (["towns", "--limit", "0"], "From 1 to 1000 rows may be asked for."),
        (["towns"], "The run failed unexpectedly"),
    ],
)
def test_a_preview_that_cannot_be_made_says_why(arguments, complaint):
    SourceFactory(slug="towns", config={"breaks_after": 0, "error": "auth"})

    assert complaint in said_by("preview", *arguments)


@pytest.mark.parametrize("by", ["source", "run"])
def test_the_rejected_records_of_a_run_are_read_again(by):
    stored = keep_upload(file=BytesIO(b"a;b\n1;2\n3\n5;6\n"), name="towns.csv")
    upload = {"digest": stored.digest, "name": stored.name}
    source = SourceFactory(slug="towns", kind="file", config={"upload": upload}, max_rejected_share=100)
    run = collect_now(run_id=RunFactory(source=source).pk)

    said = said_by("replay_rejects", "towns" if by == "source" else str(run.pk))

    replay = Run.objects.get(replays=run)
    assert (run.rows_rejected, replay.mode, replay.trigger) == (1, RunMode.REPLAY, Trigger.COMMAND)
    assert said == "towns: succeeded, 0 rows, 1 rejected.\n"


@pytest.mark.parametrize("which", ["nowhere", "0", "towns"])
def test_what_cannot_be_replayed_is_told(which):
    SourceFactory(slug="towns")

    assert said_by("replay_rejects", which).startswith("No such run")


def test_the_clock_hands_out_the_runs_that_wait_and_no_other(monkeypatch):
    waiting, running = RunFactory(), RunFactory(state=RunState.RUNNING)
    sent = []
    monkeypatch.setattr(
        tasks.collect_run, "apply_async", lambda arguments, **options: sent.append((arguments, options))
    )

    count = tasks.start_waiting_runs()

    assert count == 1
    assert sent == [((waiting.pk,), {"expires": 60})]
    assert running.state == RunState.RUNNING


def test_the_tasks_do_what_the_acts_do():
    run = RunFactory()

    tasks.collect_run(run.pk)

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert tasks.forget_old_runs() == 0
