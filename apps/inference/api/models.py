"""Models over REST: the list, one of them, where its versions are deployed, going back to the one before."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import TokenRequest
from apps.collection.api.parameters import choice_of, read_choice
from apps.core.api.pagination import CursorPagination
from apps.inference import deploying
from apps.inference.api.described import describe_deployment, describe_model, describe_model_in_full, load
from apps.inference.api.permissions import DEPLOY, PERMISSIONS, SEE, SEE_VERSIONS
from apps.inference.api.serializers import (
    DeploymentSerializer,
    ExpectedSerializer,
    ModelDetailSerializer,
    ModelSerializer,
)
from apps.inference.enums import Slot, Task
from apps.inference.models import Model
from apps.inference.standing import champions

SEE_DEPLOYMENTS = (*SEE_VERSIONS, "inference.view_deployment")


class ModelsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["slug"]

    @extend_schema(
        operation_id="inference_models_list",
        tags=["inference"],
        summary=_("The models"),
        description=_("What learns from the datasets, each with the version that is in service. Archived ones too."),
        parameters=[choice_of("task", Task, _("Only the models that do this."))],
        responses=ModelSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request) -> Response:
        models = Model.objects.visible_to(request.user).select_related("dataset")
        if task := read_choice(request, "task", Task):
            models = models.filter(task=task)
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(models, request, self)
        serving = champions(page)
        told = [describe_model(model, serving.get(model.pk)) for model in page]
        return paginator.get_paginated_response(ModelSerializer(told, many=True).data)


class ModelView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_DEPLOYMENTS}

    @extend_schema(
        operation_id="inference_models_read",
        tags=["inference"],
        summary=_("A model"),
        description=_("With its declaration, and what is deployed now."),
        responses=ModelDetailSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        model = load(slug, request.user)
        rows = list(model.deployments.current().select_related("version"))
        champion = next((row.version for row in rows if row.slot == Slot.CHAMPION), None)
        return Response(ModelDetailSerializer(describe_model_in_full(model, rows, champion)).data)


class DeploymentsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_DEPLOYMENTS}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["-id"]

    @extend_schema(
        operation_id="inference_deployments_list",
        tags=["inference"],
        summary=_("The deployments of a model"),
        description=_("What answered, was tried out and went, the latest first. Nothing of it is ever rewritten."),
        responses=DeploymentSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = load(slug, request.user).deployments.select_related("version")
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(rows, request, self)
        told = [describe_deployment(row) for row in page]
        return paginator.get_paginated_response(DeploymentSerializer(told, many=True).data)


class RollbackView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": DEPLOY}

    @extend_schema(
        operation_id="inference_models_rollback",
        tags=["inference"],
        summary=_("Go back to the version before"),
        description=_("In one act, with the review that approved it then. Servers take it within seconds."),
        request=ExpectedSerializer,
        responses=DeploymentSerializer,
    )
    def post(self, request: TokenRequest, slug: str) -> Response:
        model, asked = load(slug, request.user), ExpectedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        row = deploying.roll_back(model=model, by=request.user, **asked.validated_data)
        return Response(DeploymentSerializer(describe_deployment(row)).data)


class WithdrawalView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": DEPLOY}

    @extend_schema(
        operation_id="inference_models_withdraw",
        tags=["inference"],
        summary=_("Take a version out of its place"),
        description=_("Nothing takes its place. To let the version before answer instead, roll back."),
        request=ExpectedSerializer,
        responses=DeploymentSerializer,
    )
    def post(self, request: TokenRequest, slug: str, slot: str) -> Response:
        model, asked = load(slug, request.user), ExpectedSerializer(data=request.data)
        if slot not in Slot:
            raise Http404
        asked.is_valid(raise_exception=True)
        row = deploying.withdraw(model=model, slot=Slot(slot), by=request.user, **asked.validated_data)
        return Response(DeploymentSerializer(describe_deployment(row)).data)
