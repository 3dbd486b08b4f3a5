"""The rows of a dataset, filtered, sorted, page by page. Everything is in the address, in the words of the API."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.access import public
from apps.core.errors import RuleViolation
from apps.core.numbers import format_number
from apps.datasets.forms.rows import PART_WORDS, ColumnsForm, ConditionForm, condition_words
from apps.datasets.models import Dataset
from apps.datasets.reading import InvalidQuery, RowQuery, RowsPage, Table, count_rows, parse_query, read_rows
from apps.datasets.reading.operators import split_name
from apps.datasets.reading.searching import searched_columns
from apps.datasets.schema import ROW_ID, ColumnSchema
from apps.datasets.views.cells import is_numeric, said
from apps.datasets.views.page import DatasetPage

# What the forms of the page add to an address, before it is written again in the words of the API.
FORM_PARAMETERS = frozenset({"champ", "op", "valeur", "colonnes"})
PAGE_PARAMETERS = frozenset({"cursor", "limit", "count", "format"})
PAGE_SIZE = 50
# Shown before anyone chooses: a page as wide as thirty columns is read by nobody.
FIRST_COLUMNS = 12


@dataclass(frozen=True, kw_only=True)
class Header:
    """The head of a column, which sorts by it, then the other way round."""

    title: str
    url: str
    aria_sort: str
    is_numeric: bool


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A filter that is on, in words, and the address of the page without it."""

    words: str
    without_url: str


@public
def rows(request: HttpRequest, slug: str, entity: str = "") -> HttpResponse:
    shown = DatasetPage.load(request, slug, entity)
    if shown.table is None:
        return render(request, "datasets/rows.html", shown.context("rows"))
    table, kept = shown.table, _kept(request.GET)
    here = shown.url_of("rows", table)
    adding = ConditionForm(request.GET if "op" in request.GET else None, table=table)
    choosing = ColumnsForm(request.GET if "colonnes" in request.GET else None, table=table)
    if adding.is_bound and adding.is_valid():
        return _redirect(here, [*_pairs(kept), adding.parameter])
    if choosing.is_bound and choosing.is_valid():
        chosen = ("columns", ",".join(choosing.cleaned_data["colonnes"]))
        return _redirect(here, [pair for pair in _pairs(kept) if pair[0] != "columns"] + [chosen])
    context: dict[str, object] = {
        "here": here,
        "adding": adding,
        "choosing": choosing,
        "is_searchable": bool(searched_columns(table.schema)),
        "has_errors": bool(adding.errors or choosing.errors),
    }
    try:
        query = _query(request.GET, table)
        page, count = read_rows(table, query), count_rows(table, query)
    except InvalidQuery as refusal:
        errors = [(name, sentence) for name, sentence in refusal.errors.items()]
        context |= {"query_errors": errors, "has_errors": True}
    except RuleViolation as refusal:
        context |= {"query_errors": [("", str(refusal.message))], "has_errors": True}
    else:
        context |= _found(shown, table, query, page, count, kept)
    return render(request, "datasets/rows.html", shown.context("rows", **context))


def _found(
    shown: DatasetPage, table: Table, query: RowQuery, page: RowsPage, count: int, kept: QueryDict
) -> dict[str, object]:
    columns = [table.by_name[name] for name in query.columns if name != ROW_ID]
    pairs, here = _pairs(kept), shown.url_of("rows", table)
    # What is shown, asked of the API or of the export: the same conditions, the same order, the same columns.
    asked = [pair for pair in pairs if pair[0] != "columns"] + [("columns", ",".join(query.columns))]
    total = table.rows
    return {
        "query": query,
        "headers": [_header(column, query, pairs) for column in columns],
        "rows": [
            (row[ROW_ID], [(said(row[column.name], column), is_numeric(column)) for column in columns])
            for row in page.rows
        ],
        "columns_left_out": len(table.columns) - len(columns),
        "chosen": {column.name for column in columns},
        "conditions": _conditions(table, pairs, here),
        "hidden_pairs": pairs,
        "count": count,
        "summary": _summary(count, total),
        "previous_url": _url(here, [*pairs, ("cursor", page.previous_cursor)]) if page.previous_cursor else "",
        "next_url": _url(here, [*pairs, ("cursor", page.next_cursor)]) if page.next_cursor else "",
        "clear_url": here if query.narrows or "order" in kept else "",
        "export_url": shown.url_of("export", table),
        "export_query": urlencode([pair for pair in asked if pair[0] != "columns" or "columns" in kept]),
        "curl": _curl(shown.dataset, table, asked),
    }


def _query(given: QueryDict, table: Table) -> RowQuery:
    asked = given.copy()
    for name in FORM_PARAMETERS:
        asked.pop(name, None)
    asked.setdefault("limit", str(PAGE_SIZE))
    names = asked.get("columns") or ",".join(column.name for column in table.columns[:FIRST_COLUMNS])
    # The number of the row is always there: it is the head of its line.
    asked["columns"] = names if ROW_ID in names.split(",") else f"{ROW_ID},{names}"
    return parse_query(asked, table, refused=frozenset({"expand", "version"}))


def _kept(given: QueryDict) -> QueryDict:
    """The conditions, the order and the columns; where one is in the list begins again when they change."""
    kept = given.copy()
    for name in (FORM_PARAMETERS | PAGE_PARAMETERS) & set(kept):
        del kept[name]
    return kept


def _pairs(given: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in given.lists() for value in values if value]


def _header(column: ColumnSchema, query: RowQuery, pairs: list[tuple[str, str]]) -> Header:
    first = query.order[0]
    is_sorted = first.column == column.name
    order = f"-{column.name}" if is_sorted and not first.is_descending else column.name
    others = [pair for pair in pairs if pair[0] != "order"]
    return Header(
        title=column.title,
        url=f"?{urlencode([*others, ('order', order)])}",
        aria_sort=("descending" if first.is_descending else "ascending") if is_sorted else "",
        is_numeric=is_numeric(column),
    )


def _conditions(table: Table, pairs: list[tuple[str, str]], here: str) -> list[Condition]:
    conditions = []
    for rank, (name, value) in enumerate(pairs):
        if name not in {"order", "columns"}:
            without = _url(here, pairs[:rank] + pairs[rank + 1 :])
            conditions.append(Condition(words=_in_words(name, value, table), without_url=without))
    return conditions


def _in_words(name: str, value: str, table: Table) -> str:
    """A parameter that was understood, as a person would say it."""
    told_value = _("“%(value)s”") % {"value": value}
    if name == "q":
        return _("Has the words %(words)s") % {"words": told_value}
    column, part, operator = split_name(name)
    title = f"{table.by_name[column].title} ({PART_WORDS[part]})" if part else table.by_name[column].title
    words = condition_words(operator, value == "true")
    return f"{title} {words}" if operator == "isnull" else f"{title} {words} {told_value}"


def _summary(count: int, total: int) -> str:
    facts = {"count": format_number(count), "total": format_number(total)}
    if count == total:
        return ngettext("%(count)s row", "%(count)s rows", count) % facts
    return ngettext("%(count)s row of %(total)s", "%(count)s rows of %(total)s", count) % facts


def _curl(dataset: Dataset, table: Table, pairs: list[tuple[str, str]]) -> str:
    entity = f"{table.stored.entity}/" if table.stored.position else ""
    address = f"{settings.SITE_URL}/api/v1/datasets/{dataset.slug}/{entity}rows/"
    token = "" if dataset.is_public else '-H "Authorization: Bearer $ECLUSE_TOKEN" \\\n  '
    return f"curl {token}'{_url(address, pairs)}'"


def _url(address: str, pairs: list[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(pairs, safe=',')}" if pairs else address


def _redirect(here: str, pairs: list[tuple[str, str]]) -> HttpResponse:
    return redirect(_url(here, pairs))
