"""JSON in, JSON out: one strict dialect (RFC 8259 in UTF-8), written and read by orjson."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

import orjson
from django.utils.duration import duration_iso_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.metadata import BaseMetadata
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

if TYPE_CHECKING:  # the base view reads these classes from the settings while it loads
    from rest_framework.views import APIView

PROBLEM_JSON = "application/problem+json"


def encode(data: Any) -> bytes:
    """`data` as JSON. A NaN or an infinity, which JSON cannot say, is written as null."""
    return orjson.dumps(data, default=_encode_other, option=orjson.OPT_NON_STR_KEYS)


def _encode_other(value: Any) -> Any:
    if isinstance(value, Promise | Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


class Renderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 by definition; a charset parameter is not part of its media type

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else encode(data)


class Parser(JSONParser):
    # JSONParser, because REST framework then checks the size of the body before it is read.
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(_("The body is not JSON: %(reason)s") % {"reason": error}) from error


class Methods(BaseMetadata):
    """What OPTIONS answers: the methods, which are public, and not the fields, which the reference tells."""

    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, list[str]]:
        return {"methods": view.allowed_methods}
