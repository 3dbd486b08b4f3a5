"""Needs, and the benchmarks that compare services for them."""

from typing import Any

import yaml
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.inference import cataloguing
from apps.inference.benchmarking import running
from apps.inference.benchmarking.reporting import report_of
from apps.inference.forms.ai_services import BenchmarkForm, ConclusionForm, NeedForm
from apps.inference.models import AiService, Benchmark, Need
from apps.inference.tasks import run_benchmark

EXAMPLE = """\
- name: Orienter un signalement
  capability: classify
  options: {labels: [Voirie, Propreté, Éclairage], instructions: "Choisis le service qui doit s’en charger."}
  cases:
    - {given: {text: "Un lampadaire est éteint depuis trois jours rue du Bief."}, expected: Éclairage, judge: same}
"""


@requires("inference.view_need")
def needs(request: HttpRequest) -> HttpResponse:
    rows = [(need, need.benchmarks.first()) for need in Need.objects.prefetch_related("functions", "benchmarks")[:200]]
    return render(request, "inference/needs.html", {"rows": rows})


@requires("inference.view_need")
def need(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Need, slug=slug)
    context = {
        "need": shown,
        "functions": shown.functions.prefetch_related("cases"),
        "benchmarks": shown.benchmarks.select_related("requested_by")[:20],
    }
    return render(request, "inference/need.html", context)


@requires("inference.add_need")
def need_new(request: SignedInRequest) -> HttpResponse:
    return _edit(request, None)


@requires("inference.change_need")
def need_change(request: SignedInRequest, slug: str) -> HttpResponse:
    return _edit(request, get_object_or_404(Need, slug=slug))


@requires("inference.delete_need")
def need_delete(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Need, slug=slug)
    if request.method == "POST":
        try:
            cataloguing.delete_need(need=shown, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
            return redirect(shown)
        messages.success(request, _("“%(name)s” was deleted.") % {"name": shown})
        return redirect("inference:needs")
    return render(request, "inference/need_delete.html", {"need": shown, "count": shown.benchmarks.count()})


@requires("inference.add_benchmark")
def benchmark_new(request: SignedInRequest, slug: str) -> HttpResponse:
    compared = get_object_or_404(Need, slug=slug)
    form = BenchmarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            benchmark = running.request_benchmark(
                need=compared,
                services=list(form.cleaned_data["services"]),
                set_aside=form.cleaned_data["set_aside"],
                by=request.user,
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message))
        else:
            transaction.on_commit(lambda: run_benchmark.delay(benchmark.pk))
            return redirect(benchmark)
    context = {"need": compared, "form": form, "has_services": AiService.objects.filter(is_open=True).exists()}
    return render(request, "inference/benchmark_new.html", context)


@requires("inference.view_benchmark")
def benchmark(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The report, printable; while it goes on, how far it is, for htmx too, which asks for the page once it is over."""
    shown = _load(slug, pk)
    is_part = request.headers.get("HX-Request") == "true"
    if is_part and shown.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    may_conclude = request.user.has_perm("inference.add_benchmark")
    form = ConclusionForm(request.POST or None, initial={"conclusion": shown.conclusion}) if may_conclude else None
    if request.method == "POST" and form is not None and form.is_valid():
        running.conclude(benchmark=shown, conclusion=form.cleaned_data["conclusion"], by=request.user)
        messages.success(request, _("The conclusion is saved."))
        return redirect(shown)
    context: dict[str, Any] = {
        "benchmark": shown,
        "need": shown.need,
        "report": report_of(shown),
        "form": form,
        "now": timezone.now(),
    }
    return render(request, "inference/_benchmark_progress.html" if is_part else "inference/benchmark.html", context)


@requires("inference.view_benchmark")
def benchmark_json(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    shown = _load(slug, pk)
    name = f"comparatif-{shown.need.slug}-{shown.pk}.json"
    return JsonResponse(report_of(shown).as_json(), headers={"Content-Disposition": f'attachment; filename="{name}"'})


@requires("inference.add_benchmark")
def benchmark_cancel(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    shown = _load(slug, pk)
    if request.method == "POST":
        try:
            running.cancel_benchmark(benchmark=shown, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        return redirect(shown)
    return render(request, "inference/benchmark_cancel.html", {"benchmark": shown, "need": shown.need})


def _load(slug: str, pk: int) -> Benchmark:
    found: Benchmark = get_object_or_404(Benchmark.objects.select_related("need"), need__slug=slug, pk=pk)
    return found


def _edit(request: SignedInRequest, shown: Need | None) -> HttpResponse:
    written = yaml.safe_dump(_functions(shown), allow_unicode=True, sort_keys=False, width=110) if shown else EXAMPLE
    form = NeedForm(request.POST or None, instance=shown, initial={"functions": written})
    if request.method == "POST" and form.is_valid():
        saved = cataloguing.save_need(need=form.instance, by=request.user)
        cataloguing.write_functions(need=saved, functions=form.cleaned_data["functions"], by=request.user)
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
        return redirect(saved)
    return render(request, "inference/need_edit.html", {"form": form, "need": shown})


def _functions(shown: Need) -> list[dict[str, Any]]:
    return [
        {
            "name": function.name,
            "capability": function.capability,
            "options": function.options,
            "cases": [
                {"given": case.given, "expected": case.expected, "judge": case.judge} for case in function.cases.all()
            ],
        }
        for function in shown.functions.prefetch_related("cases")
    ]
