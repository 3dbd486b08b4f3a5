"""How REST views are described in OpenAPI: what every operation shares is added here, once.

Errors, limits and rights follow from the classes of the view, so that an endpoint cannot forget to document them.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.settings import api_settings

from apps.core import problems
from apps.core.api.media import PROBLEM_JSON
from apps.core.api.pagination import MAX_PAGE_SIZE, PAGE_SIZE
from apps.core.api.serializers import StrictSerializer
from apps.core.problems import ProblemType, problem_types

SHOWN_LIMITS = {"RateLimit-Policy", "RateLimit"}
LIMIT_HEADERS = {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(SHOWN_LIMITS)}


class AutoSchema(SpectacularAutoSchema):
    """The description of one operation, completed with the errors that it may answer."""

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        for status, described in answers.items():
            described["description"] = described.get("description") or _("The answer.")
            if self.view.get_throttles() and status.startswith("2"):
                described.setdefault("headers", {}).update(LIMIT_HEADERS)
        for problem in self.problems():
            answers.setdefault(str(problem.status), {"$ref": f"#/components/responses/{component_name(problem)}"})
        return dict(sorted(answers.items()))

    def problems(self) -> list[ProblemType]:
        """One type for each status that this operation may answer with, whatever its view does."""
        reads_body = self.method in {"POST", "PUT", "PATCH"}
        found = [problems.METHOD_NOT_ALLOWED, problems.NOT_ACCEPTABLE, problems.SERVER_ERROR, problems.UNAVAILABLE]
        if self.method != "GET":
            found += [problems.RULE_VIOLATION]
        if reads_body:
            found += [problems.TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE]
        found += [problems.INVALID]
        if self.view.get_authenticators():
            found += [problems.NOT_AUTHENTICATED]
        if not self.is_public():
            found += [problems.PERMISSION_DENIED]
        if "{" in self.path:
            found += [problems.NOT_FOUND]
        if self.view.get_throttles():
            found += [problems.THROTTLED]
        return found

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]  # spectacular has no hints there
        told = {"description": _("Which one: its identifier.")}
        return [told | self._example(parameter["name"]) | parameter for parameter in parameters]

    def _example(self, name: str) -> dict[str, str]:
        """What stands for a parameter of the address, by the piece of the address that it ends."""
        place = re.search(rf"[^/]+/{{{name}}}", self.path)
        example = settings.API_PATH_EXAMPLES.get(place[0]) if place else None
        return {"example": example} if example else {}

    def is_public(self) -> bool:
        return any(isinstance(permission, AllowAny) for permission in self.view.get_permissions())

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        trims = isinstance(field, serializers.CharField) and field.trim_whitespace and not field.allow_blank
        if direction == "request" and trims and schema.get("type") == "string":
            schema.setdefault("pattern", r"\S")  # white space alone is trimmed, then refused
        return schema

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema


def component_name(problem: ProblemType) -> str:
    """`not_found` as `NotFound`."""
    return "".join(word.capitalize() for word in problem.code.split("_"))


def complete_document(
    result: dict[str, Any], generator: SchemaGenerator, request: object, public: bool
) -> dict[str, Any]:
    """Add what operations refer to: the shape of a problem, the responses made of it, the headers of the limits."""
    result["info"]["description"] = description()
    components = result.setdefault("components", {})
    whole = [item for item in problem_types.all() if not item.in_field]
    components.setdefault("schemas", {})["Problem"] = problem_schema(whole)
    components["responses"] = {component_name(item): problem_response(item) for item in whole}
    components["headers"] = {
        "RateLimit-Policy": _header(
            _("The limits that this request is counted under: “q” requests every “w” seconds."), '"token";q=600;w=60'
        ),
        "RateLimit": _header(_("What is left of each limit: “r” requests for “t” seconds."), '"token";r=599;t=42'),
        "Retry-After": _header(_("How many seconds to wait before trying again."), "42"),
        "WWW-Authenticate": _header(_("How to authenticate."), "Bearer"),
        "Allow": _header(_("The methods that this address answers to."), "GET, HEAD, OPTIONS"),
    }
    result["components"] = dict(sorted(components.items()))
    return result


def description() -> str:
    """How the API is used, in Markdown, for the document and for its page alike."""
    rates = {scope: rate for scope, rate in api_settings.DEFAULT_THROTTLE_RATES.items() if rate}
    return render_to_string(
        "api/description.txt",
        {
            "rates": rates,
            "site_url": settings.SITE_URL,
            "scheme": settings.REST_KNOX["AUTH_HEADER_PREFIX"],
            "page_size": PAGE_SIZE,
            "max_page_size": MAX_PAGE_SIZE,
            "max_body": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        },
    )


def _header(description: Any, example: str) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": {"type": "string"}, "example": example}


def problem_response(problem: ProblemType) -> dict[str, Any]:
    shown: Mapping[int, list[str]] = {401: ["WWW-Authenticate"], 405: ["Allow"], 429: ["Retry-After"]}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in shown.get(problem.status, [])}
    example: dict[str, Any] = {
        "type": f"{settings.SITE_URL}/api/errors/#{problem.anchor}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.meaning,
        "instance": "urn:ecluse:request:0f8fad5bd9cb469fa16570867728950e",
    }
    if problem == problems.INVALID:
        example["errors"] = [{"pointer": "#/name", "code": "required", "message": _("This field is required.")}]
    return {
        "description": problem.title,
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    } | ({"headers": headers} if headers else {})


def problem_schema(whole: list[ProblemType]) -> dict[str, Any]:
    """RFC 9457, with a code that never changes and, for values that are not valid, which and why."""
    text = {"type": "string"}
    return {
        "type": "object",
        "description": _("Why a request failed (RFC 9457). “code” never changes; the texts follow Accept-Language."),
        "required": ["type", "title", "status", "code", "detail", "instance"],
        "properties": {
            "type": text | {"format": "uri-reference", "description": _("Where this kind of error is explained.")},
            "title": text | {"description": _("What kind of error it is.")},
            "status": {"type": "integer", "description": _("The HTTP status, again.")},
            "code": text
            | {
                "enum": sorted(item.code for item in whole),
                "description": _("What kind of error it is, for programs."),
            },
            "detail": text | {"description": _("What went wrong this time.")},
            "instance": text | {"format": "uri", "description": _("The identifier of this request in our logs.")},
            "errors": {
                "type": "array",
                "description": _("The values that are not valid."),
                "items": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {
                        "pointer": text | {"description": _("Where in the body, as a JSON pointer.")},
                        "parameter": text | {"description": _("Which parameter of the query.")},
                        "code": text | {"description": _("What is wrong, for programs.")},
                        "message": text | {"description": _("What is wrong.")},
                    },
                },
            },
            "checks": {
                "type": "array",
                "description": _("With “unavailable” only: what was asked, and what failed."),
                "items": {"$ref": "#/components/schemas/Check"},
            },
        },
    }
