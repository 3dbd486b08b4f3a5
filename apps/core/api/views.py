"""The root of the API: what there is to read, whether the platform is well, and the OpenAPI document."""

from typing import Any, Literal

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import problems
from apps.core.api.conditional import check_preconditions, etag_of, with_etag
from apps.core.api.documents import openapi_document
from apps.core.api.probing import probe
from apps.core.api.problem_details import answer, plain
from apps.core.api.serializers import HealthSerializer, IndexSerializer, LiveSerializer
from apps.core.declarations import HealthResult, health_checks
from apps.core.errors import RETRY_AFTER_SECONDS


class IndexView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="index",
        tags=["platform"],
        summary=_("What there is"),
        description=_("The lists and objects that can be read without an identifier, and where they are documented."),
        responses=IndexSerializer,
    )
    def get(self, request: Request) -> Response:
        document = openapi_document()
        return Response(
            {
                "name": settings.ORGANISATION_NAME,
                "version": document.content["info"]["version"],
                "documentation": request.build_absolute_uri(reverse("api-docs")),
                "openapi": request.build_absolute_uri(reverse("api-schema")),
                "error_codes": request.build_absolute_uri(reverse("api-errors")),
                "resources": [
                    {
                        "url": request.build_absolute_uri(path),
                        "title": operations["get"]["summary"],
                        "methods": sorted(method.upper() for method in operations),
                    }
                    for path, operations in document.content["paths"].items()
                    if "get" in operations and "{" not in path
                ],
            }
        )


class SchemaView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="schema",
        tags=["platform"],
        summary=_("The OpenAPI document"),
        description=_("This API described for programs, in OpenAPI 3.1. Its texts are in the language you accept."),
        parameters=[
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description=_("The ETag of the document you already have."),
            )
        ],
        responses={
            200: OpenApiResponse({"type": "object", "additionalProperties": {}}, description=_("The document.")),
            304: OpenApiResponse(description=_("It has not changed.")),
        },
    )
    def get(self, request: Request) -> Response:
        document = openapi_document()
        etag = etag_of(document.digest)
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        return with_etag(Response(document.content), etag, is_public=True)


class HealthView(APIView):
    """For people and dashboards: everything is asked, and the answer is always a 200 that tells how it is."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="health",
        tags=["health"],
        summary=_("How the platform is"),
        description=_(
            "Asks everything the platform stands on, and answers 200 whatever the outcome: read “status”. "
            "With the token of a member of staff, each check also tells how long it took and what it complains of."
        ),
        responses=HealthSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(health_report(probe(health_checks.all()), in_detail=request.user.is_staff))


class LiveView(APIView):
    """For the process manager: nothing is touched, not even the limits, so that it fails only if the process does."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    @extend_schema(
        operation_id="health_live",
        tags=["health"],
        summary=_("Whether the process is alive"),
        description=_("Answers without asking anything of anything. If it does not answer, start the process again."),
        responses=LiveSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class ReadyView(APIView):
    """For the load balancer: only what is critical is asked."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    @extend_schema(
        operation_id="health_ready",
        tags=["health"],
        summary=_("Whether the instance can serve"),
        description=_("Asks what the instance cannot do without. While it answers 503, send the traffic elsewhere."),
        responses=HealthSerializer,
    )
    def get(self, request: Request) -> Response:
        report = health_report(probe(check for check in health_checks.all() if check.critical))
        if report["status"] == "ok":
            return Response(report)
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return answer(plain(problems.UNAVAILABLE, headers=headers, extra={"checks": report["checks"]}))


def health_report(results: list[HealthResult], *, in_detail: bool = False) -> dict[str, Any]:
    """What the checks answered: names and outcomes for anyone, more for whoever runs the platform."""
    failed = [result for result in results if not result.is_well]
    status: Literal["ok", "degraded", "failed"] = "ok"
    if failed:
        status = "failed" if any(result.check.critical for result in failed) else "degraded"
    return {
        "status": status,
        "checks": [
            {"name": result.check.name, "status": "ok" if result.is_well else "failed"}
            | ({"critical": result.check.critical, "seconds": round(result.seconds, 4)} if in_detail else {})
            | ({"problem": result.problem} if in_detail and result.problem else {})
            for result in results
        ],
    }
