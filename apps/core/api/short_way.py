"""The short way of programs, which have neither a session nor a form to protect.

A request that carries a token, or that comes below `/api/` without a session, is led from here to its view if that is
one for programs (`core.access`), which asks who they are by itself. All that pages need is left out: a page of
rows takes the time of its rows. Below the boundary of the API (`boundary`), which answers what goes wrong.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django_prometheus.middleware import PrometheusAfterMiddleware

from apps.core.access import declared_access
from apps.core.api.boundary import PREFIX
from apps.core.well_formed import is_well_formed

# Whoever asks chooses the addresses, and would fill the memory.
LONGEST_REMEMBERED = 200


class ShortWayMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.measured = PrometheusAfterMiddleware(convert_exception_to_response(self._answer))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _match(request.path_info) if is_short(request) else None
        if match is None:
            return self.get_response(request)
        request.get_host()  # refuses the names that are not ours, as CommonMiddleware does
        request.resolver_match = match
        request.user = AnonymousUser()
        language = translation.get_language_from_request(request)
        translation.activate(language)
        timezone.deactivate()
        request.LANGUAGE_CODE = language
        response: HttpResponse = self.measured(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        match: Any = request.resolver_match
        self.measured.process_view(request, match.func, match.args, match.kwargs)
        try:
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response
        except Exception as error:
            self.measured.process_exception(request, error)
            raise


def is_short(request: HttpRequest) -> bool:
    is_programs = "HTTP_AUTHORIZATION" in request.META or (
        request.path_info.startswith(PREFIX) and settings.SESSION_COOKIE_NAME not in request.COOKIES
    )
    return is_programs and is_well_formed(request)


def _match(path: str) -> ResolverMatch | None:
    """The view for programs that an address leads to, if it is one of theirs."""
    try:
        match = (_resolved if len(path) <= LONGEST_REMEMBERED else resolve)(path, settings.ROOT_URLCONF)
    except Resolver404:
        return None
    return match if declared_access(match) == "rest" else None


@lru_cache(maxsize=1024)
def _resolved(path: str, addresses: str) -> ResolverMatch:
    """Finding an address costs as much as all the rest that is done here. One that leads nowhere is not remembered."""
    return resolve(path, addresses)
