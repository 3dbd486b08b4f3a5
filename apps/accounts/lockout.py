"""The page for whoever tries too often. Also the handler that allauth calls when one of its limits is passed."""

from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# The longest window of the limits on signing in (ACCOUNT_RATE_LIMITS).
LOCKED_OUT_SECONDS = 300


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = str(LOCKED_OUT_SECONDS)
    return response


def locked_out(request: HttpRequest) -> ImmediateHttpResponse:
    """To be raised where only a form could answer, so that a program too reads the 429."""
    return ImmediateHttpResponse(too_many_requests(request))
