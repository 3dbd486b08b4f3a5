"""Refusing what no honest client sends, before it meets the database.

PostgreSQL has no text with a NUL in it: one in a query string, or in a cookie (where quoting lets it through as
`"\\000"`), would end in a 500 wherever it is looked for. Forms and REST serializers refuse those of bodies.
"""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class WellFormedMiddleware:
    """Answer 400 to a NUL. Above the sessions, whose key is a cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_well_formed(request):
            raise BadRequest("NUL in the query string or in a cookie.")
        return self.get_response(request)


def is_well_formed(request: HttpRequest) -> bool:
    return "%00" not in request.META.get("QUERY_STRING", "") and not any(
        "\0" in value for value in request.COOKIES.values()
    )
