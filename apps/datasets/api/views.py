"""Reading datasets. Public ones need no token; the others need one whose owner may see them."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ErrorDetail
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.accounts.models import ApiToken
from apps.accounts.scopes import covers
from apps.core.api.conditional import check_preconditions, etag_of, with_etag
from apps.core.api.media import encode
from apps.core.api.pagination import CursorPagination
from apps.core.api.problem_details import InvalidParameter
from apps.core.interface import Viewer
from apps.datasets.api.serializers import (
    DatasetDetailSerializer,
    DatasetSerializer,
    RowSerializer,
    RowsSerializer,
    VersionSerializer,
)
from apps.datasets.exceptions import NotPublished
from apps.datasets.exporting import Format, export
from apps.datasets.models import Dataset, Version
from apps.datasets.reading import InvalidQuery, RowQuery, Table, count_rows, parse_query, read_json
from apps.datasets.reading.cursors import InvalidCursor, version_of
from apps.datasets.reading.queries import MAX_PAGE_SIZE, PAGE_SIZE, Filter
from apps.datasets.schema import ROW_ID

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description=_("The ETag of the answer you already have.")
)
NOT_CHANGED = OpenApiResponse(description=_("It has not changed."))
COLUMNS = OpenApiParameter(
    "columns", str, description=_("The columns to read, separated by commas. All of them if it is left out.")
)
ORDER = OpenApiParameter(
    "order",
    str,
    description=_(
        "The columns to sort by, separated by commas; “-” before one sorts it down. Missing values come last."
    ),
)
FILTERS = _(
    "Any other parameter is a filter on a column: “age=40” or “age__gte=40”. The operators are “ne”, “in” (values "
    "separated by commas), “lt”, “lte”, “gt”, “gte”, “contains” and “startswith” (texts, whatever their case), and "
    "“isnull” (true or false). A parameter that names nothing is an error."
)


class DatasetsView(APIView):
    permission_classes = [AllowAny]
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["slug"]

    @extend_schema(
        operation_id="datasets_list",
        tags=["datasets"],
        summary=_("The datasets"),
        description=_("Those that you may read: the public ones, and with a token those that its owner may see."),
        responses=DatasetSerializer(many=True),
        filters=True,
    )
    def get(self, request: Request) -> Response:
        paginator = self.pagination_class()
        page: list[Any] = paginator.paginate_queryset(visible_datasets(viewer_of(request)), request, self)
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
        table = Table.of(dataset.current_version, viewer) if dataset.current_version else None
        told = DatasetDetailSerializer(
            described(dataset)
            | {
                "columns": table.columns if table else (),
                "hidden_columns": table.hidden if table else 0,
                "rows_url": address("api-dataset-rows", slug),
                "export_url": address("api-dataset-export", slug),
                "versions_url": address("api-dataset-versions", slug),
            }
        ).data
        etag = etag_of(told)
        is_public = dataset.is_public and (table is None or table.is_for_anyone)
        return check_preconditions(request, etag=etag) or with_etag(Response(told), etag, is_public=is_public)


class RowsView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="datasets_rows",
        tags=["datasets"],
        summary=_("The rows of a dataset"),
        description=FILTERS,
        parameters=[
            COLUMNS,
            ORDER,
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
                description=_("How many rows at once, at most."),
            ),
            OpenApiParameter(
                "cursor",
                str,
                description=_("Where to read on from: follow “next” or “previous” rather than write it."),
            ),
            OpenApiParameter(
                "count",
                {"type": "string", "enum": ["exact"]},
                description=_("Count the rows that the filters let through."),
            ),
            IF_NONE_MATCH,
        ],
        responses={200: RowsSerializer, 304: NOT_CHANGED},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        table, query = asked(request, slug)
        etag = etag_of(table.version.pk, table.names, sorted(request.query_params.lists()))
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        page = read_json(table, query)
        count = count_rows(table, query) if query.wants_count or not query.filters else None
        here = request.build_absolute_uri()
        head = {
            "next": page.next_cursor and replace_query_param(here, "cursor", page.next_cursor),
            "previous": page.previous_cursor and replace_query_param(here, "cursor", page.previous_cursor),
            "version": table.version.number,
            "count": count,
        }
        # The rows are JSON already: they join the rest as they are.
        body = encode(head)[:-1] + b',"results":' + page.rows + b"}"
        return with_etag(HttpResponse(body, content_type="application/json"), etag, is_public=may_be_shared(table))


class RowView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="datasets_row",
        tags=["datasets"],
        summary=_("Row"),
        description=_("The row of this rank in the version that is read today."),
        parameters=[COLUMNS, IF_NONE_MATCH],
        responses={200: RowSerializer, 304: NOT_CHANGED},
    )
    def get(self, request: Request, slug: str, pk: int) -> HttpResponseBase:
        table, query = asked(request, slug, allowed=frozenset({"columns"}))
        etag = etag_of(table.version.pk, table.names, query.columns, pk)
        if not 1 <= pk <= table.version.rows:
            raise Http404
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        only = (Filter(column=ROW_ID, operator="exact", value=pk),)
        page = read_json(table, RowQuery(columns=query.columns, filters=only, limit=1))
        if page.rows == b"[]":
            raise Http404
        body = page.rows[1:-1]
        return with_etag(HttpResponse(body, content_type="application/json"), etag, is_public=may_be_shared(table))


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
        page = paginator.paginate_queryset(dataset.versions.all(), request, self)
        told = [vars(each) | {"is_current": each.pk == dataset.current_version_id} for each in page]
        return paginator.get_paginated_response(VersionSerializer(told, many=True).data)


class ExportView(APIView):
    permission_classes = [AllowAny]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A parameter says which file is wanted: whoever asks for CSV may well accept CSV only."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="datasets_export",
        tags=["datasets"],
        summary=_("Download rows"),
        description=_("All the rows that the filters let through, as a file. The filters are those of the rows."),
        parameters=[
            OpenApiParameter(
                "format",
                {"type": "string", "enum": Format.values, "default": Format.CSV.value},
                description=_("The format of the file."),
            ),
            COLUMNS,
            ORDER,
        ],
        responses={
            (200, "text/csv"): OpenApiResponse({"type": "string"}, description=_("The file.")),
            (200, "application/jsonl"): OpenApiResponse({"type": "string"}, description=_("The file.")),
            (200, "application/vnd.apache.parquet"): OpenApiResponse(
                {"type": "string", "format": "binary"}, description=_("The file.")
            ),
        },
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        wanted = request.query_params.get("format", Format.CSV)
        if wanted not in Format.values:
            message = _("Possible: %(formats)s.") % {"formats": ", ".join(Format.values)}
            raise InvalidParameter({"format": [ErrorDetail(message, code="invalid_choice")]})
        table, query = asked(request, slug, refused=frozenset({"limit", "cursor", "count"}))
        made = export(table=table, query=query, to=Format(wanted))
        return StreamingHttpResponse(
            made.chunks,
            content_type=made.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{made.name}"',
                "Content-Length": str(made.size),
                "Cache-Control": "no-store",
            },
        )


def may_be_shared(table: Table) -> bool:
    """Whether a cache on the way may keep what is answered, for others."""
    return table.version.dataset.is_public and table.is_for_anyone


def viewer_of(request: Request) -> Viewer:
    """Who reads: the owner of a token that may read datasets; with another token, or none, nobody in particular."""
    token = request.auth
    reads = isinstance(token, ApiToken) and covers(token.scopes, "datasets:read")
    return request.user if reads else AnonymousUser()


def visible_datasets(viewer: Viewer) -> QuerySet[Dataset]:
    return with_version(Dataset.objects.visible_to(viewer))


def with_version(datasets: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """With the version that is read, but for its manifest, which tells every file that it was made from."""
    return datasets.select_related("current_version").defer("current_version__manifest", "created_by", "updated_at")


def load(slug: str, viewer: Viewer) -> Dataset:
    """The dataset of this slug. Raises Http404 if there is none that this viewer may see."""
    dataset: Dataset = get_object_or_404(with_version(Dataset.objects.all()), slug=slug)
    if not dataset.is_visible_to(viewer):
        raise Http404
    return dataset


def asked(
    request: Request, slug: str, *, allowed: frozenset[str] | None = None, refused: frozenset[str] = frozenset()
) -> tuple[Table, RowQuery]:
    """The table that this request is about, and what it asks of it. Raises Http404, NotPublished, InvalidParameter."""
    viewer = viewer_of(request)
    dataset = load(slug, viewer)
    version = version_to_read(dataset, request.query_params.get("cursor"))
    table = Table.of(version, viewer)
    try:
        return table, parse_query(request._request.GET, table, allowed=allowed, refused=refused)
    except InvalidQuery as error:
        told = {name: [ErrorDetail(message, code="invalid")] for name, message in error.errors.items()}
        raise InvalidParameter(told) from error


def version_to_read(dataset: Dataset, cursor: str | None) -> Version:
    """The version of the page before, for as long as its table is there; else the current one."""
    version: Version | None = dataset.current_version
    if version is None:
        raise NotPublished(_("Nothing of this dataset is published yet."), subject=f"datasets.dataset:{dataset.pk}")
    if cursor:
        try:
            pk = version_of(cursor)
        except InvalidCursor:
            pk = version.pk  # refused with the other parameters
        if pk != version.pk:
            version = dataset.versions.exclude(table="").filter(pk=pk).first() or version
    version.dataset = dataset
    return version


def described(dataset: Dataset) -> dict[str, Any]:
    names = ("slug", "name", "description", "licence", "is_public", "current_version")
    return {name: getattr(dataset, name) for name in names} | {"url": address("api-dataset", dataset.slug)}


def address(name: str, slug: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[slug])}"
