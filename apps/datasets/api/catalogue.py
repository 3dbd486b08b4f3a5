"""Datasets themselves: the list, the dictionary of one, its versions. Public ones need no token; the others need one
whose owner may see them.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.conditional import check_preconditions, etag_of, with_etag
from apps.core.api.media import encode
from apps.core.api.pagination import CursorPagination
from apps.datasets.api.document import document_of
from apps.datasets.api.loading import address, load, published, refusal, viewer_of, with_version
from apps.datasets.api.parameters import FACET_PARAMETERS, IF_NONE_MATCH, NOT_CHANGED
from apps.datasets.api.serializers import DatasetDetailSerializer, DatasetSerializer, VersionSerializer
from apps.datasets.finding import FACETS, Asked, find
from apps.datasets.models import Dataset
from apps.datasets.reading import Table
from apps.datasets.reading.searching import searched_columns
from apps.datasets.receiving import fields_taken

# For how long a document that was made is kept.
KEPT_S = 24 * 3600
LONGEST_WORDS = 100


class DatasetsView(APIView):
    permission_classes = [AllowAny]
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["slug"]

    @extend_schema(
        operation_id="datasets_list",
        tags=["datasets"],
        summary=_("The datasets"),
        description=_("Those that you may read: the public ones, and with a token those that its owner may see."),
        parameters=FACET_PARAMETERS,
        responses={
            200: DatasetSerializer(many=True),
            403: OpenApiResponse(description=_("A filter takes a right that you have not.")),
        },
        filters=True,
    )
    def get(self, request: Request) -> Response:
        paginator = self.pagination_class()
        found = with_version(find(_asked(request), viewer_of(request), now=timezone.now()))
        page: list[Any] = paginator.paginate_queryset(found, request, self)
        return paginator.get_paginated_response(DatasetSerializer([described(each) for each in page], many=True).data)


class DatasetView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="datasets_read",
        tags=["datasets"],
        summary=_("The dataset"),
        description=_("What it is, with its dictionary: the columns of its rows."),
        parameters=[IF_NONE_MATCH],
        responses={200: DatasetDetailSerializer, 304: NOT_CHANGED},
    )
    def get(self, request: Request, slug: str) -> Response:
        viewer = viewer_of(request)
        dataset = load(slug, viewer)
        tables = Table.all_of(dataset.current_version, viewer) if dataset.current_version else []
        told = DatasetDetailSerializer(described(dataset) | detailed(slug, tables)).data
        etag = etag_of(told)
        is_public = dataset.is_public and all(table.is_for_anyone for table in tables)
        return check_preconditions(request, etag=etag) or with_etag(Response(told), etag, is_public=is_public)


class SchemaView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="datasets_schema",
        tags=["datasets"],
        summary=_("The OpenAPI document of a dataset"),
        description=_(
            "What can be asked of this very dataset, its entities and its columns with their types: give it to a "
            "generator of clients. It tells what you may read, in the language that you ask for."
        ),
        parameters=[IF_NONE_MATCH],
        responses={200: OpenApiResponse({"type": "object"}, description=_("The document.")), 304: NOT_CHANGED},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        viewer = viewer_of(request)
        version = published(slug, viewer)
        dataset, tables = version.dataset, Table.all_of(version, viewer)
        taken = fields_taken(dataset) if viewer.has_perm("datasets.add_receipt") else {}
        schema_version = (dataset.pk, version.schema_version, dataset.name, dataset.description)
        sight = [table.sight for table in tables]
        etag = etag_of("openapi", settings.SITE_URL, schema_version, get_language(), sight, taken)
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        key = f"datasets:openapi:1:{etag}"
        document = cache.get_or_set(key, lambda: encode(document_of(dataset, tables, taken)), KEPT_S)
        is_public = dataset.is_public and not taken and all(table.is_for_anyone for table in tables)
        return with_etag(HttpResponse(document, content_type="application/json"), etag, is_public=is_public)


class VersionsView(APIView):
    permission_classes = [AllowAny]
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["-number"]

    @extend_schema(
        operation_id="datasets_versions",
        tags=["datasets"],
        summary=_("The versions of a dataset"),
        description=_("What was published, the latest first."),
        responses=VersionSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        dataset = load(slug, viewer_of(request))
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(
            dataset.versions.defer("manifest").prefetch_related("tables"), request, self
        )
        told = [
            vars(each) | {"tables": each.tables.all(), "is_current": each.pk == dataset.current_version_id}
            for each in page
        ]
        return paginator.get_paginated_response(VersionSerializer(told, many=True).data)


def _asked(request: Request) -> Asked:
    """What the filters ask. Raises InvalidParameter; NotAuthenticated or PermissionDenied where one takes a right."""
    viewer, given = viewer_of(request), request.query_params
    values, wrong = {}, {}
    for facet in FACETS:
        if facet.is_for_programs and (chosen := given.getlist(facet.name)):
            if not facet.may_be_seen_by(viewer):
                raise PermissionDenied if request.auth else NotAuthenticated
            if facet.known and (unknown := set(chosen) - set(facet.known)):
                message = gettext("“%(value)s” is not known. Possible: %(known)s.")
                wrong[facet.name] = message % {"value": min(unknown)[:60], "known": ", ".join(facet.known)}
            values[facet.name] = chosen
    if len(words := given.get("q", "")) > LONGEST_WORDS or "\0" in words:
        wrong["q"] = gettext("Write a text of at most %(most)d characters.") % {"most": LONGEST_WORDS}
    if wrong:
        raise refusal(wrong)
    return Asked(words=words, values=values)


def described(dataset: Dataset) -> dict[str, Any]:
    names = ("slug", "name", "description", "licence", "visibility", "is_public", "current_version")
    return {name: getattr(dataset, name) for name in names} | {"url": address("api-dataset", dataset.slug)}


def detailed(slug: str, tables: Sequence[Table]) -> dict[str, Any]:
    """What is told of a dataset alone: its dictionary, entity by entity, and where each thing about it is."""
    main = tables[0] if tables else None
    return {
        "columns": columns_of(main) if main else (),
        "hidden_columns": main.hidden if main else 0,
        "entities": [entity_of(slug, table) for table in tables],
        "rows_url": address("api-dataset-rows", slug),
        "export_url": address("api-dataset-export", slug),
        "schema_url": address("api-dataset-schema", slug),
        "versions_url": address("api-dataset-versions", slug),
    }


def columns_of(table: Table) -> list[dict[str, Any]]:
    return [
        vars(column)
        | {"must_be_filled": column.must_be_filled, "level": column.level, "mask": table.masks.get(column.name, "")}
        for column in table.columns
    ]


def entity_of(slug: str, table: Table) -> dict[str, Any]:
    places = {
        f"{place}_url": address(f"api-dataset-entity-{place.replace('_', '-')}", slug, table.schema.name)
        for place in ("rows", "row_by_key", "aggregate", "statistics", "export")
    }
    return {
        "name": table.schema.name,
        "label": table.schema.label,
        "description": table.schema.description,
        "rows": table.rows,
        "columns": columns_of(table),
        "hidden_columns": table.hidden,
        "key": [column.name for column in table.key],
        "foreign_keys": list(table.relations.values()),
        "searched": searched_columns(table.schema),
    } | places
