"""Reading rows: pages of them, one alone, groups of them, and what their columns hold."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.core.api.conditional import check_preconditions, etag_of
from apps.core.api.media import encode
from apps.datasets.api.loading import answered, refusal, table_asked, understood
from apps.datasets.api.parameters import (
    AGGREGATES,
    COLUMNS,
    EXPAND,
    FILTERS,
    IF_NONE_MATCH,
    NOT_CHANGED,
    ORDER,
    SEARCH,
    VERSION,
)
from apps.datasets.api.serializers import GroupsSerializer, RowSerializer, RowsSerializer, StatisticsSerializer
from apps.datasets.exceptions import StatisticsNotReady
from apps.datasets.profiling import ColumnProfile, profile
from apps.datasets.reading import (
    RowQuery,
    Table,
    count_rows,
    parse_aggregate,
    parse_query,
    read_groups,
    read_json,
)
from apps.datasets.reading.queries import MAX_PAGE_SIZE, PAGE_SIZE, Filter
from apps.datasets.schema import ROW_ID, ColumnSchema

# What a request counts for against the limits, where a page that the database keeps at hand counts for one.
SEARCH_COST, SNAPSHOT_COST, AGGREGATE_COST, STATISTICS_COST = 3, 5, 5, 5


class RowsView(APIView):
    permission_classes = [AllowAny]

    def cost_of(self, request: Request) -> int:
        asked = request.query_params
        return SNAPSHOT_COST * ("version" in asked) + SEARCH_COST * ("q" in asked) or 1

    @extend_schema(
        operation_id="datasets_rows",
        tags=["datasets"],
        summary=gettext_lazy("The rows of a dataset"),
        description=FILTERS,
        parameters=[
            COLUMNS,
            ORDER,
            SEARCH,
            EXPAND,
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
                description=gettext_lazy("How many rows at once, at most."),
            ),
            OpenApiParameter(
                "cursor",
                str,
                description=gettext_lazy("Where to read on from: follow “next” or “previous” rather than write it."),
            ),
            OpenApiParameter(
                "count",
                {"type": "string", "enum": ["exact"]},
                description=gettext_lazy("Count the rows that the filters let through."),
            ),
            VERSION,
            IF_NONE_MATCH,
        ],
        responses={200: RowsSerializer, 304: NOT_CHANGED},
    )
    def get(self, request: Request, slug: str, entity: str = "") -> HttpResponseBase:
        table = table_asked(request, slug, entity)
        query = understood(parse_query, request._request.GET, table)
        related = related_to(table, query)
        etag = etag_of(table.version.pk, sights_of(table, *related), sorted(request.query_params.lists()))
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        page = read_json(table, query)
        count = count_rows(table, query) if query.wants_count or not query.narrows else None
        here = request.build_absolute_uri()
        head = {
            "next": page.next_cursor and replace_query_param(here, "cursor", page.next_cursor),
            "previous": page.previous_cursor and replace_query_param(here, "cursor", page.previous_cursor),
            "version": table.version.number,
            "count": count,
        }
        # The rows are JSON already: they join the rest as they are.
        return answered(encode(head)[:-1] + b',"results":' + page.rows + b"}", etag, table, *related)


class RowView(APIView):
    permission_classes = [AllowAny]

    def cost_of(self, request: Request) -> int:
        return SNAPSHOT_COST if "version" in request.query_params else 1

    @extend_schema(
        operation_id="datasets_row",
        tags=["datasets"],
        summary=gettext_lazy("Row"),
        description=gettext_lazy("The row of this rank in the version that is read."),
        parameters=[COLUMNS, EXPAND, VERSION, IF_NONE_MATCH],
        responses={200: RowSerializer, 304: NOT_CHANGED},
    )
    def get(self, request: Request, slug: str, pk: int, entity: str = "") -> HttpResponseBase:
        table = table_asked(request, slug, entity)
        query = understood(
            parse_query, request._request.GET, table, allowed=frozenset({"columns", "expand", "version"})
        )
        if not 1 <= pk <= table.rows:
            raise Http404
        return one_row(request, table, query, (Filter(column=ROW_ID, operator="exact", value=pk),))


class KeyedRowView(APIView):
    permission_classes = [AllowAny]

    cost_of = RowView.cost_of

    @extend_schema(
        operation_id="datasets_row_by_key",
        tags=["datasets"],
        summary=gettext_lazy("Row, by its key"),
        description=gettext_lazy(
            "The row whose key is given: one parameter for each column of the key, named after it. An entity has none "
            "if its dictionary says so, or if you may not read all of it."
        ),
        parameters=[COLUMNS, EXPAND, VERSION, IF_NONE_MATCH],
        responses={200: RowSerializer, 304: NOT_CHANGED},
    )
    def get(self, request: Request, slug: str, entity: str = "") -> HttpResponseBase:
        table = table_asked(request, slug, entity)
        if not table.key:
            raise Http404
        key = frozenset(column.name for column in table.key)
        given = request._request.GET
        query = understood(parse_query, given, table, allowed=key | {"columns", "expand", "version"})
        if wrong := {name: _("Give it once.") for name in sorted(key) if len(given.getlist(name)) != 1}:
            raise refusal(wrong)
        return one_row(request, table, query, query.filters)


class AggregateView(APIView):
    permission_classes = [AllowAny]

    def cost_of(self, request: Request) -> int:
        return AGGREGATE_COST

    @extend_schema(
        operation_id="datasets_aggregate",
        tags=["datasets"],
        summary=gettext_lazy("Rows by groups"),
        description=gettext_lazy(
            "How many rows there are in each group, and sums, averages and extremes of their columns. A group has a "
            "member for each thing that is asked: “service”, “day__year”, “count”, “cost__sum”, by whose names groups "
            "are sorted too. The filters are those of the rows."
        ),
        parameters=[*AGGREGATES, SEARCH, VERSION, IF_NONE_MATCH],
        responses={200: GroupsSerializer, 304: NOT_CHANGED},
    )
    def get(self, request: Request, slug: str, entity: str = "") -> HttpResponseBase:
        table = table_asked(request, slug, entity)
        query = understood(parse_aggregate, request._request.GET, table)
        etag = etag_of("groups", table.version.pk, table.sight, sorted(request.query_params.lists()))
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        found = read_groups(table, query)
        head = {"version": table.version.number, "truncated": found.is_truncated}
        return answered(encode(head)[:-1] + b',"results":' + found.groups + b"}", etag, table)


class StatisticsView(APIView):
    permission_classes = [AllowAny]

    def cost_of(self, request: Request) -> int:
        return STATISTICS_COST

    @extend_schema(
        operation_id="datasets_statistics",
        tags=["datasets"],
        summary=gettext_lazy("What the columns hold"),
        description=gettext_lazy(
            "Of each column that you may read: how filled it is, how many different values it has, between what and "
            "what, and how they are spread."
        ),
        parameters=[COLUMNS, VERSION, IF_NONE_MATCH],
        responses={
            200: StatisticsSerializer,
            304: NOT_CHANGED,
            503: OpenApiResponse(description=gettext_lazy("They are being computed: try again in a moment.")),
        },
    )
    def get(self, request: Request, slug: str, entity: str = "") -> HttpResponseBase:
        table = table_asked(request, slug, entity)
        query = understood(parse_query, request._request.GET, table, allowed=frozenset({"columns", "version"}))
        etag = etag_of("statistics", table.version.pk, table.sight, query.columns)
        if unchanged := check_preconditions(request, etag=etag):
            return unchanged
        profiles = profile(table)
        if profiles is None:
            raise StatisticsNotReady(gettext_lazy("The statistics are being computed: try again."), retry_after=10)
        told = [described(table.by_name[name], profiles[name]) for name in query.columns if name != ROW_ID]
        whole = {"version": table.version.number, "rows": table.rows, "columns": told}
        return answered(encode(whole), etag, table)


def one_row(request: Request, table: Table, query: RowQuery, only: tuple[Filter, ...]) -> HttpResponseBase:
    """The row that meets these conditions, with the columns and the relations that are asked for. Raises Http404."""
    related = related_to(table, query)
    etag = etag_of("row", table.version.pk, sights_of(table, *related), query.columns, query.expand, only)
    found = read_json(table, RowQuery(columns=query.columns, expand=query.expand, filters=only, limit=1)).rows
    if found == b"[]":
        raise Http404
    return check_preconditions(request, etag=etag) or answered(found[1:-1], etag, table, *related)


def related_to(table: Table, query: RowQuery) -> tuple[Table, ...]:
    return tuple(table.related(name) for name in query.expand)


def sights_of(*tables: Table) -> tuple[tuple[str, ...], ...]:
    """What is read of each table, and how: answers to two readers are the same if it is."""
    return tuple(table.sight for table in tables)


def described(column: ColumnSchema, found: ColumnProfile) -> dict[str, Any]:
    """The profile of a column, in JSON: exact numbers as numbers, as in rows."""
    return {
        "name": column.name,
        "type": column.type,
        "rows": found.rows,
        "filled": found.filled,
        "distinct": found.distinct,
        "lowest": _plain(found.lowest),
        "median": _plain(found.median),
        "highest": _plain(found.highest),
        "top": [{"value": value, "count": count} for value, count in found.top],
        "bins": [{"low": each.low, "high": each.high, "count": each.count} for each in found.bins],
    }


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def of_entity(operation_id: str, summary: Any) -> Any:
    """The same operation, of an entity that the address names."""
    return extend_schema_view(get=extend_schema(operation_id=operation_id, summary=summary))


@of_entity("datasets_entity_rows", gettext_lazy("The rows of an entity"))
class EntityRowsView(RowsView):
    pass


@of_entity("datasets_entity_row", gettext_lazy("Row of an entity"))
class EntityRowView(RowView):
    pass


@of_entity("datasets_entity_row_by_key", gettext_lazy("Row of an entity, by its key"))
class EntityKeyedRowView(KeyedRowView):
    pass


@of_entity("datasets_entity_aggregate", gettext_lazy("Rows of an entity by groups"))
class EntityAggregateView(AggregateView):
    pass


@of_entity("datasets_entity_statistics", gettext_lazy("What the columns of an entity hold"))
class EntityStatisticsView(StatisticsView):
    pass
