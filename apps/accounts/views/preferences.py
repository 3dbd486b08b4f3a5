"""Profile and preferences, and the language and theme switches that every page carries."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.forms.profile import ProfileForm
from apps.accounts.middleware import THEME_COOKIE
from apps.accounts.models import User
from apps.accounts.preferences import set_preferences
from apps.accounts.requests import SignedInRequest
from apps.core.access import public, signed_in


@signed_in
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        set_preferences(user=request.user, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    return _remember(request, "language", language, dict(settings.LANGUAGES), settings.LANGUAGE_COOKIE_NAME)


@public
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    return _remember(request, "theme", request.POST.get("theme", ""), User.Theme.values, THEME_COOKIE)


def _remember(request: HttpRequest, name: str, value: str, known: object, cookie: str) -> HttpResponse:
    """Keep a preference in a cookie, and on the account of who has one; a value nobody offers changes nothing."""
    response = redirect(_way_back(request))
    if value in known:  # type: ignore[operator]  # a list or a dict
        if request.user.is_authenticated:
            set_preferences(user=request.user, **{name: value})
        response.set_cookie(
            cookie,
            value,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response


def _way_back(request: HttpRequest) -> str:
    """The page the reader comes from, if it is one of ours."""
    for url in (request.POST.get("next"), request.headers.get("Referer")):
        if url and url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return url
    return resolve_url("home")
