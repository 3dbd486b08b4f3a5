"""Downloading rows as a file."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.datasets.api.loading import refusal, table_asked, understood
from apps.datasets.api.parameters import COLUMNS, ORDER, SEARCH, VERSION
from apps.datasets.api.rows import of_entity
from apps.datasets.exporting import Format, export
from apps.datasets.reading import parse_query

EXPORT_COST = 10
MEANINGLESS = frozenset({"limit", "cursor", "count", "expand"})


class ExportView(APIView):
    permission_classes = [AllowAny]

    def cost_of(self, request: Request) -> int:
        return EXPORT_COST

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
            SEARCH,
            VERSION,
        ],
        responses={
            (200, "text/csv"): OpenApiResponse({"type": "string"}, description=_("The file.")),
            (200, "application/jsonl"): OpenApiResponse({"type": "string"}, description=_("The file.")),
            (200, "application/vnd.apache.parquet"): OpenApiResponse(
                {"type": "string", "format": "binary"}, description=_("The file.")
            ),
        },
    )
    def get(self, request: Request, slug: str, entity: str = "") -> HttpResponseBase:
        wanted = request.query_params.get("format", Format.CSV)
        if wanted not in Format.values:
            raise refusal({"format": str(_("Possible: %(formats)s.") % {"formats": ", ".join(Format.values)})})
        table = table_asked(request, slug, entity)
        query = understood(parse_query, request._request.GET, table, refused=MEANINGLESS)
        made = export(table=table, query=query, to=Format(wanted))
        return made.response(**{"Last-Modified": http_date(table.version.published_at.timestamp())})


@of_entity("datasets_entity_export", _("Download the rows of an entity"))
class EntityExportView(ExportView):
    pass
