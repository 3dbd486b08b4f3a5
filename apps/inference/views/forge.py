"""The token by which the reports of a model are posted on its forge: written here, never shown again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.inference.forms.forge import ForgeForm
from apps.inference.merge_requests import keep_forge_token
from apps.inference.models import Model
from apps.inference.views.page import ModelPage


@requires("inference.view_model", "inference.change_model")
def model_forge(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    form = ForgeForm(request.POST or None, instance=Model.objects.get(pk=shown.model.pk))
    if form.is_valid():
        given = form.cleaned_data
        try:
            keep_forge_token(model=shown.model, url=given["forge_url"], token=given["forge_token"], by=request.user)
        except RuleViolation as refusal:
            form.add_error("forge_token", str(refusal.message))
        else:
            messages.success(request, _("It is saved."))
            return redirect(shown.model)
    return render(request, "inference/model_forge.html", shown.context("declaration", form=form))
