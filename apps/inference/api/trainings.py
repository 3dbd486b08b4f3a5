"""Trainings over REST: asked for, followed, cancelled."""

from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import TokenRequest
from apps.collection.api.parameters import choice_of, read_choice
from apps.core.api.pagination import CursorPagination
from apps.core.interface import Viewer
from apps.inference import requesting
from apps.inference.api.described import LARGEST, describe_training, describe_training_in_full, load
from apps.inference.api.permissions import PERMISSIONS, SEE_TRAININGS, TRAIN
from apps.inference.api.serializers import TrainingDetailSerializer, TrainingSerializer
from apps.inference.enums import TrainingCause, TrainingState
from apps.inference.models import TrainingRun
from apps.inference.tasks import train_model


class TrainingsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"GET": SEE_TRAININGS, "POST": TRAIN}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["-id"]

    @extend_schema(
        operation_id="inference_trainings_list",
        tags=["inference"],
        summary=_("The trainings of a model"),
        description=_("Each time it was trained, the latest first."),
        parameters=[choice_of("state", TrainingState, _("Only the trainings in this state."))],
        responses=TrainingSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        runs = load(slug, request.user).trainings.select_related("version").defer("spec", "verdict")
        if state := read_choice(request, "state", TrainingState):
            runs = runs.filter(state=state)
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(runs, request, self)
        told = [describe_training(run, slug) for run in page]
        return paginator.get_paginated_response(TrainingSerializer(told, many=True).data)

    @extend_schema(
        operation_id="inference_trainings_start",
        tags=["inference"],
        summary=_("Train a model"),
        description=_(
            "Asks for a training, which a worker takes within seconds; follow it at its “url”. If it passes its gate "
            "it makes a version, a candidate that people review before it answers anyone."
        ),
        request=None,
        responses={201: TrainingDetailSerializer},
    )
    def post(self, request: TokenRequest, slug: str) -> Response:
        model = load(slug, request.user)
        with transaction.atomic():
            run = requesting.request_training(model=model, by=request.user, cause=TrainingCause.API, details={})
            transaction.on_commit(lambda: train_model.delay(run.pk))
        return _told(run, slug, status.HTTP_201_CREATED)


class TrainingView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_TRAININGS}

    @extend_schema(
        operation_id="inference_trainings_read",
        tags=["inference"],
        summary=_("A training"),
        description=_("Where it is, what it was made from, what its gate decided, what it cost."),
        responses=TrainingDetailSerializer,
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return _told(_load(slug, pk, request.user), slug)


class CancellationView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": TRAIN}

    @extend_schema(
        operation_id="inference_trainings_cancel",
        tags=["inference"],
        summary=_("Cancel a training"),
        description=_("At once if nobody works on it yet, otherwise at its next safe point. It makes no version."),
        request=None,
        responses=TrainingDetailSerializer,
    )
    def post(self, request: TokenRequest, slug: str, pk: int) -> Response:
        run = requesting.cancel_training(training=_load(slug, pk, request.user), by=request.user)
        return _told(run, slug)


def _load(slug: str, pk: int, viewer: Viewer) -> TrainingRun:
    """Raises Http404."""
    if pk > LARGEST:
        raise Http404
    runs = load(slug, viewer).trainings.select_related("version", "dataset_version")
    run: TrainingRun = get_object_or_404(runs, pk=pk)
    return run


def _told(run: TrainingRun, slug: str, code: int = status.HTTP_200_OK) -> Response:
    return Response(TrainingDetailSerializer(describe_training_in_full(run, slug)).data, status=code)
