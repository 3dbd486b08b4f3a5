"""How a run and a source stand: a tone, a word, the sentence that answers “is it well?”. The home page, the lists, the
pages and the tasks say the same, because they ask here.

Pure, for rows already loaded; `now` is passed in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.collection.durations import duration_text
from apps.collection.enums import RunState, SourceState
from apps.collection.models import Run, Source
from apps.collection.telling import failure_of
from apps.core.gates import GateState
from apps.core.interface import Tone
from apps.core.numbers import format_number
from apps.core.schedules import InvalidSchedule, next_run

# Below this, what was read says nothing yet of when the end will come.
SHARE_TO_FORESEE = 0.03
# A worker takes a run within seconds: past this, whoever waits wants to know what for.
LONG_WAIT = timedelta(minutes=1)
# A run takes some time: data is late once its run should have passed this long ago, and the clock that did not start
# one within this other time has stopped.
LATE_AFTER = timedelta(hours=1)
MISSED_AFTER = timedelta(minutes=5)

STATE_TONES = {
    RunState.WAITING: Tone.WAIT,
    RunState.RUNNING: Tone.INFO,
    RunState.PAUSED: Tone.WAIT,
    RunState.SUCCEEDED: Tone.OK,
    RunState.HELD: Tone.BAD,
    RunState.FAILED: Tone.BAD,
    RunState.CANCELLED: Tone.OFF,
}
SOURCE_TONES = {SourceState.DRAFT: Tone.WAIT, SourceState.OPEN: Tone.OK, SourceState.CLOSED: Tone.OFF}
GATES = {RunState.SUCCEEDED: GateState.OPEN, RunState.HELD: GateState.CLOSED, RunState.FAILED: GateState.CLOSED}


@dataclass(frozen=True, kw_only=True)
class Standing:
    tone: Tone
    sentence: str


def read_share(run: Run) -> float | None:
    """How much of what is to be read has been, from 0 to 1; None while that is not known."""
    return min(1.0, run.bytes_read / run.bytes_total) if run.bytes_total else None


def expected_end(run: Run, *, now: datetime) -> datetime | None:
    """When the run should end if it goes on as it went; None when it is too early to say."""
    share = read_share(run)
    if run.started_at is None or share is None or not SHARE_TO_FORESEE <= share < 1:
        return None
    return now + (now - run.started_at) * ((1 - share) / share)


def standing_of_run(run: Run, *, now: datetime) -> Standing:
    match RunState(run.state):
        case RunState.WAITING:
            return _waiting(run, now)
        case RunState.RUNNING:
            return _running(run, now)
        case RunState.PAUSED:
            return _paused(run)
        case RunState.SUCCEEDED:
            return _succeeded(run)
        case RunState.HELD:
            return Standing(tone=Tone.BAD, sentence=_held(run))
        case RunState.FAILED:
            failure = failure_of(run)
            said = _("Failed: %(why)s.") % {"why": failure.title} if failure else _("Failed.")
            return Standing(tone=Tone.BAD, sentence=said)
    return Standing(tone=Tone.OFF, sentence=_("Cancelled: what had been read is not used."))


def standing_of_source(source: Source, *, last: Run | None, now: datetime) -> Standing:
    """`last` is its latest run."""
    if source.state == SourceState.DRAFT:
        return Standing(tone=Tone.WARN, sentence=_("Draft: nothing is collected until the source is open."))
    if source.state == SourceState.CLOSED:
        return Standing(
            tone=Tone.OFF, sentence=_("Closed: nothing more is collected; what was stays until it expires.")
        )
    if last is None:
        return Standing(tone=Tone.INFO, sentence=_("Open, and never collected yet."))
    if not last.is_over:
        return standing_of_run(last, now=now)
    if last.state == RunState.CANCELLED:
        return Standing(tone=Tone.WARN, sentence=_("The last run was cancelled."))
    if last.state == RunState.SUCCEEDED and not last.rows_rejected:
        return Standing(tone=Tone.OK, sentence=_("All is well: the last run passed its gate and rejected nothing."))
    said = standing_of_run(last, now=now)
    return Standing(tone=said.tone, sentence=_("Last run: %(how)s") % {"how": said.sentence})


def freshness_tone(source: Source, *, passed_at: datetime | None, now: datetime) -> Tone:
    """Whether what a source holds is as fresh as its schedule promises; without a schedule, nothing was promised.

    `passed_at` is when its last run that passed ended. WARN is late, OFF is nothing yet.
    """
    if passed_at is None:
        return Tone.OFF
    if not source.is_scheduled or not source.is_open:
        return Tone.INFO
    try:
        due_at = next_run(source.cron, source.time_zone, after=passed_at)
    except InvalidSchedule:
        return Tone.WARN
    return Tone.WARN if due_at + LATE_AFTER < now else Tone.OK


def schedule_trouble(source: Source, *, now: datetime) -> str:
    """What is wrong with the schedule of a source, in a sentence; nothing if it is well or there is none."""
    if not source.is_scheduled:
        return ""
    if not source.is_open:
        return _("It has a schedule, and is not open: nothing starts until someone opens it.")
    if source.schedule_error:
        return source.schedule_problem
    if source.next_run_at and source.next_run_at + MISSED_AFTER < now:
        said = _("The run of %(time)s has not started: the clock has stopped. Tell an operator.")
        return said % {"time": _hour(source.next_run_at, now)}
    return ""


def gate_of(run: Run | None) -> GateState:
    """The gate at the exit of a run: waiting until it has been judged."""
    return GATES.get(RunState(run.state), GateState.WAITING) if run else GateState.WAITING


def rejects_text(run: Run) -> str:
    """“1,871 rows kept, 49 records set aside”."""
    kept = ngettext("%(number)s row kept", "%(number)s rows kept", run.rows_kept)
    aside = ngettext("%(number)s record set aside", "%(number)s records set aside", run.rows_rejected)
    return pgettext("two counts", "%(kept)s, %(aside)s") % {
        "kept": kept % {"number": format_number(run.rows_kept)},
        "aside": aside % {"number": format_number(run.rows_rejected)},
    }


def _waiting(run: Run, now: datetime) -> Standing:
    waited = now - run.requested_at
    if run.cancel_requested_at:
        return Standing(tone=Tone.WARN, sentence=_("Being cancelled."))
    if run.resumes_at and run.resumes_at > now:
        said = _("Put off until %(time)s: the source wants to be left alone, and is asked again then.")
        return Standing(tone=Tone.WAIT, sentence=said % {"time": _hour(run.resumes_at, now)})
    if run.lease_count:
        return Standing(tone=Tone.WAIT, sentence=_("Its worker stopped: another will go on from the last landed rows."))
    if waited > LONG_WAIT:
        said = _("Waiting for %(duration)s: every worker is busy, or none is running.")
        return Standing(tone=Tone.WARN, sentence=said % {"duration": duration_text(waited)})
    return Standing(tone=Tone.WAIT, sentence=_("Waiting for a worker."))


def _running(run: Run, now: datetime) -> Standing:
    if run.cancel_requested_at:
        return Standing(tone=Tone.WARN, sentence=_("Being cancelled: the worker finishes the batch it is reading."))
    if run.pause_requested_at:
        return Standing(tone=Tone.WAIT, sentence=_("Being paused: the worker finishes the batch it is reading."))
    if run.lease_until and run.lease_until < now:
        said = _("Its worker no longer answers: another will go on from the last landed rows.")
        return Standing(tone=Tone.WARN, sentence=said)
    if run.started_at is None:
        return Standing(tone=Tone.INFO, sentence=_("A worker is finding out what there is to read."))
    duration = duration_text(run.duration(now=now))
    if end := expected_end(run, now=now):
        said = _("Running for %(duration)s. All is well: the end is expected about %(time)s.")
        return Standing(tone=Tone.INFO, sentence=said % {"duration": duration, "time": _hour(end, now)})
    return Standing(tone=Tone.INFO, sentence=_("Running for %(duration)s.") % {"duration": duration})


def _hour(at: datetime, now: datetime) -> str:
    """The time alone on the day of `now`, the day and the time on another, in the reader's zone."""
    local = timezone.localtime(at)
    if local.date() == timezone.localtime(now).date():
        return date_format(local, pgettext("format of a time", "H:i"))
    return date_format(local, pgettext("format of a day and a time", "j F Y, H:i"))


def _paused(run: Run) -> Standing:
    if not run.rows_kept:
        return Standing(
            tone=Tone.WAIT, sentence=_("Paused before anything landed: it goes on when someone resumes it.")
        )
    said = ngettext(
        "Paused: %(number)s row has landed, and it goes on from there when someone resumes it.",
        "Paused: %(number)s rows have landed, and it goes on from there when someone resumes it.",
        run.rows_kept,
    )
    return Standing(tone=Tone.WAIT, sentence=said % {"number": format_number(run.rows_kept)})


def _succeeded(run: Run) -> Standing:
    if not run.rows_rejected:
        said = ngettext(
            "Passed: %(number)s row kept, none rejected.", "Passed: %(number)s rows kept, none rejected.", run.rows_kept
        )
        return Standing(tone=Tone.OK, sentence=said % {"number": format_number(run.rows_kept)})
    said = _("Passed with rejects: %(counts)s.") % {"counts": rejects_text(run)}
    return Standing(tone=Tone.WARN, sentence=said)


def _held(run: Run) -> str:
    blocking = len(run.judged.blocking) if run.judged else 0
    said = ngettext(
        "Held at the gate: one check blocks (%(counts)s).",
        "Held at the gate: %(count)s checks block (%(counts)s).",
        blocking,
    )
    return said % {"count": blocking, "counts": rejects_text(run)}
