"""What a model is, as it was declared: what it learns from, what it predicts, how it is judged, who may use it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.declarations import Text
from apps.core.numbers import format_number, format_percent
from apps.inference.forms.written import write_spec
from apps.inference.measures import METRICS, Metric
from apps.inference.spec import Gate
from apps.inference.telling import estimator_said, retraining_said
from apps.inference.views.page import ModelPage


@requires("inference.view_model")
def declaration(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    spec = shown.model.declared
    metrics = {metric.name: metric for metric in METRICS[spec.task]}
    context = {
        "spec": spec,
        "sees_dataset": shown.model.dataset.is_visible_to(request.user),
        "gates": [_gate(metrics.get(gate.metric), gate) for gate in spec.gates],
        "metric": metrics[spec.metric].label if spec.metric in metrics else spec.metric,
        "estimator": estimator_said(spec.estimator),
        "retraining": retraining_said(spec.retraining),
        "yaml": write_spec(spec),
    }
    if forecast := spec.forecast:
        context["foretold"] = _("%(number)s, %(time)s ahead") % {
            "number": forecast.aggregate.label,
            "time": forecast.period.counted(forecast.horizon),
        }
        context["former"] = ", ".join(forecast.period.counted(lag) for lag in forecast.reach)
    return render(request, "inference/declaration.html", shown.context("declaration", **context))


def _gate(metric: Metric | None, gate: Gate) -> tuple[Text, Gate, str]:
    """What a threshold is about, and what it asks for, written as reports write it."""
    asked = gate.at_most if gate.at_least is None else gate.at_least
    if metric is None or asked is None:
        return gate.metric, gate, format_number(asked)
    if not metric.is_share:
        return metric.label, gate, format_number(asked)
    return metric.label, gate, format_percent(asked, 0 if round(asked * 100, 6).is_integer() else 1)
