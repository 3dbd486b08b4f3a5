"""The pages about the API, made for people: its reference, its errors, and Swagger UI for those who want it."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.core.access import public
from apps.core.api.documents import openapi_document
from apps.core.api.markdown import to_html
from apps.core.api.reference import Reader
from apps.core.problems import ProblemType, problem_types


@public
def reference(request: HttpRequest) -> HttpResponse:
    document = openapi_document()
    body = _reference(document.digest, get_language() or "", settings.SITE_URL)
    return render(request, "api/reference.html", {"body": body})


@lru_cache(maxsize=8)
def _reference(digest: str, language: str, site_url: str) -> SafeString:
    """What only changes with the document, which `digest` names: made once per process and `language`."""
    document = openapi_document().content
    introduction, headings = to_html(document["info"]["description"])
    areas = Reader(document, site_url=site_url, scheme=settings.REST_KNOX["AUTH_HEADER_PREFIX"]).areas()
    return render_to_string(
        "api/_reference.html", {"introduction": introduction, "headings": headings, "areas": areas, **problem_lists()}
    )


@public
def errors(request: HttpRequest) -> HttpResponse:
    return render(request, "api/errors.html", problem_lists())


@public
def swagger(request: HttpRequest) -> HttpResponse:
    return render(request, "api/swagger.html")


def problem_lists() -> dict[str, list[ProblemType]]:
    """The errors of whole requests by status, and those of one value by code."""
    every = problem_types.all()
    return {
        "problems": sorted((item for item in every if not item.in_field), key=lambda item: (item.status, item.code)),
        "field_problems": sorted((item for item in every if item.in_field), key=lambda item: item.code),
    }
