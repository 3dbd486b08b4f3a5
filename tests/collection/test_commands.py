"""Collecting from a terminal, and what the clock asks."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.collection import tasks
from apps.collection.collecting import collect as collect_now
from apps.collection.enums import RunState, SourceState, Trigger
from apps.collection.management.commands import collect as command
from apps.collection.models import Run
from tests.collection.factories import RunFactory, SourceFactory

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
    monkeypatch.setattr(command, "PROGRESS_EVERY_S", 0)
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
    ],
)
def test_what_cannot_be_collected_is_told(arguments, complaint):
    SourceFactory(slug="draft", state=SourceState.DRAFT)

    assert collect(*arguments)[2] == complaint


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
