"""Asking only for what changed (RFC 9110 §13): `If-None-Match` when reading, `If-Match` when writing.

    def get(self, request, pk):
        version = get_object_or_404(...)
        if unchanged := check_preconditions(request, etag=etag_of(version.digest)):
            return unchanged
        return with_etag(Response(...), etag_of(version.digest))

Inside the view and not around it, so that rights are checked first.
"""

from hashlib import sha256
from typing import TypeVar

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.problem_details import PreconditionFailed

R = TypeVar("R", bound=HttpResponse)


def etag_of(*parts: object) -> str:
    """A strong entity tag made of whatever, together, changes when the answer does."""
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def check_preconditions(request: Request, *, etag: str) -> Response | None:
    """A 304 to return at once if the client already has this version, None if the view must answer.

    Raises PreconditionFailed if the client names another version than the one it is about to change.
    """
    decided = get_conditional_response(request._request, etag=etag)
    if decided is None:
        return None
    if decided.status_code == PreconditionFailed.status_code:
        raise PreconditionFailed
    return with_etag(Response(status=decided.status_code), etag)


def with_etag(response: R, etag: str, *, is_public: bool = False) -> R:
    """The response, which its reader may keep but must ask about each time; a shared cache too if it `is_public`."""
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache" if is_public else "private, no-cache"
    return response
