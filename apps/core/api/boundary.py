"""Where `/api/` begins: whatever happens below it is answered in JSON, with the headers that every answer carries.

REST views answer their own errors. This middleware sees the others, which Django would answer in HTML: an address that
does not exist, a host that is not ours, a bug. It stands outside of every middleware that may refuse a request.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from apps.core import problems
from apps.core.access import declared_access
from apps.core.api.media import PROBLEM_JSON, encode
from apps.core.api.problem_details import Problem
from apps.core.declarations import Text
from apps.core.problems import ProblemType

PREFIX = "/api/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
VARY = ("Accept", "Accept-Language", "Authorization")
BY_STATUS: dict[int, ProblemType] = {
    401: problems.NOT_AUTHENTICATED,
    403: problems.PERMISSION_DENIED,
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    413: problems.TOO_LARGE,
    503: problems.UNAVAILABLE,
}


class ApiBoundaryMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if lacks_its_slash(request):
            response = answer_in_json(request, problems.NOT_FOUND, detail=_("Every address ends with a slash."))
        else:
            response = self.get_response(request)
            if is_page(request):
                return response
            if response.status_code >= 400 and "json" not in response.get("Content-Type", ""):
                response = answer_in_json(request, problem_type_of(response.status_code), instead_of=response)
        finish(request, response)
        return response


def lacks_its_slash(request: HttpRequest) -> bool:
    """Whether CommonMiddleware would redirect a request that writes, which loses its body."""
    return (
        request.method not in SAFE_METHODS
        and not request.path_info.endswith("/")
        and not is_valid_path(request.path_info)
        and bool(is_valid_path(f"{request.path_info}/"))
    )


def is_page(request: HttpRequest) -> bool:
    """Whether a page made for people answers at this address: the reference of the API is one."""
    return request.resolver_match is not None and declared_access(request.resolver_match) != "rest"


def problem_type_of(status: int) -> ProblemType:
    """What an answer that only has a status is."""
    return BY_STATUS.get(status, problems.SERVER_ERROR if status >= 500 else problems.BAD_REQUEST)


def answer_in_json(
    request: HttpRequest, problem_type: ProblemType, *, detail: Text = "", instead_of: HttpResponse | None = None
) -> HttpResponse:
    """The problem, in the language that the request asks for, with the headers of the answer that it replaces."""
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        told = Problem(type=problem_type, detail=str(detail or problem_type.meaning)).as_json()
        response = HttpResponse(encode(told), status=problem_type.status, content_type=PROBLEM_JSON)
    response["Content-Language"] = language
    if instead_of is not None:
        response.cookies = instead_of.cookies
        for name, value in instead_of.items():
            if name not in {"Content-Type", "Content-Length"}:
                response.setdefault(name, value)
    return response


def finish(request: HttpRequest, response: HttpResponse) -> None:
    """The headers of every answer: never kept by a cache unless the view says so, and what is left of the limits."""
    response.setdefault("Cache-Control", "no-store")
    if "Vary" in response:
        patch_vary_headers(response, VARY)
    else:
        response["Vary"] = ", ".join(VARY)
    if quotas := getattr(request, "quotas", None):
        response["RateLimit-Policy"] = ", ".join(quota.policy for quota in quotas.values())
        response["RateLimit"] = ", ".join(quota.left for quota in quotas.values())
