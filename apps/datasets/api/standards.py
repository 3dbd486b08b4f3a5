"""Datasets in the standards of open data."""

from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.core.api.conditional import check_preconditions, etag_of, with_etag
from apps.core.api.media import encode
from apps.core.api.pagination import CursorPagination
from apps.datasets.api.loading import answered, published, viewer_of, visible_datasets
from apps.datasets.api.parameters import IF_NONE_MATCH, NOT_CHANGED
from apps.datasets.models import Version, ask_levels
from apps.datasets.reading import Table
from apps.datasets.standards.csvw import csvw
from apps.datasets.standards.dcat import catalogue
from apps.datasets.standards.frictionless import data_package

_DOCUMENT = OpenApiResponse({"type": "object"}, description=_("The document."))
DOCUMENT = {200: _DOCUMENT, 304: NOT_CHANGED}
LINKED_DATA = "application/ld+json"


class DataPackageView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="datasets_data_package",
        tags=["datasets"],
        summary=_("The Data Package of a dataset"),
        description=_("Its tables and their columns as Frictionless describes them: what you may read of them."),
        parameters=[IF_NONE_MATCH],
        responses=DOCUMENT,
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        version, tables = _published(request, slug)
        return _told(request, tables, data_package(version, tables))


class CsvwView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="datasets_csvw",
        tags=["datasets"],
        summary=_("The CSV metadata of a dataset"),
        description=_("What its CSV exports hold, as “CSV on the Web” of the W3C describes it."),
        parameters=[IF_NONE_MATCH],
        responses=DOCUMENT,
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        version, tables = _published(request, slug)
        return _told(request, tables, csvw(version, tables, language=get_language() or "fr"))


class CatalogueView(APIView):
    permission_classes = [AllowAny]
    pagination_class = CursorPagination
    ordering: ClassVar[list[str]] = ["slug"]

    @extend_schema(
        operation_id="datasets_catalogue",
        tags=["datasets"],
        summary=_("The catalogue for data portals"),
        description=_("The datasets that you may read and that are published, in DCAT-AP, as JSON-LD, page by page."),
        parameters=[IF_NONE_MATCH],
        responses={(200, LINKED_DATA): _DOCUMENT, 304: NOT_CHANGED},
        filters=True,
    )
    def get(self, request: Request) -> HttpResponseBase:
        viewer, paginator = viewer_of(request), self.pagination_class()
        shown = visible_datasets(viewer).exclude(current_version=None).prefetch_related("current_version__tables")
        page: list[Any] = paginator.paginate_queryset(shown, request, self)
        for dataset in page:
            dataset.current_version.dataset = dataset
        ask_levels(page, viewer)
        told = [(dataset, Table.all_of(dataset.current_version, viewer)) for dataset in page]
        document = catalogue(told, address=request.build_absolute_uri(), following=paginator.next)
        etag = etag_of(document)
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        response = HttpResponse(encode(document), content_type=LINKED_DATA)
        return with_etag(response, etag, is_public=request.auth is None)


def _published(request: Request, slug: str) -> tuple[Version, list[Table]]:
    """The version that is read, and what one may read of its tables. Raises Http404, NotPublished."""
    viewer = viewer_of(request)
    version = published(slug, viewer)
    return version, Table.all_of(version, viewer)


def _told(request: Request, tables: list[Table], document: dict[str, Any]) -> HttpResponseBase:
    body = encode(document)
    etag = etag_of(body.decode())
    return check_preconditions(request, etag=etag) or answered(body, etag, *tables)
