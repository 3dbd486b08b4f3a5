"""What inference measures of what models are asked: the same figures as their pages."""

from collections.abc import Iterator

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Metric, Sample
from apps.inference import partitions
from apps.inference.enums import Slot
from apps.inference.models import Deployment, DriftAlert, DriftReport

ANSWERS = "answers"


def drifts() -> Iterator[Sample]:
    """The last report of each window of each champion."""
    champions = Deployment.objects.current().filter(slot=Slot.CHAMPION).values_list("version", "model__slug")
    slugs = dict(champions)
    last = DriftReport.objects.filter(version__in=slugs, is_enough=True).order_by("version", "window", "-until_at")
    for report in last.distinct("version", "window").only("version", "window", "drifts"):
        for each in report.drifts:
            if each["psi"] is not None:
                labels = {
                    "model": slugs[report.version_id],
                    "window": report.window,
                    "field": each["name"] or ANSWERS,
                }
                yield labels, each["psi"]


def open_alerts() -> Iterator[Sample]:
    yield {}, DriftAlert.objects.open().count()


def oldest_report() -> Iterator[Sample]:
    """How late the watch is."""
    last = DriftReport.objects.values_list("until_at", flat=True).first()
    yield {}, (timezone.now() - last).total_seconds() if last else 0


def deployed_versions() -> Iterator[Sample]:
    counts = dict(Deployment.objects.current().order_by().values_list("slot").annotate(Count("pk")))
    for slot in Slot:
        yield {"slot": slot.value}, counts.get(slot, 0)


def prediction_days() -> Iterator[Sample]:
    yield {}, len(partitions.days())


DECLARED = [
    Metric(
        key="model_drift_psi",
        label=_("Drift of models (PSI)"),
        help=_(
            "What the model in service is asked beside what it learnt from, by field and window, at the last report."
        ),
        labels=("model", "window", "field"),
        collect=drifts,
    ),
    Metric(
        key="model_drift_alerts",
        label=_("Drift alerts that are open"),
        help=_("Drifts that lasted two windows in a row and still do: see the page of the model."),
        collect=open_alerts,
    ),
    Metric(
        key="model_last_drift_report",
        label=_("Age of the last drift report"),
        help=_("More than two hours while models are asked: nobody watches them."),
        unit="seconds",
        collect=oldest_report,
    ),
    Metric(
        key="models_deployed",
        label=_("Versions deployed"),
        help=_("Versions of models in each slot: in service, tried, in shadow."),
        labels=("slot",),
        collect=deployed_versions,
    ),
    Metric(
        key="prediction_days",
        label=_("Days of the log of predictions"),
        help=_("Daily tables of predictions, those made ahead included. Falling: nothing makes the days to come."),
        collect=prediction_days,
    ),
]
