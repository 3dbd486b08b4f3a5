"""A model at a glance: is it well, where its next version stops, what answers now, what it was before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.interface import Event, Figure, Tone
from apps.core.numbers import format_number
from apps.inference.enums import DeploymentCause, Slot, TrainingState
from apps.inference.models import Deployment, ModelVersion
from apps.inference.reports import Line, Told
from apps.inference.standing import TRAINING_TONES, Stood, stand
from apps.inference.telling import cause_of
from apps.inference.views.chain import chain_of
from apps.inference.views.page import ModelPage

SHOWN_TRAININGS = 5
SHOWN_DEPLOYMENTS = 12
PAGE_SIZE = 10


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    stood: Stood
    primary: Line | None


@requires("inference.view_model", "inference.view_modelversion", "inference.view_trainingrun")
def model(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    page = Paginator(_versions(shown), PAGE_SIZE).get_page(request.GET.get("page"))
    newest = shown.model.versions.only("pk", "number", "model").first()
    trainings = shown.model.trainings.select_related("version", "dataset_version")[:SHOWN_TRAININGS]
    context = {
        "stages": chain_of(shown, newest),
        "figures": list(_figures(shown)),
        "page": page,
        "versions": rows_of(list(page)),
        "trainings": [(run, TRAINING_TONES[TrainingState(run.state)], cause_of(run)) for run in trainings],
        "events": _events(shown),
        "slots": _slots(shown),
        "may_roll_back": shown.champion is not None and shown.model.archived_at is None,
    }
    return render(request, "inference/model.html", shown.context("model", **context))


def _versions(shown: ModelPage) -> Any:
    found = shown.model.versions.select_related("training__evaluation", "training__dataset_version")
    return found.defer("profile", "golden", "signature", "training__spec", "training__verdict").order_by("-number")


def rows_of(versions: Sequence[ModelVersion]) -> list[VersionRow]:
    return [VersionRow(stood=stood, primary=primary_of(stood.version)) for stood in stand(versions)]


def primary_of(version: ModelVersion) -> Line | None:
    report = getattr(version.training, "evaluation", None)
    return Told.of(report).primary if report else None


def _figures(shown: ModelPage) -> Iterator[Figure]:
    """What is in service, in figures."""
    version = shown.served
    if version is None:
        return
    report = getattr(version.training, "evaluation", None)
    for line in Told.of(report).lines[:2] if report else ():
        note = _("%(interval)s, 19 times out of 20") % {"interval": line.interval} if line.interval else ""
        yield Figure(label=line.label, value=line.value, note=note)
    rows = version.training.rows_train
    yield Figure(
        label=_("Learnt from"),
        value=ngettext("%(count)s row", "%(count)s rows", rows) % {"count": format_number(rows)},
        note=_("judged by %(count)s others") % {"count": format_number(version.training.rows_test)},
    )
    fields = len(version.signed.fields)
    yield Figure(
        label=_("Fields to fill in"),
        value=format_number(fields),
        note=_("as %(format)s") % {"format": version.get_format_display()},
    )


def _slots(shown: ModelPage) -> list[Deployment]:
    """What is deployed now, beside the champion."""
    rows = shown.model.deployments.current().exclude(slot=Slot.CHAMPION)
    return list(rows.select_related("version").defer("version__profile", "version__golden", "version__signature"))


def _events(shown: ModelPage) -> list[Event]:
    """What came in service, was tried and went, the latest first."""
    past = shown.model.deployments.select_related("version", "by", "review__decided_by").order_by("-pk")
    rows = list(past.defer("version__profile", "version__golden", "version__signature")[:SHOWN_DEPLOYMENTS])
    # What was withdrawn as another came is told by the other.
    came = {(row.slot, row.deployed_at) for row in rows}
    found = [event for row in rows for event in _of(row, shown, was_replaced=(row.slot, row.withdrawn_at) in came)]
    return sorted(found, key=lambda event: event.at, reverse=True)[:SHOWN_DEPLOYMENTS]


def _of(row: Deployment, shown: ModelPage, *, was_replaced: bool) -> Iterator[Event]:
    row.version.model = shown.model
    facts = {"number": row.version.number, "slot": str(Slot(row.slot).label).lower(), "by": row.by or _("the platform")}
    match DeploymentCause(row.cause):
        case DeploymentCause.PROMOTION:
            text, tone = _("Version %(number)s put in service by %(by)s."), Tone.OK
        case DeploymentCause.ROLLBACK:
            text, tone = _("Back to version %(number)s, by %(by)s."), Tone.WARN
        case DeploymentCause.TRIAL:
            text, tone = _("Version %(number)s tried out (%(slot)s) by %(by)s."), Tone.INFO
    said = text % facts
    if row.review and row.review.decided_by:
        said += " " + _("Approved by %(who)s.") % {"who": row.review.decided_by}
    yield Event(at=row.deployed_at, text=said, tone=tone, url=row.version.get_absolute_url())
    if row.withdrawn_at and not was_replaced:
        text = _("Version %(number)s withdrawn (%(slot)s).") % facts
        yield Event(at=row.withdrawn_at, text=text, tone=Tone.OFF, url=row.version.get_absolute_url())
