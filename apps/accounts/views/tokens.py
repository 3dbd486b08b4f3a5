"""The tokens of one's programs."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.accounts import tokens as acts
from apps.accounts.exceptions import TokenRefused
from apps.accounts.forms.tokens import TokenForm
from apps.accounts.models import ApiToken
from apps.accounts.reauthentication import reauthenticated
from apps.accounts.requests import SignedInRequest
from apps.core.access import signed_in


@signed_in
def tokens(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "accounts/tokens.html",
        {
            "tokens": ApiToken.objects.filter(user=request.user),
            "delay": settings.API_TOKEN_CACHE_SECONDS,
            "most": settings.API_TOKEN_MAX_PER_USER,
            "site_url": settings.SITE_URL,
        },
    )


@signed_in
@never_cache
@reauthenticated
def create_token(request: SignedInRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = acts.create_token(
                user=request.user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                lifetime=form.asked_lifetime,
                by=request.user,
            )
        except TokenRefused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return _show_once(request, issued)
    return render(request, "accounts/token_create.html", {"form": form})


@signed_in
@never_cache
@reauthenticated
def renew_token(request: SignedInRequest, pk: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken, user=request.user, pk=pk)
    if request.method == "POST":
        try:
            return _show_once(request, acts.renew_token(token=token, by=request.user))
        except TokenRefused as refusal:
            messages.error(request, str(refusal.message))
            return redirect("accounts:tokens")
    return render(request, "accounts/token_renew.html", {"token": token})


@signed_in
def revoke_token(request: SignedInRequest, pk: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken, user=request.user, pk=pk)
    if request.method == "POST":
        acts.revoke_token(token=token, by=request.user)
        messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
        return redirect("accounts:tokens")
    return render(request, "accounts/token_revoke.html", {"token": token})


def _show_once(request: SignedInRequest, issued: acts.Issued) -> HttpResponse:
    """The answer to the POST itself: a secret kept in a session for the next page would be stored after all."""
    return render(
        request,
        "accounts/token_issued.html",
        {"token": issued.token, "secret": issued.secret, "site_url": settings.SITE_URL},
    )
