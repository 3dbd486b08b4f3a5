"""Sources over REST: made as drafts, tried, changed, opened, closed, deleted."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import TokenRequest
from apps.collection import sourcing
from apps.collection.api.described import describe_source, describe_source_in_full
from apps.collection.api.parameters import choice_of, read_choice
from apps.collection.api.permissions import CHANGE_SOURCES, PERMISSIONS, SEE_SOURCES
from apps.collection.api.serializers import (
    AccessSerializer,
    NewTrialSerializer,
    PreviewSerializer,
    SourceChangeSerializer,
    SourceCreationSerializer,
    SourceDetailSerializer,
    SourceKindSerializer,
    SourceSerializer,
    TrialSerializer,
)
from apps.collection.api.settings import changed_config, config_to_try, pointing, settings_schema
from apps.collection.api.throttling import TRIAL_THROTTLES
from apps.collection.connectors import CONNECTORS
from apps.collection.enums import SourceState
from apps.collection.exceptions import CollectionError
from apps.collection.grouping import flattened
from apps.collection.models import Run, Source
from apps.collection.previewing import check_access, preview
from apps.collection.sealing import secret_names
from apps.collection.telling import reason_text
from apps.core.api.pagination import CursorPagination
from apps.core.errors import EcluseError

ADD_SOURCES = (*SEE_SOURCES, "collection.add_source")
OUTSIDE = {502: OpenApiResponse(description=_("The source cannot be reached from here: “detail” says why."))}
CREATION_EXAMPLE = OpenApiExample(
    "A file at an address",
    request_only=True,
    value={
        "name": "Towns",
        "kind": "file",
        "settings": {"url": "https://example.org/towns.csv"},
        "purpose": "Planning the rounds",
        "legal_basis": "no_personal_data",
        "schedule": {"cron": "0 6 * * 1", "time_zone": "Europe/Paris", "is_active": True},
    },
)


class KindsView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": SEE_SOURCES}

    @extend_schema(
        operation_id="collection_kinds",
        tags=["collection"],
        summary=_("The kinds of sources"),
        description=_("What can be collected, with the settings that each kind takes, as a JSON Schema."),
        responses=SourceKindSerializer(many=True),
        filters=False,
    )
    def get(self, request: Request) -> Response:
        told = [
            {
                "kind": each.kind,
                "label": each.label,
                "summary": each.summary,
                "settings": settings_schema(each.Config),
                "secrets": sorted(secret_names(each.Config)),
            }
            for each in CONNECTORS
        ]
        return Response(SourceKindSerializer(told, many=True).data)


class SourcesView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"GET": SEE_SOURCES, "POST": ADD_SOURCES}
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["slug"]

    @extend_schema(
        operation_id="collection_sources_list",
        tags=["collection"],
        summary=_("The sources"),
        description=_("What is collected, and how each stands."),
        parameters=[
            OpenApiParameter("kind", str, description=_("Only the sources of this kind.")),
            choice_of("state", SourceState, _("Only the sources in this state.")),
            OpenApiParameter("q", str, description=_("Only those whose name, identifier or description holds this.")),
        ],
        responses=SourceSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request) -> Response:
        paginator, now = self.pagination_class(), timezone.now()
        page: list[Any] = paginator.paginate_queryset(self.asked(request), request, self)
        latest = Run.objects.filter(pk__in=[each.latest_id for each in page if each.latest_id]).defer("plan")
        runs = {run.source_id: run for run in latest}
        told = [describe_source(each, last=runs.get(each.pk), now=now) for each in page]
        return paginator.get_paginated_response(SourceSerializer(told, many=True).data)

    def asked(self, request: Request) -> QuerySet[Source]:
        """What the filters let through, with the number of the last run of each."""
        latest = Run.objects.filter(source=OuterRef("pk")).order_by("-pk")
        sources: QuerySet[Source] = Source.objects.annotate(latest_id=Subquery(latest.values("pk")[:1]))
        if state := read_choice(request, "state", SourceState):
            sources = sources.filter(state=state)
        if kind := request.query_params.get("kind"):
            sources = sources.filter(kind=kind)
        if words := request.query_params.get("q"):
            sources = sources.filter(
                Q(name__icontains=words) | Q(slug__icontains=words) | Q(description__icontains=words)
            )
        return sources

    @extend_schema(
        operation_id="collection_sources_create",
        tags=["collection"],
        summary=_("Make a source"),
        description=_("Makes a draft, which can be tried. Nothing is collected before it is opened."),
        request=SourceCreationSerializer,
        responses={201: SourceDetailSerializer},
        examples=[CREATION_EXAMPLE],
    )
    def post(self, request: TokenRequest) -> Response:
        asked = SourceCreationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        kind = given.pop("kind")
        config = changed_config(kind, given, kept={})
        fields = fields_of(given)
        with pointing(kind):
            source = sourcing.create_source(kind=kind, config=config, by=request.user, **fields)
        return told_in_full(source, status.HTTP_201_CREATED)


class SourceView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {
        "GET": SEE_SOURCES,
        "PATCH": CHANGE_SOURCES,
        "DELETE": (*SEE_SOURCES, "collection.delete_source"),
    }

    @extend_schema(
        operation_id="collection_sources_read",
        tags=["collection"],
        summary=_("The source"),
        description=_("All that was decided of it. Of its secrets, only the names of those that are set."),
        responses=SourceDetailSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        return told_in_full(get_object_or_404(Source, slug=slug))

    @extend_schema(
        operation_id="collection_sources_change",
        tags=["collection"],
        summary=_("Change a source"),
        description=_(
            "Changes what is given and leaves the rest, also inside “schedule”, “contract” and “sheet”; “settings” are "
            "replaced as a whole. A run that goes on ends with what it began with."
        ),
        request=SourceChangeSerializer,
        responses=SourceDetailSerializer,
    )
    def patch(self, request: TokenRequest, slug: str) -> Response:
        source = get_object_or_404(Source, slug=slug)
        asked = SourceChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        changes = fields_of(given)
        if {"settings", "secrets"} & set(given):
            changes["config"] = changed_config(source.kind, given, kept=source.config)
        with pointing(source.kind):
            source = sourcing.change_source(source=source, changes=changes, by=request.user)
        return told_in_full(source)

    @extend_schema(
        operation_id="collection_sources_delete",
        tags=["collection"],
        summary=_("Delete a source"),
        description=_("Deletes it with all that it collected. A source that a dataset reads is kept."),
        responses={204: None},
    )
    def delete(self, request: TokenRequest, slug: str) -> Response:
        sourcing.delete_source(source=get_object_or_404(Source, slug=slug), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SourceOpeningView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": CHANGE_SOURCES}

    @extend_schema(
        operation_id="collection_sources_open",
        tags=["collection"],
        summary=_("Open a source"),
        description=_("Lets it be collected. It must say what the data is for, and by what right."),
        request=None,
        responses=SourceDetailSerializer,
    )
    def post(self, request: TokenRequest, slug: str) -> Response:
        return told_in_full(sourcing.open_source(source=get_object_or_404(Source, slug=slug), by=request.user))


class SourceClosingView(APIView):
    permission_classes = PERMISSIONS
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": CHANGE_SOURCES}

    @extend_schema(
        operation_id="collection_sources_close",
        tags=["collection"],
        summary=_("Close a source"),
        description=_("Collects it no more, and stops what goes on. What was collected stays until it expires."),
        request=None,
        responses=SourceDetailSerializer,
    )
    def post(self, request: TokenRequest, slug: str) -> Response:
        return told_in_full(sourcing.close_source(source=get_object_or_404(Source, slug=slug), by=request.user))


class SourceTestView(APIView):
    permission_classes = PERMISSIONS
    throttle_classes = TRIAL_THROTTLES
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": (*SEE_SOURCES, "collection.collect_source")}

    @extend_schema(
        operation_id="collection_sources_test",
        tags=["collection"],
        summary=_("Test the access to a source"),
        description=_("Asks the source whether it can be read, now. Answers 200 whatever it says: read “is_well”."),
        request=None,
        responses=AccessSerializer,
    )
    def post(self, request: Request, slug: str) -> Response:
        source = get_object_or_404(Source, slug=slug)
        told: dict[str, Any] = {"advice": "", "code": ""}
        try:
            access = check_access(kind=source.kind, config=config_to_try(source, {}))
            told |= {"is_well": access.is_well, "message": access.message}
        except CollectionError as error:
            title, advice = str(error.title) % error.details, str(error.advice) % error.details
            told |= {"is_well": False, "message": title, "advice": advice, "code": error.code}
        except EcluseError as error:
            told |= {"is_well": False, "message": error.message, "code": error.code}
        return Response(AccessSerializer(told).data)


class SourcePreviewView(APIView):
    permission_classes = PERMISSIONS
    throttle_classes = TRIAL_THROTTLES
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": CHANGE_SOURCES}

    @extend_schema(
        operation_id="collection_sources_preview",
        tags=["collection"],
        summary=_("Preview a source"),
        description=_("Reads its first rows, with other settings if some are given. Nothing of it is kept."),
        request=TrialSerializer,
        responses={200: PreviewSerializer} | OUTSIDE,
    )
    def post(self, request: Request, slug: str) -> Response:
        source = get_object_or_404(Source, slug=slug)
        asked = TrialSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return previewed(source.kind, config_to_try(source, asked.validated_data))


class PreviewView(APIView):
    permission_classes = PERMISSIONS
    throttle_classes = TRIAL_THROTTLES
    rights: ClassVar[dict[str, tuple[str, ...]]] = {"*": ADD_SOURCES}

    @extend_schema(
        operation_id="collection_preview",
        tags=["collection"],
        summary=_("Preview settings"),
        description=_("Reads the first rows of a source that is not made yet. Nothing of it is kept."),
        request=NewTrialSerializer,
        responses={200: PreviewSerializer} | OUTSIDE,
    )
    def post(self, request: Request) -> Response:
        asked = NewTrialSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        config = changed_config(given["kind"], given, kept={})
        return previewed(given["kind"], {name: value for name, value in config.items() if value is not None})


def previewed(kind: str, config: dict[str, Any]) -> Response:
    with pointing(kind):
        found = preview(kind=kind, config=config)
    told = vars(found) | {"rejected": [vars(each) | {"said": reason_text(each)} for each in found.rejected]}
    return Response(PreviewSerializer(told).data)


def told_in_full(source: Source, code: int = status.HTTP_200_OK) -> Response:
    return Response(SourceDetailSerializer(describe_source_in_full(source, now=timezone.now())).data, status=code)


def fields_of(given: dict[str, Any]) -> dict[str, Any]:
    """What was given as the fields of the model, but for its settings."""
    fields = flattened({name: value for name, value in given.items() if name not in {"settings", "secrets"}})
    if "max_rejected_share" in fields:
        fields["max_rejected_share"] = Decimal(str(fields["max_rejected_share"]))
    return fields
