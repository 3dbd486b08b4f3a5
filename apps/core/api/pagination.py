"""Long lists, one page at a time, by cursor: no page is skipped or read twice while rows come and go.

The cursor holds the position of the last row read (the values it is sorted by, the primary key last, so that ties have
an order too) and is signed: it says nothing that the client did not already read, and cannot be forged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ErrorDetail
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apps.core.api.problem_details import InvalidParameter

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place in a sorted list: the row with these `values`, and whether to read before it or after it."""

    values: tuple[str, ...]
    backward: bool = False


class CursorPagination(BasePagination):
    """Pages of a queryset sorted by `ordering`, to which the primary key is added.

    `ordering` may be set on the view; its columns must not be null. `limit` and `cursor` are read from the query, and
    refused when they are not valid.
    """

    ordering: Sequence[str] = ()

    def paginate_queryset(  # type: ignore[override]  # ours has rows of a model, not of anything
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Model]:
        self.request = request
        self.columns = self.columns_of(queryset, getattr(view, "ordering", self.ordering))
        limit, cursor = self.limit(), self.cursor()
        backward = cursor is not None and cursor.backward
        if cursor is not None:
            queryset = queryset.filter(self.beyond(queryset.model, cursor))
        order = [opposite(column) for column in self.columns] if backward else self.columns
        rows = list(queryset.order_by(*order)[: limit + 1])
        has_more, rows = len(rows) > limit, rows[:limit]
        if backward:
            rows.reverse()
        self.next = self.link(rows[-1]) if rows and (has_more or backward) else None
        self.previous = self.link(rows[0], backward=True) if rows and (has_more if backward else cursor) else None
        return rows

    def columns_of(self, queryset: QuerySet[Any], ordering: Sequence[str] | str) -> list[str]:
        columns = [ordering] if isinstance(ordering, str) else list(ordering)
        for column in columns:
            if queryset.model._meta.get_field(column.lstrip("-")).null:
                raise ImproperlyConfigured(f"{column}: a list cannot be paged by a column that may be null.")
        key = queryset.model._meta.pk.name
        if key in (column.lstrip("-") for column in columns):
            return columns
        descending = bool(columns) and columns[-1].startswith("-")
        return [*columns, f"-{key}" if descending else key]

    def limit(self) -> int:
        given = self.request.query_params.get("limit", str(PAGE_SIZE))
        if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MAX_PAGE_SIZE and len(given) < 10):
            message = _("From 1 to %(most)d rows may be asked for at once.") % {"most": MAX_PAGE_SIZE}
            raise InvalidParameter({"limit": [ErrorDetail(message, code="max_value")]})
        return int(given)

    def cursor(self) -> Cursor | None:
        given = self.request.query_params.get("cursor")
        if given is None:
            return None
        try:
            columns, backward, *values = signing.loads(given, salt=self.salt)
        except signing.BadSignature:
            columns = None
        if columns != self.columns:
            message = _("This list gave no such cursor: begin again without it.")
            raise InvalidParameter({"cursor": [ErrorDetail(message, code="invalid_cursor")]})
        return Cursor(values=tuple(values), backward=backward)

    @property
    def salt(self) -> str:
        return f"{__name__}:{self.request.path}"

    def link(self, row: Model, *, backward: bool = False) -> str:
        fields = [row._meta.get_field(column.lstrip("-")) for column in self.columns]
        values = [field.value_to_string(row) for field in fields]  # type: ignore[union-attr]  # a column, not a relation
        cursor = signing.dumps([self.columns, backward, *values], salt=self.salt)
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def beyond(self, model: type[Model], cursor: Cursor) -> Q:
        """The rows strictly after the cursor in the order of its reading: (a > x) or (a = x and b > y) or …"""
        condition, ties = Q(), Q()
        for column, value in zip(self.columns, cursor.values, strict=True):
            name = column.lstrip("-")
            position = model._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
            lookup = "lt" if column.startswith("-") != cursor.backward else "gt"
            condition |= ties & Q((f"{name}__{lookup}", position))
            ties &= Q((name, position))
        return condition

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link | {"description": gettext_lazy("The next page; null on the last one.")},
                "previous": link | {"description": gettext_lazy("The page before; null on the first one.")},
                "results": schema | {"description": gettext_lazy("The rows of this page, in order.")},
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": gettext_lazy("Where to read on from: follow “next” or “previous” rather than write it."),
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": gettext_lazy("How many rows at once, at most."),
                "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
            },
        ]


def opposite(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"
