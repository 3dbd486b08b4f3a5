"""What a model is, as it was declared: what it learns from, what it predicts, how it is judged, who may use it."""

from django.http import HttpResponse
from django.shortcuts import render

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.inference.forms.written import write_spec
from apps.inference.measures import METRICS
from apps.inference.views.page import ModelPage


@requires("inference.view_model")
def declaration(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    spec = shown.model.declared
    labels = {metric.name: metric.label for metric in METRICS[spec.task]}
    context = {
        "spec": spec,
        "gates": [(labels.get(gate.metric, gate.metric), gate) for gate in spec.gates],
        "metric": labels.get(spec.metric, spec.metric),
        "yaml": write_spec(spec),
    }
    return render(request, "inference/declaration.html", shown.context("declaration", **context))
