"""The door of predictions, before Django: what needs neither the database nor an explanation is answered from WSGI.

    application = Door(get_wsgi_application())

What leads to a view costs more than the answer: signals, a request, a response, what the middleware adds. Most requests
are like others that came just before: a token that was looked up in the last second, a model that is held in memory,
rows that are right. They are answered here, as the view would answer them, under the headers that Django gave to the
first answer to the same host. All the others go the whole way, with their body, and nothing was counted or written of
them here: a name that is not ours, a token to be looked up, a model to be loaded, a log that is written before the
answer, and whatever is refused, which the view refuses again and says why. What failed here, once it was counted, is
only told there.
"""

import io
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from apps.core.request_log import HEADER, HEADER_IN_META, identify
from apps.inference.api.predicting import FAILED, JSON, predicted
from apps.inference.exceptions import BodyUnreadable, NotInService, QuotaSpent, RowsRefused, VersionUnavailable
from apps.inference.serving.callers import CALLERS
from apps.inference.serving.slots import SLOTS

Environ = dict[str, Any]
Head = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

MODELS, PREDICT = "/api/v1/models/", "/predict/"
# What the headers of an answer depend on: whether the host is ours, whether the way to it is safe, the language.
ORIGIN = ("HTTP_HOST", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_ACCEPT_LANGUAGE")
MOST_ORIGINS = 100
# Raised before anything is counted.
REFUSALS = (BodyUnreadable, NotInService, QuotaSpent, RowsRefused, VersionUnavailable)
# The headers of one answer alone.
ITS_OWN = frozenset({HEADER, "Content-Length"})


class Door:
    """A WSGI application around that of Django."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._heads: dict[tuple[Any, ...], Head] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        slug = slug_of(environ)
        if not slug:
            return self.application(environ, start_response)
        origin = tuple(environ.get(name) for name in ORIGIN)
        head = self._heads.get(origin)
        if head is None:
            return self.application(environ, self._learning(origin, start_response))
        content = answer(environ, slug)
        if content is None:
            return self.application(environ, start_response)
        own = [(HEADER, identify(environ.get(HEADER_IN_META, ""))), ("Content-Length", str(len(content)))]
        start_response("200 OK", head + own)
        return [content]

    def _learning(self, origin: tuple[Any, ...], start_response: StartResponse) -> StartResponse:
        """What notes the headers of an answer of Django to this origin."""

        def start(status: str, headers: Head, *args: Any) -> Any:
            if status.startswith("200"):
                if len(self._heads) >= MOST_ORIGINS:
                    self._heads.clear()
                self._heads[origin] = [each for each in headers if each[0] not in ITS_OWN]
            return start_response(status, headers, *args)

        return start


def slug_of(environ: Environ) -> str:
    """The model that rows are sent to with a token, in the plainest of ways; nothing for any other request."""
    path: str = environ["PATH_INFO"]
    is_plain = (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == JSON
        and not environ.get("QUERY_STRING")
        and "HTTP_AUTHORIZATION" in environ
        and "HTTP_COOKIE" not in environ
        and path.startswith(MODELS)
    )
    before, predict, after = path.removeprefix(MODELS).partition(PREDICT) if is_plain else ("", "", "")
    return before if predict and not after else ""


def answer(environ: Environ, slug: str) -> bytes | None:
    """What the view would answer; None, and the body as it was, if this is to go the whole way."""
    caller, served = CALLERS.recall(environ["HTTP_AUTHORIZATION"]), SLOTS.held(slug)
    if caller is None or caller.is_expired or not caller.has_scope:
        return None
    if served is None or served.standing.serving.is_durable or not settings.SERVING_FLUSH_SECONDS:
        return None
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    try:
        return predicted(served, body, caller)
    except REFUSALS:
        pass
    except Exception as error:
        environ[FAILED] = error
    environ["wsgi.input"] = io.BytesIO(body)
    return None
