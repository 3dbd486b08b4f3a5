"""What the doors of predictions share: who asks, and errors as problems, without REST framework in between."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, NotAuthenticated, Throttled
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from apps.core import problems
from apps.core.access import rest
from apps.core.api.media import PROBLEM_JSON, encode
from apps.core.api.problem_details import Problem, problem_for
from apps.core.api.throttling import count
from apps.inference.exceptions import NotInService, RowFault, RowsRefused
from apps.inference.serving.callers import CALLERS, Caller, nobody, of_person

logger = logging.getLogger(__name__)

CHALLENGE = {"WWW-Authenticate": "Bearer"}


def caller_of(request: HttpRequest) -> Caller:
    """Who asks: by a token, by a session, or nobody in particular, who is counted by address.

    Raises AuthenticationFailed, PermissionDenied, Throttled.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is None:
        if request.user.is_authenticated:
            return of_person(request.user)
        caller = nobody(_address(request))
        _count(request, caller)
        return caller
    try:
        return CALLERS.of_token(header)
    except AuthenticationFailed:
        _count(request, nobody(_address(request)))
        raise


def or_not_authenticated(error: NotInService, caller: Caller) -> Exception:
    """What to answer where there is nothing for this caller: whoever has no account is not told whether there is."""
    return error if caller.user_id is not None else NotAuthenticated()


def answering_problems(*methods: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view of these methods, whose errors are answered as the rest of the API answers them."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @rest
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise MethodNotAllowed(request.method or "")
                return view(request, *args, **kwargs)
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    raise
            if problem.type.status >= 500:
                logger.error("api_failure", extra={"code": problem.type.code})
            headers = problem.headers | ({"Allow": ", ".join(methods)} if problem.type.status == 405 else {})
            content = encode(problem.as_json())
            return HttpResponse(content, status=problem.type.status, headers=headers, content_type=PROBLEM_JSON)

        return answered

    return decorate


def problem_of(error: Exception) -> Problem | None:
    """The problem that an error is; None for a bug."""
    if isinstance(error, RowsRefused):
        return Problem(type=problems.INVALID, detail=str(error.message), errors=[told(each) for each in error.faults])
    problem = problem_for(error)
    if problem is not None and problem.type.status == 401:
        return replace(problem, headers=problem.headers | CHALLENGE)
    return problem


def told(fault: RowFault) -> dict[str, str]:
    """A fault as an entry of “errors”: the pointer of RFC 6901, and the place as people write it."""
    pointer = "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in fault.path)
    return {"pointer": pointer, "field": fault.place, "code": fault.code, "message": fault.message}


def _count(request: HttpRequest, caller: Caller) -> None:
    """Count a request without a token that is accepted, as the rest of the API does. Raises Throttled."""
    rate: Any = api_settings.DEFAULT_THROTTLE_RATES["anonymous"]
    if rate is None:
        return
    quota = count(name="anonymous", who=caller.name, rate=rate, now=time.time())
    request.quotas = {"anonymous": quota}  # type: ignore[attr-defined]  # the boundary tells them
    if quota.is_spent:
        raise Throttled(wait=quota.resets_in)


def _address(request: HttpRequest) -> str:
    """That of whoever asks, through as many proxies as there are."""
    return str(BaseThrottle().get_ident(request) or "")  # type: ignore[arg-type]  # it reads headers and META alone
