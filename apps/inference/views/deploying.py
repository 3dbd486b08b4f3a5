"""Putting a version somewhere, going back to the one before, taking one away: each on a page that says what changes."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.inference import deploying
from apps.inference.enums import Slot
from apps.inference.forms.deciding import DeploymentForm, ExpectedForm
from apps.inference.models import Deployment, ModelVersion
from apps.inference.standing import stand
from apps.inference.views.page import ModelPage

DEPLOY = ("inference.view_model", "inference.view_deployment", "inference.deploy_model")


@requires(*DEPLOY)
def deploy(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    version = shown.version(number)
    approval = deploying.approval_of(version)
    slots = _slots_for(shown, version, is_approved=approval is not None)
    asked = {"slot": slots[0], "expected": shown.served.number if shown.served else 0}
    form = DeploymentForm(request.POST if request.method == "POST" else None, initial=asked, slots=slots)
    if request.method == "POST" and form.is_valid():
        try:
            _put(version, Slot(form.cleaned_data["slot"]), request, expected=form.cleaned_data["expected"])
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
            return redirect("inference:deploy", slug, number)
        messages.success(request, _("Version %(number)s is deployed.") % {"number": number})
        return redirect(shown.model)
    (stood,) = stand([version])
    context = {"version": version, "stood": stood, "form": form, "approval": approval}
    return render(request, "inference/deploy.html", shown.context("model", **context))


@requires(*DEPLOY)
def rollback(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    before = deploying.deployment_before(shown.model, shown.champion) if shown.champion else None
    form = ExpectedForm(request.POST if request.method == "POST" else None, initial=_seen(shown.champion))
    if request.method == "POST" and form.is_valid():
        try:
            row = deploying.roll_back(model=shown.model, by=request.user, expected=form.cleaned_data["expected"])
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Version %(number)s is back in service.") % {"number": row.version.number})
        return redirect(shown.model)
    return render(request, "inference/rollback.html", shown.context("model", before=before, form=form))


@requires(*DEPLOY)
def withdraw(request: SignedInRequest, slug: str, slot: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    if slot not in Slot:
        raise Http404
    place = Slot(slot)
    current = shown.model.deployments.current().filter(slot=place).select_related("version").first()
    form = ExpectedForm(request.POST if request.method == "POST" else None, initial=_seen(current))
    if request.method == "POST" and form.is_valid():
        expected = form.cleaned_data["expected"]
        try:
            deploying.withdraw(model=shown.model, slot=place, by=request.user, expected=expected)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Version %(number)s is withdrawn.") % {"number": expected})
        return redirect(shown.model)
    context = {"current": current, "slot": place, "form": form}
    return render(request, "inference/withdraw.html", shown.context("model", **context))


def _put(version: ModelVersion, slot: Slot, request: SignedInRequest, *, expected: int) -> None:
    match slot:
        case Slot.CHAMPION:
            deploying.promote(version=version, by=request.user, expected=expected)
        case Slot.PREPRODUCTION:
            deploying.deploy_to_preproduction(version=version, by=request.user)
        case Slot.SHADOW:
            deploying.deploy_shadow(version=version, by=request.user)


def _slots_for(shown: ModelPage, version: ModelVersion, *, is_approved: bool) -> list[Slot]:
    """Where it may be put, the likeliest first: service once approved, shadow beside another that answers."""
    is_there = shown.served is not None and shown.served.pk == version.pk
    slots = [Slot.CHAMPION] if is_approved and not is_there else []
    return [*slots, Slot.PREPRODUCTION, *([Slot.SHADOW] if shown.served and not is_there else [])]


def _seen(row: Deployment | None) -> dict[str, int]:
    return {"expected": row.version.number if row else 0}
