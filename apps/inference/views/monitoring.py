"""Watching a model: what it is asked, what it answers, how far both are from what it learnt from; trying the watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.charts import Chart, Limit, Series, line_chart
from apps.core.errors import RuleViolation
from apps.core.interface import Figure, Tone
from apps.core.numbers import format_number
from apps.inference.drift.comparing import Drift
from apps.inference.drift_alerting import labelled
from apps.inference.drift_trials import request_trial
from apps.inference.enums import Slot, Window
from apps.inference.forms.watching import TrialForm, WindowForm
from apps.inference.models import DriftReport, DriftTrial, Model, ModelVersion
from apps.inference.signature import Signature
from apps.inference.tasks import try_watch
from apps.inference.views.page import ModelPage
from apps.inference.views.performances import Performance
from apps.inference.views.shadows import Shadow
from apps.inference.views.traffic import Traffic, hour_said
from apps.inference.watching import Judged, judge_window, start_of, traffic_of

SHOWN_ALERTS, SHOWN_TRIALS, SHOWN_REPORTS = 10, 10, 48
DRAWN_FIELDS = 4


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that may drift, in words."""

    label: str
    figures: Mapping[str, Any]
    tone: Tone
    word: str


@dataclass(frozen=True, kw_only=True)
class Share:
    """One answer: its share of the rows that were learnt from, and of today's."""

    label: str
    before: float
    now: float


@requires("inference.view_model")
def monitoring(request: HttpRequest, slug: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    model, version = shown.model, shown.served
    form = WindowForm(request.GET or None)
    window, now = form.chosen, timezone.now()
    alerts = list(model.drift_alerts.select_related("version", "model")[:SHOWN_ALERTS])
    watched = _watched(model, version, window, now) if version else {}
    context = shown.context(
        "monitoring",
        version=version,
        form=form,
        window=window,
        alerts=[(alert, ", ".join(labelled(alert))) for alert in alerts],
        is_paused="figer" in request.GET,
        is_news=request.GET.get("dit", watched.get("tone")) != watched.get("tone"),
        **watched,
    )
    part = request.headers.get("HX-Request") == "true"
    return render(request, "inference/_monitoring.html" if part else "inference/monitoring.html", context)


@requires("inference.view_model")
def drift_trials(request: SignedInRequest, slug: str) -> HttpResponse:
    """The trials of the watch, and the form that asks for one; on the version in service, or the last one."""
    model = ModelPage.load(request, slug).model
    version = model.deployed(Slot.CHAMPION) or model.versions.order_by("-number").first()
    may_try = request.user.has_perm("inference.train_model")
    form = TrialForm(request.POST or None, signature=version.signed) if version and may_try else None
    if request.method == "POST" and version and form is not None and form.is_valid():
        try:
            trial = request_trial(
                version=version,
                alterations=[form.alter],
                is_whole_chain=form.cleaned_data["is_whole_chain"],
                by=request.user,
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            transaction.on_commit(lambda: try_watch.delay(trial.pk))
            messages.success(request, _("The trial is asked for: its result comes below in a moment."))
            return redirect("inference:drift_trials", slug=model.slug)
    trials = DriftTrial.objects.filter(version__model=model).select_related("version")[:SHOWN_TRIALS]
    context = {"model": model, "version": version, "form": form, "trials": [_trial(each) for each in trials]}
    return render(request, "inference/drift_trials.html", context)


def _watched(model: Model, version: ModelVersion, window: Window, now: datetime) -> dict[str, Any]:
    """What the page says of the version in service, over the window that ends now."""
    since = start_of(window, now)
    counts = traffic_of(version, slot=Slot.CHAMPION, since=since, until=now)
    limits = model.declared.monitoring
    judged = judge_window(version.profile, counts, limits, now=now)
    tone, verdict = _standing(judged, limits.minimum_rows)
    performance = Performance.of(version, window, counts, since=since, now=now)
    traffic = Traffic.of(version, window, now=now)
    return {
        "now": now,
        "since": since,
        "tone": tone,
        "verdict": verdict,
        "figures": _figures(judged, performance, traffic, window),
        "performance": performance,
        "traffic": traffic,
        "lines": _lines(judged, version.signed),
        "shares": _shares(version, counts) if counts else [],
        "trend": _trend(version, window, limits.psi),
        "shadow": Shadow.of(model, version, since=since, until=now),
    }


def _standing(judged: Judged, minimum: int) -> tuple[Tone, str]:
    if not judged.rows:
        return Tone.OFF, _("Nothing was asked of it over this time.")
    if not judged.is_enough:
        told = ngettext(
            "One row was asked of it: below %(minimum)s, what moves may be chance alone.",
            "%(rows)s rows were asked of it: below %(minimum)s, what moves may be chance alone.",
            judged.rows,
        )
        return Tone.OFF, told % {"rows": format_number(judged.rows), "minimum": format_number(minimum)}
    if judged.drifted:
        told = ngettext(
            "One thing moved away from what it learnt from.",
            "%(count)s things moved away from what it learnt from.",
            len(judged.drifted),
        )
        return Tone.WARN, told % {"count": len(judged.drifted)}
    return Tone.OK, _("What it is asked looks like what it learnt from.")


def _figures(judged: Judged, performance: Performance, traffic: Traffic, window: Window) -> list[Figure]:
    """What to know at a glance."""
    people, (_median, ninety_fifth, _last) = performance.sides[0], traffic.latencies
    said = _("%(metric)s, as people say") % {"metric": performance.metric}
    return [
        Figure(label=_("Rows asked"), value=format_number(judged.rows), note=str(window.label)),
        Figure(label=_("Requests refused"), value=traffic.refused_told, note=_of_requests(traffic)),
        Figure(label=_("Time taken"), value=ninety_fifth[1], note=_("95 requests in 100 take less")),
        Figure(label=said, value=people.value, note=people.basis),
    ]


def _of_requests(traffic: Traffic) -> str:
    return ngettext("of one request", "of %(count)s requests", traffic.requests) % {
        "count": format_number(traffic.requests)
    }


def _lines(judged: Judged, signature: Signature) -> list[Line]:
    """In the order of the fields, the answers last."""
    order = {name: rank for rank, name in enumerate([*signature.names, ""])}
    return [_line(each, judged, signature) for each in sorted(judged.drifts, key=lambda each: order[each.name])]


def _line(drift: Drift, judged: Judged, signature: Signature) -> Line:
    is_drifted = drift in judged.drifted
    return Line(
        label=signature.field(drift.name).title if drift.name else _("Its answers"),
        figures=drift.as_json(),
        tone=Tone.WARN if is_drifted else Tone.OK,
        word=_("Moved") if is_drifted else _("Steady"),
    )


def _shares(version: ModelVersion, counts: Mapping[str, Any]) -> list[Share]:
    """The answers by class, the most frequent today first; none of a model that answers with numbers."""
    learnt, now, output = version.profile["answers"], counts["answers"], version.signed.output
    if not output.classes:
        return []
    rows_before, rows = sum(learnt["counts"].values()) or 1, counts["rows"] or 1
    shares = [
        Share(label=output.label_of(each), before=learnt["counts"][each] / rows_before, now=now["counts"][each] / rows)
        for each in output.classes
    ]
    return sorted(shares, key=lambda share: -share.now)


def _trend(version: ModelVersion, window: Window, limit: float) -> Chart:
    """The PSI of what moved most, report after report."""
    found = DriftReport.objects.filter(version=version, window=window, is_enough=True).order_by("-until_at")
    reports = list(found[:SHOWN_REPORTS])[::-1]
    values = [{each["name"]: _rounded(each["psi"]) for each in report.drifts} for report in reports]
    names = {name for each in values for name in each}
    highest = sorted(names, key=lambda name: -max((each.get(name) or 0.0) for each in values))[:DRAWN_FIELDS]
    labels = {field.name: field.title for field in version.signed.fields}
    return line_chart(
        title=_("Drift (PSI) of what moved most, report after report"),
        label_name=_("Until"),
        labels=[hour_said(report.until_at) for report in reports],
        series=[
            Series(name=labels.get(name, _("Its answers")), values=[each.get(name) for each in values])
            for name in highest
        ],
        limit=Limit(value=limit, label=_("alert threshold")) if reports else None,
    )


def _rounded(psi: float | None) -> float | None:
    return None if psi is None else round(psi, 2)


def _trial(trial: DriftTrial) -> dict[str, Any]:
    """A trial in words: what was altered, and whether the watch saw it."""
    signature = trial.version.signed
    before = {each["name"]: each["psi"] for each in trial.before}
    return {
        "trial": trial,
        "altered": [signature.field(each["field"]).title for each in trial.alterations],
        "lines": [
            (
                signature.field(each["name"]).title if each["name"] else _("Its answers"),
                before.get(each["name"]),
                each["psi"],
            )
            for each in sorted(trial.after, key=lambda each: -(each["psi"] or 0.0))[:DRAWN_FIELDS]
        ],
        "url": reverse("inference:version", args=[trial.version.model.slug, trial.version.number]),
    }
