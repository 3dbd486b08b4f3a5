"""Runs over REST: asked for, followed, paused, cancelled, gone on with; their log, what they landed and set aside."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.audit import record
from apps.accounts.requests import TokenRequest
from apps.collection import requesting
from apps.collection.api.described import describe_run, describe_run_in_full
from apps.collection.api.parameters import choice_of, read_choice
from apps.collection.api.permissions import COLLECT, PERMISSIONS, SEE_RUNS
from apps.collection.api.serializers import (
    EventSerializer,
    RejectionSerializer,
    RunDetailSerializer,
    RunRequestSerializer,
    RunSerializer,
    SegmentSerializer,
)
from apps.collection.audit_actions import AuditAction
from apps.collection.enums import LoadMode, RejectionReason, RunMode, RunState, Trigger
from apps.collection.exceptions import NotIncremental
from apps.collection.models import Run, Source
from apps.collection.quarantine import as_csv, rejections_of
from apps.collection.tasks import hand_out
from apps.collection.telling import event_text, reason_text
from apps.core.api.pagination import CursorPagination

READ_REJECTIONS = (*SEE_RUNS, "collection.view_rejection")
REASON = choice_of("reason", RejectionReason, _("Only the records set aside for this reason."))
BACKFILL_EXAMPLE = OpenApiExample(
    "A backfill", request_only=True, value={"mode": "backfill", "since": "2026-01-01", "until": "2026-03-31"}
)


class RunsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_RUNS}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["-id"]

    @extend_schema(
        operation_id="collection_runs_list",
        tags=["collection"],
        summary=_("The runs"),
        description=_("Each time a source was collected, the latest first."),
        parameters=[
            OpenApiParameter("source", str, description=_("Only the runs of the source of this identifier.")),
            choice_of("state", RunState, _("Only the runs in this state.")),
            choice_of("mode", RunMode, _("Only the runs that read this.")),
        ],
        responses=RunSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request) -> Response:
        # The plan may name thousands of parts. The verdict is small, and the sentence of a held run needs it.
        runs = Run.objects.select_related("source").defer("plan", "source__secrets")
        if source := request.query_params.get("source"):
            runs = runs.filter(source__slug=source)
        if state := read_choice(request, "state", RunState):
            runs = runs.filter(state=state)
        if mode := read_choice(request, "mode", RunMode):
            runs = runs.filter(mode=mode)
        paginator, now = self.pagination_class(), timezone.now()
        page: list[Any] = paginator.paginate_queryset(runs, request, self)
        told = [describe_run(run, now=now) for run in page]
        return paginator.get_paginated_response(RunSerializer(told, many=True).data)


class SourceRunsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": ("collection.view_source", *COLLECT)}

    @extend_schema(
        operation_id="collection_runs_start",
        tags=["collection"],
        summary=_("Collect a source"),
        description=_(
            "Asks for a run, which a worker takes within seconds; follow it at its “url”. Without “mode”, what the "
            "source says. A backfill gives “since”, “until” or both."
        ),
        request=RunRequestSerializer,
        responses={201: RunDetailSerializer},
        examples=[BACKFILL_EXAMPLE],
    )
    def post(self, request: TokenRequest, slug: str) -> Response:
        source = get_object_or_404(Source, slug=slug)
        asked = RunRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        mode = given.pop("mode", RunMode.BACKFILL if given else "")
        if (mode == RunMode.BACKFILL) != bool(given):
            message = gettext("A backfill, and nothing else, has a beginning, an end or both.")
            raise ValidationError({"mode": [message]})
        if mode == RunMode.INCREMENTAL and source.mode != LoadMode.INCREMENTAL:
            raise NotIncremental(subject=f"collection.source:{source.pk}")
        with transaction.atomic():
            run = requesting.request_run(
                source=source, by=request.user, trigger=Trigger.API, is_full=mode == RunMode.FULL, **given
            )
            hand_out(run)
        return told_in_full(run, status.HTTP_201_CREATED)


class RunView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_RUNS}

    @extend_schema(
        operation_id="collection_runs_read",
        tags=["collection"],
        summary=_("The run"),
        description=_("How it goes: ask again every few seconds until “is_over”."),
        responses=RunDetailSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        return told_in_full(load(pk))


class RunActView(APIView):
    """One thing done to a run; what is done is said by each class below."""

    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": COLLECT}
    act: ClassVar[Callable[..., Run]]
    must_be_taken: ClassVar[bool] = False

    def do(self, request: TokenRequest, pk: int) -> Run:
        with transaction.atomic():
            run = type(self).act(run=load(pk), by=request.user)
            if self.must_be_taken:
                hand_out(run)
        return run


class RunCancellingView(RunActView):
    act = staticmethod(requesting.cancel_run)

    @extend_schema(
        operation_id="collection_runs_cancel",
        tags=["collection"],
        summary=_("Cancel a run"),
        description=_("Stops it: at once if it waits, after the batch that is landing otherwise. It can be retried."),
        request=None,
        responses=RunDetailSerializer,
    )
    def post(self, request: TokenRequest, pk: int) -> Response:
        return told_in_full(self.do(request, pk))


class RunPausingView(RunActView):
    act = staticmethod(requesting.pause_run)

    @extend_schema(
        operation_id="collection_runs_pause",
        tags=["collection"],
        summary=_("Pause a run"),
        description=_("Lets it rest: at once if it waits, after the batch that is landing otherwise."),
        request=None,
        responses=RunDetailSerializer,
    )
    def post(self, request: TokenRequest, pk: int) -> Response:
        return told_in_full(self.do(request, pk))


class RunResumingView(RunActView):
    act = staticmethod(requesting.resume_run)
    must_be_taken = True

    @extend_schema(
        operation_id="collection_runs_resume",
        tags=["collection"],
        summary=_("Resume a run"),
        description=_("Lets a paused run go on from where it stopped."),
        request=None,
        responses=RunDetailSerializer,
    )
    def post(self, request: TokenRequest, pk: int) -> Response:
        return told_in_full(self.do(request, pk))


class RunRetryingView(RunActView):
    act = staticmethod(requesting.retry_run)
    must_be_taken = True

    @extend_schema(
        operation_id="collection_runs_retry",
        tags=["collection"],
        summary=_("Retry a run"),
        description=_("Lets a failed or cancelled run go on from where it stopped."),
        request=None,
        responses=RunDetailSerializer,
    )
    def post(self, request: TokenRequest, pk: int) -> Response:
        return told_in_full(self.do(request, pk))


class RunReplayingView(RunActView):
    must_be_taken = True

    @staticmethod
    def act(*, run: Run, by: Any) -> Run:
        return requesting.replay_rejections(run=run, by=by, trigger=Trigger.API)

    @extend_schema(
        operation_id="collection_runs_replay",
        tags=["collection"],
        summary=_("Replay the rejected records of a run"),
        description=_(
            "Asks for another run, which reads with the settings of today the records that this one set aside. What "
            "can be read now joins the source."
        ),
        request=None,
        responses={201: RunDetailSerializer},
    )
    def post(self, request: TokenRequest, pk: int) -> Response:
        return told_in_full(self.do(request, pk), status.HTTP_201_CREATED)


class EventsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_RUNS}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["id"]

    @extend_schema(
        operation_id="collection_runs_events",
        tags=["collection"],
        summary=_("The log of a run"),
        description=_("What happened to it, in order."),
        responses=EventSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request, pk: int) -> Response:
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(exists(pk).events.all(), request, self)
        told = [{"at": each.at, "code": each.code, "text": event_text(each)} for each in page]
        return paginator.get_paginated_response(EventSerializer(told, many=True).data)


class RejectionsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": READ_REJECTIONS}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["part", "row"]

    @extend_schema(
        operation_id="collection_runs_rejections",
        tags=["collection"],
        summary=_("The rejected records of a run"),
        description=_("What was read and did not become rows, why, and its text where the source lets it be kept."),
        parameters=[REASON],
        responses=RejectionSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request, pk: int) -> Response:
        reason = read_choice(request, "reason", RejectionReason)
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(rejections_of(exists(pk), reason=reason), request, self)
        told = [vars(each) | {"said": reason_text(each)} for each in page]
        return paginator.get_paginated_response(RejectionSerializer(told, many=True).data)


class RejectionsExportView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": READ_REJECTIONS}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """There is one format: whoever asks for CSV may well accept CSV only."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="collection_runs_rejections_export",
        tags=["collection"],
        summary=_("Download the rejected records of a run"),
        description=_("All of them, as CSV. The audit trail keeps that they were taken."),
        parameters=[REASON],
        responses={(200, "text/csv"): OpenApiResponse({"type": "string"}, description=_("The file."))},
    )
    def get(self, request: TokenRequest, pk: int) -> HttpResponseBase:
        reason, run = read_choice(request, "reason", RejectionReason), exists(pk)
        details = {"reason": reason} if reason else {}
        record(action=AuditAction.REJECTIONS_EXPORTED, actor=request.user, subject=run, details=details)
        return StreamingHttpResponse(
            as_csv(rejections_of(run, reason=reason)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="rejections-{run.pk}.csv"'},
        )


class SegmentsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": (*SEE_RUNS, "collection.view_segment")}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["part", "seq"]

    @extend_schema(
        operation_id="collection_runs_segments",
        tags=["collection"],
        summary=_("The files that a run landed"),
        description=_("Parquet files, each with its digest, in the order of their rows."),
        responses=SegmentSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request, pk: int) -> Response:
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(exists(pk).segments.all(), request, self)
        return paginator.get_paginated_response(SegmentSerializer(page, many=True).data)


def load(pk: int) -> Run:
    run: Run = get_object_or_404(Run.objects.select_related("source"), pk=pk)
    return run


def exists(pk: int) -> Run:
    """The run, for what hangs below it: of itself, little more than its number is read."""
    run: Run = get_object_or_404(Run.objects.select_related("source").only("source__name", "source__slug"), pk=pk)
    return run


def told_in_full(run: Run, code: int = status.HTTP_200_OK) -> Response:
    return Response(RunDetailSerializer(describe_run_in_full(run, now=timezone.now())).data, status=code)
