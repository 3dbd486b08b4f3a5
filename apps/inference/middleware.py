"""The short way of predictions: they need neither a session, nor a form's protection, nor anything that pages need.

A request that carries a token, or that comes with no session at all, is led to its view from here, below the boundary
of the API (`core.api.boundary`) and above the rest, which would cost several times the answer. One that comes with a
session goes the long way: the session says who asks, and its form is protected as any other.
"""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

MOST_HOSTS = 100
MODELS, PREDICT, PROTOCOL = "/api/v1/models/", "/predict/", "/v2"


class ServingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        # The names that were found to be ours: finding it again costs as much as reading the rows.
        self.hosts: set[str | None] = set()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = _match(request.path_info) if is_prediction(request.path_info) and has_no_session(request) else None
        if match is None:
            return self.get_response(request)
        if request.META.get("HTTP_HOST") not in self.hosts:
            request.get_host()  # refuses the names that are not ours, as CommonMiddleware does
            if len(self.hosts) < MOST_HOSTS:
                self.hosts.add(request.META.get("HTTP_HOST"))
        request.resolver_match = match
        request.user = AnonymousUser()
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response


def is_prediction(path: str) -> bool:
    return path.startswith(PROTOCOL) or (path.startswith(MODELS) and path.endswith(PREDICT))


def has_no_session(request: HttpRequest) -> bool:
    return "HTTP_AUTHORIZATION" in request.META or settings.SESSION_COOKIE_NAME not in request.COOKIES


@lru_cache(maxsize=4096)
def _match(path: str) -> ResolverMatch | None:
    """Where an address leads. They are few, and finding it costs as much as answering."""
    try:
        return resolve(path)
    except Resolver404:
        return None
