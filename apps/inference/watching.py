"""Watching what models are asked: hours are counted as requests come, windows are judged when they end.

    add_traffic(version_id=version.pk, slot=slot, at=now, rows=2, counts=count(…), requests=traffic.answered(…))
    watch_models(now=now)                 # each hour: reports, alerts that open and close

An alert opens when the effect size passes the threshold of the model in two windows in a row that do not overlap, each
with enough rows: what lasts is a drift, what does not is a day like another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.gates import Check, Severity, Verdict
from apps.core.numbers import format_number
from apps.inference.drift.comparing import Drift, compare
from apps.inference.drift.counting import add, total
from apps.inference.enums import Slot, Window
from apps.inference.models import Deployment, DriftAlert, DriftReport, Model, ModelVersion, TrafficHour
from apps.inference.spec import Monitoring

# Beyond it, what training never saw, or what is missing and was not, is told whatever PSI says of the rest.
LARGEST_SHARE = 0.1
KEPT_DAYS = 400


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A window, and whether it drifted. `drifted` are those that passed a threshold."""

    rows: int
    is_enough: bool
    drifts: tuple[Drift, ...]
    drifted: tuple[Drift, ...]
    verdict: Verdict


@transaction.atomic
def add_traffic(
    *,
    version_id: int,
    slot: str,
    at: datetime,
    rows: int,
    counts: Mapping[str, Any] | None = None,
    requests: Mapping[str, Any] | None = None,
) -> None:
    """Add what was asked to its hour. Several processes add to the same one, each its own. `counts` are those of
    `drift.counting`, None for a version without a profile; `requests` those of `traffic`."""
    hour = {"version_id": version_id, "slot": slot, "hour_at": start_of_hour(at)}
    TrafficHour.objects.bulk_create([TrafficHour(**hour)], ignore_conflicts=True)
    row = TrafficHour.objects.select_for_update().get(**hour)
    row.rows += rows
    row.counts = add(row.counts, counts)
    row.requests = add(row.requests, requests)
    row.save(update_fields=["rows", "counts", "requests"])


def traffic_of(version: ModelVersion, *, slot: Slot, since: datetime, until: datetime) -> dict[str, Any] | None:
    """All that was counted in these hours; None if nothing was."""
    hours = (
        TrafficHour.objects.filter(version=version, slot=slot).between(since, until).values_list("counts", flat=True)
    )
    summed: dict[str, Any] | None = total(hours)
    return summed


def judge_window(
    profile: Mapping[str, Any], counts: Mapping[str, Any] | None, limits: Monitoring, *, now: datetime
) -> Judged:
    """What a window says, by the thresholds of its model. Without enough rows it says nothing, and drifts nothing."""
    if counts is None or counts["rows"] < limits.minimum_rows or not profile:
        rows = counts["rows"] if counts else 0
        return Judged(rows=rows, is_enough=False, drifts=(), drifted=(), verdict=Verdict(judged_at=now))
    compared = compare(profile, counts)
    drifted = tuple(each for each in compared.all if has_drifted(each, limits))
    checks = tuple(_check(each, limits, passed=each not in drifted) for each in compared.all)
    return Judged(
        rows=compared.rows,
        is_enough=True,
        drifts=compared.all,
        drifted=drifted,
        verdict=Verdict(judged_at=now, checks=checks),
    )


def has_drifted(drift: Drift, limits: Monitoring) -> bool:
    """Whether this passes a threshold: PSI, or the share of values that are missing or never seen more than before."""
    moved = drift.psi is not None and drift.psi > limits.psi
    emptied = drift.missing - drift.missing_before > LARGEST_SHARE
    return moved or emptied or drift.outside - drift.outside_before > LARGEST_SHARE


def watch_models(*, now: datetime) -> int:
    """Report on the windows that ended since the last time, open and close alerts; how many reports were made."""
    champions = Deployment.objects.current().filter(slot=Slot.CHAMPION).select_related("model", "version")
    return sum(
        _watch(model=deployment.model, version=deployment.version, window=window, until=end_of(window, now), now=now)
        for deployment in champions
        for window in Window
    )


def end_of(window: Window, now: datetime) -> datetime:
    """When the last window of this length ended: hours and days (slid by the hour) at the hour, weeks at midnight."""
    hour = start_of_hour(now)
    return hour.replace(hour=0) if window == Window.WEEK else hour


def start_of(window: Window, now: datetime) -> datetime:
    """When a window that goes on until now began: hours are counted whole, the present one as far as it is."""
    return start_of_hour(now) - timedelta(hours=window.hours - 1)


def start_of_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def judged_until(version: ModelVersion, limits: Monitoring, window: Window, *, until: datetime) -> Judged:
    """The window of what the champion was asked that ends then."""
    since = until - timedelta(hours=window.hours)
    counts = traffic_of(version, slot=Slot.CHAMPION, since=since, until=until)
    return judge_window(version.profile, counts, limits, now=until)


@transaction.atomic
def _watch(*, model: Model, version: ModelVersion, window: Window, until: datetime, now: datetime) -> bool:
    """Report on one window of one version, once; False if it was done, or nothing was asked."""
    Model.objects.select_for_update().get(pk=model.pk)  # two clocks do not open the same alert
    if DriftReport.objects.filter(version=version, window=window, until_at=until).exists():
        return False
    limits = model.declared.monitoring
    last = judged_until(version, limits, window, until=until)
    if not last.rows:
        return False
    DriftReport.objects.create(
        version=version,
        window=window,
        until_at=until,
        rows=last.rows,
        is_enough=last.is_enough,
        drifts=[each.as_json() for each in last.drifts],
        verdict=last.verdict.as_json(),
    )
    before = judged_until(version, limits, window, until=until - timedelta(hours=window.hours))
    _follow_alert(model, version, window, before=before, last=last, now=now)
    return True


def _follow_alert(
    model: Model, version: ModelVersion, window: Window, *, before: Judged, last: Judged, now: datetime
) -> None:
    """Open the alert of what drifted in both windows, or close it once a whole window drifts no more."""
    alert = DriftAlert.objects.open().filter(version=version, window=window, is_trial=False).first()
    lasting = [each for each in last.drifted if each.name in {one.name for one in before.drifted}]
    if alert is None and lasting:
        open_alert(model=model, version=version, window=window, drifted=lasting, now=now)
    elif alert is not None and last.is_enough and not last.drifted:
        alert.closed_at = now
        alert.save(update_fields=["closed_at"])


def open_alert(
    *,
    model: Model,
    version: ModelVersion,
    window: Window,
    drifted: Sequence[Drift],
    now: datetime,
    is_trial: bool = False,
) -> DriftAlert:
    """Record that this drifted: `drift_alerting` claims it to tell the owner and to ask for a candidate."""
    alert: DriftAlert = DriftAlert.objects.create(
        model=model,
        version=version,
        window=window,
        drifted=[
            {"name": each.name, "psi": each.psi, "outside": each.outside, "missing": each.missing} for each in drifted
        ],
        is_trial=is_trial,
        opened_at=now,
        # A trial drifts nothing: there is nothing to wait for.
        closed_at=now if is_trial else None,
    )
    return alert


def forget_old_traffic(*, now: datetime) -> int:
    """Delete the hours, and their reports, that nobody compares any more; how many rows that was."""
    before = now - timedelta(days=KEPT_DAYS)
    hours, _by_model = TrafficHour.objects.filter(hour_at__lt=before).delete()
    reports, _by_model = DriftReport.objects.filter(until_at__lt=before).delete()
    return hours + reports


def _check(drift: Drift, limits: Monitoring, *, passed: bool) -> Check:
    measured = _("PSI %(psi)s") % {"psi": format_number(drift.psi, 3) if drift.psi is not None else "–"}
    return Check(
        name="drift",
        subject=drift.name,
        label=drift.name or _("Answers"),
        passed=passed,
        severity=Severity.WARNING,
        measured=measured,
        expected=_("at most %(limit)s") % {"limit": format_number(limits.psi, 2)},
    )
