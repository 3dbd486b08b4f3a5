"""How runs and sources stand, in words: pure, at an instant that is given."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.collection.connectors.base import SourceColumn
from apps.collection.durations import duration_text
from apps.collection.enums import RunState, SourceState
from apps.collection.models import Run, Source
from apps.collection.personal_hints import looks_personal
from apps.collection.standing import (
    STATE_TONES,
    expected_end,
    freshness_tone,
    gate_of,
    schedule_trouble,
    standing_of_run,
    standing_of_source,
)
from apps.core.gates import GateState
from apps.core.interface import Tone

NOW = datetime(2026, 11, 19, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (520, "8 min 40 s"),
        (605, "10 min 05 s"),
        (7_500, "2 h 05 min"),
        (273_600, "3 d 4 h"),
        (-3, "0 s"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds, said):
    assert duration_text(timedelta(seconds=seconds)) == said


def test_no_duration_is_a_dash():
    assert duration_text(None) == "–"


@pytest.mark.parametrize(("read", "expected"), [(0, None), (20, None), (500, 60), (750, 20), (1_000, None)])
def test_the_end_is_expected_once_enough_was_read(read, expected):
    run = Run(started_at=NOW - timedelta(seconds=60), bytes_total=1_000, bytes_read=read)

    end = expected_end(run, now=NOW)

    assert end == (expected and NOW + timedelta(seconds=expected))


def test_the_end_is_not_expected_when_the_size_is_not_known():
    assert expected_end(Run(started_at=NOW, bytes_total=0, bytes_read=10), now=NOW) is None


@pytest.mark.parametrize(
    ("state", "gate"),
    [
        (RunState.WAITING, GateState.WAITING),
        (RunState.RUNNING, GateState.WAITING),
        (RunState.PAUSED, GateState.WAITING),
        (RunState.SUCCEEDED, GateState.OPEN),
        (RunState.HELD, GateState.CLOSED),
        (RunState.FAILED, GateState.CLOSED),
        (RunState.CANCELLED, GateState.WAITING),
    ],
)
def test_each_state_of_a_run_has_its_gate(state, gate):
    assert gate_of(Run(state=state)) == gate


@pytest.mark.parametrize(
    ("source", "last", "tone", "said"),
    [
        (SourceState.DRAFT, None, Tone.WARN, "Draft"),
        (SourceState.CLOSED, RunState.FAILED, Tone.OFF, "Closed"),
        (SourceState.OPEN, None, Tone.INFO, "never collected yet"),
        (SourceState.OPEN, RunState.SUCCEEDED, Tone.OK, "All is well"),
        (SourceState.OPEN, RunState.CANCELLED, Tone.WARN, "cancelled"),
        (SourceState.OPEN, RunState.HELD, Tone.BAD, "Last run: Held at the gate"),
        (SourceState.OPEN, RunState.FAILED, Tone.BAD, "Last run: Failed"),
        (SourceState.OPEN, RunState.WAITING, Tone.WAIT, "Waiting for a worker."),
        (SourceState.OPEN, RunState.PAUSED, Tone.WAIT, "Paused before anything landed"),
    ],
)
def test_a_source_stands_as_its_state_and_its_last_run_say(source, last, tone, said):
    run = Run(state=last, requested_at=NOW) if last else None

    standing = standing_of_source(Source(state=source), last=run, now=NOW)

    assert standing.tone == tone
    assert said in standing.sentence


@pytest.mark.parametrize("state", RunState)
def test_every_state_of_a_run_has_its_tone_and_its_sentence(state):
    run = Run(state=state, requested_at=NOW)

    assert STATE_TONES[state]
    assert standing_of_run(run, now=NOW).sentence


@pytest.mark.parametrize(
    ("fields", "tone", "said"),
    [
        ({"state": RunState.PAUSED, "rows_kept": 1}, Tone.WAIT, "Paused: 1 row has landed"),
        ({"state": RunState.PAUSED, "rows_kept": 1_871}, Tone.WAIT, "Paused: 1,871 rows have landed"),
        ({"state": RunState.RUNNING, "pause_requested_at": NOW}, Tone.WAIT, "Being paused"),
        ({"state": RunState.RUNNING, "pause_requested_at": NOW, "cancel_requested_at": NOW}, Tone.WARN, "Being canc"),
        ({"state": RunState.WAITING, "resumes_at": NOW + timedelta(hours=2)}, Tone.WAIT, "Put off until 12:14: the"),
        ({"state": RunState.WAITING, "resumes_at": NOW + timedelta(days=1)}, Tone.WAIT, "Put off until 20 November"),
        ({"state": RunState.WAITING, "resumes_at": NOW - timedelta(hours=2)}, Tone.WAIT, "Waiting for a worker."),
    ],
)
def test_a_run_that_rests_says_until_when_and_what_it_keeps(fields, tone, said):
    standing = standing_of_run(Run(requested_at=NOW, **fields), now=NOW)

    assert standing.tone == tone
    assert standing.sentence.startswith(said)


@pytest.mark.parametrize(
    ("fields", "hours_ago", "tone"),
    [
        ({"is_scheduled": True}, None, Tone.OFF),
        ({"is_scheduled": False}, 900, Tone.INFO),
        ({"is_scheduled": True}, 2, Tone.OK),
        ({"is_scheduled": True}, 30, Tone.WARN),
        ({"is_scheduled": True, "state": SourceState.CLOSED}, 900, Tone.INFO),
        ({"is_scheduled": True, "cron": "never"}, 2, Tone.WARN),
    ],
)
def test_data_is_late_once_the_run_after_it_should_have_passed(fields, hours_ago, tone):
    source = Source(**{"cron": "0 6 * * *", "time_zone": "UTC", "state": SourceState.OPEN} | fields)
    passed_at = NOW - timedelta(hours=hours_ago) if hours_ago else None

    assert freshness_tone(source, passed_at=passed_at, now=NOW) == tone


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"is_scheduled": False, "schedule_error": "It broke."}, ""),
        ({"next_run_at": NOW + timedelta(hours=1)}, ""),
        ({"next_run_at": NOW - timedelta(minutes=2)}, ""),
        ({"next_run_at": NOW - timedelta(hours=1)}, "The run of 09:14 has not started: the clock has stopped."),
        ({"schedule_error": "It broke."}, "It broke."),
        ({"state": SourceState.CLOSED, "schedule_error": "It broke."}, "It has a schedule, and is not open"),
    ],
)
def test_a_schedule_that_does_not_do_what_it_says_is_told(fields, said):
    source = Source(**{"cron": "0 6 * * *", "is_scheduled": True, "state": SourceState.OPEN} | fields)

    trouble = schedule_trouble(source, now=NOW)

    assert trouble.startswith(said)
    assert bool(trouble) == bool(said)


@pytest.mark.parametrize(
    ("name", "example", "expected"),
    [
        ("prénom", "", True),
        ("E-mail", "", True),
        ("birthDate", "", True),
        ("DATE_NAISSANCE", "", True),
        ("contact", "zoe@exemple.fr", True),
        ("contact", "06 12 34 56 78", True),
        ("code", "185057800608436", True),
        ("id", "12", False),
        ("denomination", "SARL", False),
        ("page", "3", False),
        ("montant", "0612,50", False),
    ],
)
def test_a_column_that_seems_personal_is_told_by_its_name_or_its_values(name, example, expected):
    assert looks_personal(SourceColumn(name=name, example=example)) is expected
