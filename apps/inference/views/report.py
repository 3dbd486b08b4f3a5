"""The evaluation report: what people read before they let a version answer anyone. On screen, on paper, as JSON."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.interface import Figure
from apps.core.numbers import format_number
from apps.inference.confidence import margin_said
from apps.inference.models import Evaluation, ModelVersion
from apps.inference.pictures import confusion_of, forecast_of, pictures_of
from apps.inference.reports import Told
from apps.inference.standing import stand
from apps.inference.telling import verdict_of
from apps.inference.views.mistakes import mistakes_of
from apps.inference.views.page import ModelPage
from apps.inference.views.versions import SEE


@requires(*SEE)
def report(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    version = shown.version(number)
    evaluation = evaluation_of(version)
    told = Told.of(evaluation, version.signed)
    (stood,) = stand([version])
    context = {
        "version": version,
        "stood": stood,
        "evaluation": evaluation,
        "report": told,
        "figures": list(_figures(told)),
        "verdict": verdict_of(version.training),
        "confusion": confusion_of(told),
        "forecast": forecast_of(told, unit=told.unit),
        "margin": margin_said(told.report.forecast, unit=told.unit),
        "confusion_table": _table(told),
        "pictures": list(pictures_of(told, titles=told.titles)),
        "mistakes": mistakes_of(version, told, request.user),
    }
    return render(request, "inference/report.html", shown.context("model", **context))


@requires(*SEE)
def report_json(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """The report as it was written, whose digest a review refers to."""
    version = ModelPage.load(request, slug).version(number)
    response = JsonResponse(evaluation_of(version).report, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{slug}-{number}-report.json"'
    return response


def evaluation_of(version: ModelVersion) -> Evaluation:
    """Raises Http404 if its training left none."""
    found: Evaluation | None = getattr(version.training, "evaluation", None)
    if found is None:
        raise Http404
    return found


def _figures(told: Told) -> Iterator[Figure]:
    if line := told.primary:
        yield Figure(label=line.label, value=line.value, note=line.interval)
    data = told.report.data
    yield Figure(label=_("Rows to learn from"), value=format_number(data.rows_train))
    period = _("%(first)s to %(last)s") % {"first": _day(data.first), "last": _day(data.last)} if data.first else ""
    yield Figure(label=_("Rows to judge by"), value=format_number(data.rows_test), note=period)
    yield Figure(
        label=_("Time to answer"),
        value=format_number(told.report.timing.answer_ms, 2, "ms"),
        note=_("for one row, among many at once"),
    )


def _day(written: str) -> str:
    return date_format(date.fromisoformat(written), "DATE_FORMAT")


def _table(told: Told) -> dict[str, Any] | None:
    """The confusion matrix as a table, with the share of each class that was found; whatever the number of classes."""
    confusion = told.report.confusion
    if confusion is None:
        return None
    lines = []
    for truth, counts in zip(confusion.truths, confusion.counts, strict=True):
        total = sum(counts)
        right = sum(count for answer, count in zip(confusion.answers, counts, strict=True) if answer == truth)
        cells = [(count, answer == truth) for answer, count in zip(confusion.answers, counts, strict=True)]
        found = right / total if total else None
        lines.append({"name": told.class_named(truth), "cells": cells, "total": total, "found": found})
    names = [told.class_named(name) for name in confusion.answers]
    return {"names": names, "lines": lines}
