"""Every error as a problem (RFC 9457): a stable code, a status, a sentence in the reader's language, nothing internal.

`problem_for` decides, without I/O, which problem an exception is; `handle_exception` answers it inside REST views, and
the boundary (`apps/core/api/boundary.py`) answers what happens before or around them.
"""

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback
from structlog.contextvars import get_contextvars

from apps.core import problems
from apps.core.api.media import PROBLEM_JSON
from apps.core.api.throttling import refuse_guessing
from apps.core.errors import OUT_OF_REACH, RETRY_AFTER_SECONDS, EcluseError, PermanentFailure, TemporaryFailure
from apps.core.problems import ProblemType, find_problem_type

logger = logging.getLogger(__name__)


class InvalidParameter(exceptions.ValidationError):
    """A parameter of the query is not valid: its errors name a parameter instead of a place in the body."""


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_code = "precondition_failed"
    default_detail = gettext_lazy("It has changed since you read it.")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One error, ready to be answered. `extra` joins the members that RFC 9457 names."""

    type: ProblemType
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        told = {
            "type": f"{settings.SITE_URL}{reverse('api-errors')}#{self.type.anchor}",
            "title": str(self.type.title),
            "status": self.type.status,
            "code": self.type.code,
            "detail": self.detail,
            "instance": instance(),
        }
        return told | ({"errors": self.errors} if self.errors else {}) | dict(self.extra)


def instance() -> str:
    """The name of the present request, under which the logs know it (`apps/core/request_log.py`)."""
    return f"urn:ecluse:request:{get_contextvars().get('request_id', 'unknown')}"


def problem_for(error: Exception) -> Problem | None:
    """The problem that this exception is, or None if it is a bug, which must stay loud."""
    match error:
        case Http404():  # its text names models and filters
            return plain(problems.NOT_FOUND)
        case PermissionDenied():
            return plain(problems.PERMISSION_DENIED)
        case RequestDataTooBig():
            return plain(problems.TOO_LARGE)
        case ValidationError():
            return invalid(as_serializer_error(error))
        case exceptions.ValidationError():
            return invalid(error.detail, in_query=isinstance(error, InvalidParameter))
        case exceptions.APIException():
            return _from_rest(error)
        case EcluseError():
            return _from_house(error)
        case _ if isinstance(error, OUT_OF_REACH):
            return plain(problems.UNAVAILABLE, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    return None


def plain(problem_type: ProblemType, **more: Any) -> Problem:
    return Problem(type=problem_type, detail=str(problem_type.meaning), **more)


def invalid(detail: Any, *, in_query: bool = False) -> Problem:
    """What a serializer refused, each value told by a JSON pointer into the body or by the name of its parameter."""
    told = []
    for path, message in _leaves(detail):
        found = find_problem_type(message.code or "", "invalid", in_field=True)
        place = {"parameter": path[0]} if in_query and path else {"pointer": _pointer(path)}
        told.append(place | {"code": found.code if found else "invalid", "message": str(message)})
    return Problem(type=problems.INVALID, detail=_("Some values are not valid: “errors” says which."), errors=told)


def _leaves(detail: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], exceptions.ErrorDetail]]:
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from _leaves(inner, path if key == api_settings.NON_FIELD_ERRORS_KEY else (*path, str(key)))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            # The errors of a value are a list of messages; those of a list of objects, a list with one entry for each.
            yield from _leaves(inner, path if isinstance(inner, str) else (*path, str(index)))
    else:
        yield path, detail if isinstance(detail, exceptions.ErrorDetail) else exceptions.ErrorDetail(detail)


def _pointer(path: tuple[str, ...]) -> str:
    return "#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _from_rest(error: exceptions.APIException) -> Problem:
    codes = error.get_codes()
    found = find_problem_type(codes if isinstance(codes, str) else "", error.default_code)
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    return Problem(type=found or problems.SERVER_ERROR, detail=str(error.detail), headers=headers)


def _from_house(error: EcluseError) -> Problem:
    if isinstance(error, TemporaryFailure):
        seconds = math.ceil(error.retry_after or RETRY_AFTER_SECONDS)
        headers, general = {"Retry-After": str(seconds)}, problems.TEMPORARY_FAILURE
    elif isinstance(error, PermanentFailure):
        headers, general = {}, problems.PERMANENT_FAILURE
    else:
        headers, general = {}, problems.RULE_VIOLATION
    return Problem(type=find_problem_type(error.code) or general, detail=str(error.message), headers=headers)


def answer(problem: Problem) -> Response:
    """A problem as the response of a REST view."""
    return Response(problem.as_json(), status=problem.type.status, headers=problem.headers, content_type=PROBLEM_JSON)


def handle_exception(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """What REST framework calls when a view raises. None lets a bug through to the logs."""
    request = context["request"]
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        error = refuse_guessing(request, context["view"]) or error
    problem = problem_for(error)
    if problem is None:
        return None
    if problem.type.status >= 500:
        logger.error("api_failure", exc_info=error, extra={"code": problem.type.code})
    set_rollback()
    return answer(problem)
