"""The reader's language, theme and time zone, and the second factor that some roles must have."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.second_factors import lacks_second_factor

THEME_COOKIE = "ecluse_theme"


def chosen_language(request: HttpRequest) -> str:
    """The person's own choice, or the browser's: cookie first, then Accept-Language, then French."""
    if request.user.is_authenticated and translation.check_for_language(request.user.language):
        return request.user.language
    return translation.get_language_from_request(request)


def chosen_theme(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return request.user.theme
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in User.Theme.values else User.Theme.AUTO


class PreferencesMiddleware:
    """Serve each page in the reader's language, theme (`request.theme`) and time zone. Follows authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
        request.theme = chosen_theme(request)  # type: ignore[attr-defined]  # requests carry what middleware adds
        if request.user.is_authenticated:
            timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
        else:
            timezone.deactivate()

        response = self.get_response(request)

        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response


class TwoFactorMiddleware:
    """Keep those who hold a role of `MFA_REQUIRED_ROLES` on their account pages until they have a second factor."""

    # Everything they need to set one up, and to leave.
    OPEN_PREFIXES = ("account_", "mfa_", "usersessions_", "set_")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: object, view_kwargs: object
    ) -> HttpResponseBase | None:
        if not settings.MFA_REQUIRED_ROLES or not request.user.is_authenticated:
            return None
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if name.startswith(self.OPEN_PREFIXES) or not lacks_second_factor(request.user):
            return None
        messages.warning(request, _("Your role requires two-factor authentication: set it up to go on."))
        return redirect("mfa_index")
