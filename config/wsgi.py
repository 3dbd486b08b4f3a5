"""The WSGI entry point, served by granian."""

import os
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

django_application: Any = get_wsgi_application()

from apps.inference.api.door import Door  # noqa: E402 -- once Django is ready


def in_one_piece(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What Django answers; as a list where it holds it whole, which granian sends at once, where it would ask for one
    piece after the other. What is streamed, or what error reports have wrapped, goes as it is."""
    response: Iterable[bytes] = django_application(environ, start_response)
    if not isinstance(response, HttpResponse):
        return response
    with closing(response):
        return [response.content]


application = Door(in_one_piece)
