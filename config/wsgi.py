"""The WSGI entry point, served by granian."""

import os
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

django_application: Any = get_wsgi_application()

from apps.inference.api.door import Door  # noqa: E402 -- once Django is ready


def in_one_piece(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What Django answers; as a list if it is not streamed, which granian sends at once, where it would ask for one
    piece after the other."""
    response = django_application(environ, start_response)
    if response.streaming:
        return response  # type: ignore[no-any-return]  # Django says nothing of it
    with closing(response):
        return [response.content]


application = Door(in_one_piece)
