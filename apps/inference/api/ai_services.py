"""The services of others over REST: the catalogue, and asking one of them. No key is ever given."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.collection.api.parameters import choice_of, read_choice
from apps.core.api.pagination import CursorPagination
from apps.inference import calling
from apps.inference.adapters import Question
from apps.inference.api.ai_serializers import (
    AiServiceDetailSerializer,
    AiServiceSerializer,
    AnswerSerializer,
    QuestionSerializer,
)
from apps.inference.api.described import address
from apps.inference.api.permissions import ASK_SERVICES, PERMISSIONS, SEE_SERVICES
from apps.inference.enums import Capability
from apps.inference.models import AiService


class AiServicesView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_SERVICES}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["slug"]

    @extend_schema(
        operation_id="inference_services_list",
        tags=["inference"],
        summary=_("The services of others"),
        description=_("What others run, and our models asked in the same way; whether each may be asked, and answers."),
        parameters=[choice_of("capability", Capability, _("Only the services that do this."))],
        responses=AiServiceSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request) -> Response:
        services = AiService.objects.all()
        if capability := read_choice(request, "capability", Capability):
            services = services.filter(capabilities__contains=[capability])
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(services, request, self)
        told = [_describe(service) for service in page]
        return paginator.get_paginated_response(AiServiceSerializer(told, many=True).data)


class AiServiceView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_SERVICES}

    @extend_schema(
        operation_id="inference_services_read",
        tags=["inference"],
        summary=_("A service of others"),
        description=_("Its sheet: where it is, what is sent to it, what it costs, what it takes to use it."),
        responses=AiServiceDetailSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        service = get_object_or_404(AiService.objects.select_related("own_model"), slug=slug)
        return Response(AiServiceDetailSerializer(_describe_in_full(service)).data)


class AskView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": ASK_SERVICES}

    @extend_schema(
        operation_id="inference_services_ask",
        tags=["inference"],
        summary=_("Ask a service of others"),
        description=_(
            "Once, within its pace and its monthly cap, by the key that is kept here. It is counted and paid; "
            "neither what is asked nor what is answered is written down."
        ),
        request=QuestionSerializer,
        responses=AnswerSerializer,
    )
    def post(self, request: Request, slug: str) -> Response:
        service = get_object_or_404(AiService.objects.select_related("own_model"), slug=slug)
        asked = QuestionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        question = Question(
            capability=Capability(said["capability"]), given=said["given"], options=said.get("options", {})
        )
        return Response(AnswerSerializer(calling.ask_service(service=service, question=question)).data)


def _describe(service: AiService) -> dict[str, Any]:
    names = ("slug", "name", "capabilities", "provider", "hosting", "is_open", "checked_at", "last_error")
    return {name: getattr(service, name) for name in (*names, "reopens_at")} | {
        "protocol": service.kind,
        "url": address("api-ai-service", service.slug),
    }


def _describe_in_full(service: AiService) -> dict[str, Any]:
    names = ("remote_model", *AiService.SHEET, "timeout_s", "requests_per_minute", "monthly_cap_eur")
    return (
        _describe(service)
        | {name: getattr(service, name) for name in names}
        | {
            "address": service.url,
            "own_model": service.own_model.slug if service.own_model else None,
            "prices": service.prices.all(),
        }
    )
