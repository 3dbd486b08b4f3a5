"""What the page of a run shows, while it goes on and once it is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Sum
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.collection.describing import describe_config
from apps.collection.durations import duration_text
from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.collection.quarantine import count_reasons
from apps.collection.replaying import is_replayable
from apps.collection.requesting import RETRYABLE
from apps.collection.standing import read_share, rejects_text, standing_of_run
from apps.collection.telling import failure_of, verdict_of
from apps.collection.throughput import throughput_chart, throughput_spark
from apps.collection.views.run_details import log_of, mode_text, new_columns_text, parts_of, replayed_text
from apps.collection.views.shown import kept_figure, rejects_figure
from apps.core.declarations import Text
from apps.core.gates import Verdict
from apps.core.interface import Figure, Tone
from apps.core.numbers import format_number, format_percent, format_size

# How far a run is told aloud: at each quarter, or whoever listens to the page would hear nothing else.
TOLD_SHARES = 4
SEGMENTS_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One step of a job: what it is, where it is, what came of it."""

    label: Text
    word: Text
    tone: Tone
    detail: Text = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`value` out of 100, and in words; without a value, how much is to be read is not known."""

    label: str
    value: int | None
    percent: str = ""


def live_part(
    run: Run, *, now: datetime, said: int, is_frozen: bool = False, part_page: str | None = None
) -> dict[str, Any]:
    """What a refreshed page shows anew. `said` is the last quarter that was told aloud.

    What one opens by hand (the log, the figures of a chart) waits until nothing moves: the run is over, or the page
    frozen.
    """
    is_live = not run.is_over and not is_frozen
    return {
        "run": run,
        "source": run.source,
        "is_active": not run.is_over,
        "is_frozen": is_frozen,
        "is_live": is_live,
        "quarter": _quarter(run),
        "announce": _announcement(run, said=said, now=now),
        "refreshed_at": date_format(localtime(now), pgettext("format of a time with seconds", "H:i:s")),
        "spark": throughput_spark(run.samples) if is_live else None,
        "chart": None if is_live else throughput_chart(run.samples),
        "parts": parts_of(run, now=now, is_live=is_live, number=part_page),
        "log": log_of(run, is_live=is_live),
        "facts": fact_sheet(run, now=now),
        "settings": pinned_settings(run),
        **_outcome(run, now),
        **_acts_open(run),
    }


def _outcome(run: Run, now: datetime) -> dict[str, Any]:
    """How it goes, or went: what was read and rejected, what landed, what the gate says."""
    landed = run.segments.aggregate(count=Count("pk"), size=Sum("size"), at=Max("landed_at"))
    verdict = verdict_of(run)
    return {
        "standing": standing_of_run(run, now=now),
        "failure": failure_of(run),
        "verdict": verdict,
        "progress": _progress(run) if not run.is_over and run.started_at else None,
        "figures": _figures(run, landed, now),
        "phases": phases_of(run, verdict, now=now),
        "reasons": count_reasons(run) if run.rows_rejected else [],
        "new_columns": new_columns_text(run),
        "landed": landed,
        "files": run.files.all(),
        "segments": run.segments.all()[:SEGMENTS_SHOWN] if run.is_over else [],
    }


def _acts_open(run: Run) -> dict[str, bool]:
    """What may be done to it as it is, by whoever has the right."""
    return {
        "can_be_cancelled": not run.is_over and run.cancel_requested_at is None,
        "can_be_paused": not run.is_over and not run.pause_requested_at and not run.cancel_requested_at,
        "can_be_resumed": run.can_be_resumed and not run.cancel_requested_at,
        "can_be_retried": run.state in RETRYABLE and run.segments_deleted_at is None,
        "can_be_replayed": is_replayable(run) and run.may_be_replayed(),
    }


def fact_sheet(run: Run, *, now: datetime) -> list[tuple[str, Any]]:
    """Who, when, with what: pairs of a name and a value."""
    asked_by = str(run.requested_by) if run.requested_by else run.get_trigger_display()
    facts = [
        (_("Reads"), mode_text(run)),
        (_("Asked by"), asked_by),
        (_("Asked"), run.requested_at),
        (_("Started"), run.started_at),
        (_("Put off until"), run.resumes_at if not run.is_over and run.resumes_at and run.resumes_at > now else None),
        (_("Finished"), run.finished_at),
        (_("Replayed by"), replayed_text(run)),
        (_("Duration"), duration_text(run.duration(now=now)) if run.started_at else ""),
        (_("Times taken by a worker"), format_number(run.lease_count) if run.lease_count > 1 else ""),
        (_("Days kept"), format_number(run.source.retention_days)),
        (_("Files deleted"), run.segments_deleted_at),
    ]
    return [(name, value) for name, value in facts if value]


def pinned_settings(run: Run) -> list[tuple[str, str]]:
    """The settings that the run was set to read with, whatever became of those of its source."""
    return describe_config(run.source.kind, run.plan.get("config", {}))


def phases_of(run: Run, verdict: Verdict | None, *, now: datetime) -> list[Phase]:
    """The steps of a run. Pure."""
    state = RunState(run.state)
    stopped = {RunState.FAILED: (_("failed"), Tone.BAD), RunState.CANCELLED: (_("cancelled"), Tone.OFF)}.get(state)
    at_work = {RunState.PAUSED: (_("paused"), Tone.WAIT), RunState.RUNNING: (_("under way"), Tone.INFO)}.get(state)
    under_way = stopped or at_work or (_("waiting"), Tone.WAIT)
    done, to_come = (_("done"), Tone.OK), (_("to come"), Tone.OFF)
    not_reached = (_("not reached"), Tone.OFF) if stopped else to_come
    is_planned, is_judged = bool(run.plan), verdict is not None
    reading = done if is_judged else under_way if is_planned else not_reached
    gate, outcome = not_reached, not_reached
    if verdict:
        gate = (_("open"), Tone.OK) if verdict.is_open else (_("closed"), Tone.BAD)
        outcome = (_("kept"), Tone.OK) if verdict.is_open else (_("held"), Tone.BAD)
    return [
        _phase(_("Plan"), done if is_planned else under_way, _planned(run)),
        _phase(_("Read and land"), reading, _read(run, now) if is_planned else ""),
        _phase(_("Judge at the gate"), gate, _judged(verdict)),
        _phase(_("Give to the datasets"), outcome, _given(run, verdict)),
    ]


def _phase(label: str, where: tuple[str, Tone], detail: str) -> Phase:
    return Phase(label=label, word=where[0], tone=where[1], detail=detail)


def _planned(run: Run) -> str:
    if not run.plan:
        return _("Find out what there is to read, and pin it.")
    columns = len(run.plan["columns"])
    told = ngettext("%(count)s column", "%(count)s columns", columns) % {"count": format_number(columns)}
    return f"{told}, {format_size(run.bytes_total)}" if run.bytes_total else told


def _read(run: Run, now: datetime) -> str:
    if not run.rows_read:
        return _("Nothing has landed yet.")
    return f"{rejects_text(run)}, {duration_text(run.duration(now=now))}"


def _judged(verdict: Verdict | None) -> str:
    if verdict is None:
        return _("What came is compared with what was agreed: columns, rejected records.")
    count = len(verdict.checks)
    return ngettext("%(count)s check", "%(count)s checks", count) % {"count": count}


def _given(run: Run, verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    if not verdict.is_open:
        return _("Datasets go on with the last run that passed.")
    return _("Datasets are built from these rows.")


def _progress(run: Run) -> Progress:
    share = read_share(run)
    records = ngettext("%(number)s record read", "%(number)s records read", run.rows_read)
    told = records % {"number": format_number(run.rows_read)}
    if share is None:
        return Progress(label=told, value=None)
    bytes_told = _("%(read)s out of %(total)s") % {
        "read": format_size(run.bytes_read) if run.bytes_read else "0",
        "total": format_size(run.bytes_total or None),
    }
    return Progress(label=f"{told}, {bytes_told}", value=round(share * 100), percent=format_percent(share))


def _figures(run: Run, landed: dict[str, Any], now: datetime) -> list[Figure]:
    if not run.started_at:
        return []
    figures = [kept_figure(run), rejects_figure(run, run.source)]
    duration = run.duration(now=now)
    seconds = duration.total_seconds() if duration else 0
    if run.rows_read and seconds >= 1:
        rate = format_number(run.rows_read / seconds, 0 if run.rows_read > seconds * 10 else 1)
        figures.append(Figure(label=_("Throughput"), value=_("%(number)s / s") % {"number": rate}, note=_("records")))
    if run.is_over:
        count = landed["count"]
        files = ngettext("%(count)s file", "%(count)s files", count) % {"count": format_number(count)}
        return [*figures, Figure(label=_("Size"), value=format_size(landed["size"] or None), note=files)]
    if landed["at"]:
        hour = date_format(localtime(landed["at"]), pgettext("format of a time", "H:i"))
        note = _("if the worker stops, nothing before is read again")
        figures.append(Figure(label=_("Resume point"), value=hour, note=note))
    return figures


def _quarter(run: Run) -> int:
    share = read_share(run)
    return int(share * TOLD_SHARES) if share is not None else 0


def _announcement(run: Run, *, said: int, now: datetime) -> str:
    """What is said aloud after a refresh: the end, and each quarter on the way; silence otherwise."""
    if run.is_over:
        return standing_of_run(run, now=now).sentence
    if _quarter(run) > said and (share := read_share(run)) is not None:
        return _("%(share)s read.") % {"share": format_percent(share)}
    return ""
