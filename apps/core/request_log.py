"""One line for each request: who asks is nobody's business, what was asked is its route.

The identifier of the request is on every line logged while it is served, on those of the tasks that it starts
(`task_log`), and in the response, so that a person can quote it.
"""

import logging
import re
from collections.abc import Callable
from time import perf_counter
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bound_contextvars

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
# Where WSGI puts it: looking one header up there costs a tenth of `request.headers`, which reads them all.
HEADER_IN_META = "HTTP_X_REQUEST_ID"
VALID_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked every few seconds by machines; or thousands of times, and written down elsewhere (the log of predictions).
QUIET_ROUTES = ("metrics", "api/v1/health", "api/v1/models/<slug:slug>/predict/", "v2/")


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = identify(request.META.get(HEADER_IN_META, ""))
        with bound_contextvars(request_id=request_id):
            started = perf_counter()
            response = self.get_response(request)
            response[HEADER] = request_id
            route = request.resolver_match.route if request.resolver_match else "-"
            quiet = response.status_code < 400 and route.startswith(QUIET_ROUTES)
            logger.log(
                logging.DEBUG if quiet else logging.INFO,
                "request",
                extra={
                    "method": request.method if request.method in METHODS else "OTHER",
                    "route": route,
                    "status": response.status_code,
                    "duration_ms": round((perf_counter() - started) * 1000, 1),
                },
            )
        return response


def identify(inbound: str) -> str:
    """The identifier that a proxy gave, if it is one, so that both logs can be read together; or a new one."""
    return inbound if VALID_ID.fullmatch(inbound) else uuid4().hex
