"""What inference measures of what models are asked: the same figures as their pages."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Metric, Sample, Text
from apps.inference import partitions
from apps.inference.beside import besides
from apps.inference.enums import Slot, Window
from apps.inference.models import Deployment, DriftAlert, DriftReport
from apps.inference.performance import expected_of, opinions_of
from apps.inference.watching import start_of

ANSWERS = "answers"

Row: TypeAlias = tuple[str, str, str, Text, Text]


def drifts(figure: str) -> Iterator[Sample]:
    """One figure of the last report of each window of each champion: of each field, and of its answers."""
    slugs = _champions()
    last = DriftReport.objects.filter(version__in=slugs, is_enough=True).order_by("version_id", "window", "-until_at")
    for report in last.distinct("version_id", "window").only("version", "window", "drifts"):
        for each in report.drifts:
            if (value := each[figure]) is not None:
                labels = {"model": slugs[report.version_id], "window": report.window}
                yield labels | {"field": each["name"] or ANSWERS}, value


def opinions(figure: str) -> Iterator[Sample]:
    """What people say of the answers of each champion, over each window that goes on until now."""
    slugs, now = _champions(), timezone.now()
    for (version, window), said in opinions_of(list(slugs), _windows(now)).items():
        if (value := getattr(said, figure)) is not None:
            yield {"model": slugs[version], "window": window}, value


def expected() -> Iterator[Sample]:
    """How often the answers of each champion are right, as its confidence promises, over the same windows."""
    slugs, now = _champions(), timezone.now()
    for (version, window), found in expected_of(list(slugs), _windows(now), now=now).items():
        yield {"model": slugs[version], "window": window}, found.value


def shadows(figure: str) -> Iterator[Sample]:
    """What each version in shadow answers beside the champion, over the same windows."""
    slugs, now = _champions(), timezone.now()
    champions = {slug: version for version, slug in slugs.items()}
    beside = Deployment.objects.current().filter(slot=Slot.SHADOW, model__slug__in=champions)
    names = dict(beside.values_list("version", "model__slug"))
    pairs = {version: champions[slug] for version, slug in names.items()}
    for (version, window), both in besides(pairs, _windows(now), until=now).items():
        if (value := getattr(both, figure)) is not None:
            yield {"model": names[version], "window": window}, value


def _windows(now: datetime) -> dict[str, datetime]:
    """When each window that goes on until now began."""
    return {window.value: start_of(window, now) for window in Window}


def _champions() -> dict[int, str]:
    """The version in service of each model, by its key, and the model's slug."""
    return dict(Deployment.objects.current().filter(slot=Slot.CHAMPION).values_list("version", "model__slug"))


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


# The key, the figure of a report, the unit, the name, what it says. Of fields, and of the answers under “answers”.
DRIFTS: Sequence[Row] = (
    (
        "model_drift_psi",
        "psi",
        "",
        _("Drift of models (PSI)"),
        _("What the model in service is asked beside what it learnt from, by field and window, at the last report."),
    ),
    (
        "model_drift_js",
        "js",
        "",
        _("Drift of models (Jensen–Shannon)"),
        _("The same as a distance, from 0 (alike) to 1 (nothing in common)."),
    ),
    (
        "model_drift_ks",
        "ks",
        "",
        _("Drift of models (Kolmogorov–Smirnov)"),
        _("The largest gap between the cumulated shares, of values that have an order."),
    ),
    (
        "model_drift_w1",
        "w1",
        "sigmas",
        _("Drift of models (Wasserstein)"),
        _("How far values moved on average, in standard deviations of what was learnt from."),
    ),
    (
        "model_missing",
        "missing",
        "ratio",
        _("Missing values"),
        _("The share of values that are missing, by field and window, at the last report."),
    ),
    (
        "model_unseen",
        "outside",
        "ratio",
        _("Values never seen"),
        _("The share of values, categories or words that training never saw, at the last report."),
    ),
)
# Likewise, the figure being that of `performance.Opinions`.
OPINIONS: Sequence[Row] = (
    (
        "model_opinions",
        "count",
        "",
        _("Opinions on answers"),
        _("Answers of the version in service on which somebody gave an opinion, by window."),
    ),
    (
        "model_opinions_accuracy",
        "accuracy",
        "ratio",
        _("Right answers, as people say"),
        _("The share of those opinions that find the answer right. Whoever gives one is no random sample."),
    ),
    (
        "model_opinions_error",
        "mean_error",
        "",
        _("Mean error, as people say"),
        _("How far numbers answered are from those that people say are right, in the unit of the model."),
    ),
)
# Likewise, the figure being that of `beside.Beside`.
SHADOWS: Sequence[Row] = (
    (
        "model_shadow_rows",
        "rows",
        "",
        _("Rows answered beside"),
        _("Rows that the version in service and the one in shadow both answered, by window."),
    ),
    (
        "model_shadow_agreement",
        "same_share",
        "ratio",
        _("Same answer in shadow"),
        _("The share of those rows to which both give the same class."),
    ),
    (
        "model_shadow_gap",
        "gap",
        "",
        _("Mean difference in shadow"),
        _("How far the numbers that both answer are apart on average, in the unit of the model."),
    ),
)


def series(rows: Sequence[Row], measure: Callable[[str], Iterator[Sample]], *labels: str) -> list[Metric]:
    """A metric for each of these figures, which `measure` reads by its name."""
    return [
        Metric(key=key, unit=unit, label=label, help=said, labels=labels, collect=partial(measure, figure))
        for key, figure, unit, label, said in rows
    ]


DECLARED = [
    *series(DRIFTS, drifts, "model", "window", "field"),
    *series(OPINIONS, opinions, "model", "window"),
    *series(SHADOWS, shadows, "model", "window"),
    Metric(
        key="model_expected_accuracy",
        label=_("Right answers, as confidence promises"),
        help=_("Without any opinion: what its evaluation measured of answers as sure. It holds while nothing drifts."),
        unit="ratio",
        labels=("model", "window"),
        collect=expected,
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
