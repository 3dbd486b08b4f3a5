"""Needs over REST, and the reports of the benchmarks that compare services for them."""

from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.pagination import CursorPagination
from apps.inference.api.ai_serializers import BenchmarkReportSerializer, NeedDetailSerializer, NeedSerializer
from apps.inference.api.described import LARGEST, address
from apps.inference.api.permissions import PERMISSIONS, SEE_BENCHMARKS, SEE_NEEDS
from apps.inference.benchmarking.reporting import report_of
from apps.inference.models import Benchmark, Need

SHOWN_BENCHMARKS = 20


class NeedsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_NEEDS}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["slug"]

    @extend_schema(
        operation_id="inference_needs_list",
        tags=["inference"],
        summary=_("The needs"),
        description=_("What is needed of an AI, written before any service is looked at."),
        responses=NeedSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request) -> Response:
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(Need.objects.all(), request, self)
        return paginator.get_paginated_response(NeedSerializer([_describe(each) for each in page], many=True).data)


class NeedView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_BENCHMARKS}

    @extend_schema(
        operation_id="inference_needs_read",
        tags=["inference"],
        summary=_("A need"),
        description=_("With its functions, the cases by which services are judged, and the benchmarks that were made."),
        responses=NeedDetailSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        need = get_object_or_404(Need.objects.prefetch_related("functions__cases"), slug=slug)
        return Response(NeedDetailSerializer(_describe_in_full(need)).data)


class BenchmarkView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_BENCHMARKS}

    @extend_schema(
        operation_id="inference_benchmarks_read",
        tags=["inference"],
        summary=_("The report of a benchmark"),
        description=_("How each service answered the same cases, which is advised, and what was decided."),
        responses=BenchmarkReportSerializer,
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        if pk > LARGEST:
            raise Http404
        benchmark: Benchmark = get_object_or_404(Benchmark.objects.select_related("need"), need__slug=slug, pk=pk)
        return Response(BenchmarkReportSerializer(report_of(benchmark).as_json()).data)


def _describe(need: Need) -> dict[str, Any]:
    names = ("slug", "name", "objectives", "hosting", "min_quality", "max_p99_s", "max_cost_eur")
    return {name: getattr(need, name) for name in names} | {"url": address("api-ai-need", need.slug)}


def _describe_in_full(need: Need) -> dict[str, Any]:
    """Its functions and cases are told as they are written: they are what others are asked."""
    return _describe(need) | {
        "context": need.context,
        "constraints": need.constraints,
        "functions": [
            {name: getattr(each, name) for name in ("name", "capability", "options")} | {"cases": each.cases.all()}
            for each in need.functions.all()
        ],
        "benchmarks": [
            {name: getattr(each, name) for name in ("id", "state", "requested_at", "finished_at")}
            | {"url": address("api-ai-benchmark", need.slug, each.pk)}
            for each in need.benchmarks.all()[:SHOWN_BENCHMARKS]
        ],
    }
