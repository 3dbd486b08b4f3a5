"""How a program reads this dataset: snippets that work as they are pasted, on its own columns."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.access import public
from apps.core.errors import RuleViolation
from apps.core.interface import Tab
from apps.core.numbers import format_number
from apps.datasets.enums import ColumnType
from apps.datasets.reading import RowQuery, Table, parse_query, read_json, read_rows
from apps.datasets.reading.operators import operators_of, parts_of
from apps.datasets.reading.queries import MAX_PAGE_SIZE
from apps.datasets.reading.searching import searched_columns
from apps.datasets.schema import ROW_ID, ColumnSchema
from apps.datasets.views.page import DatasetPage
from apps.datasets.views.snippets import Language, address_of

SHOWN_ROWS = 2
TOKEN = "ecl_YOUR_TOKEN"  # noqa: S105 -- where one's own goes


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A column as a filter: its name, what it holds, its operators."""

    name: str
    type: str
    operators: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something that one asks of rows: what people call it, its address, the snippet that asks it."""

    name: str
    title: str
    address: str
    code: str


@public
def api(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    base = f"{settings.SITE_URL}/api/v1/datasets/{slug}/"
    context: dict[str, Any] = {
        "base": base,
        "rates": _rates(),
        "most": MAX_PAGE_SIZE,
        "is_open": shown.dataset.is_public and (shown.table is None or shown.table.is_whole),
    }
    if shown.table:
        head = {} if shown.dataset.is_public else {"Authorization": f"Bearer {TOKEN}"}
        wanted = request.GET.get("langage", "")
        language = Language(wanted) if wanted in Language.values else Language.CURL
        asked = _example(shown.table)
        context |= {
            "questions": questions_of(shown.table, base, language, head),
            "languages": [
                Tab(label=each.label, url=f"?langage={each}#first-title", is_current=each == language)
                for each in Language
            ],
            "curl_etag": _etag(f"{base}rows/", head),
            "answer": _answer(shown.table, base, asked),
            "entities": shown.table.version.pinned_schema.entities,
            "parameters": [_parameter(column) for column in shown.table.by_name.values()],
        }
    return render(request, "datasets/api.html", shown.context("api", **context))


def questions_of(table: Table, base: str, language: Language, head: Mapping[str, str]) -> list[Question]:
    """What one asks of rows most, on the columns of this table, in this language."""
    asked: list[tuple[str, str, str]] = [
        ("rows", _("First rows"), address_of(f"{base}rows/", {"limit": str(SHOWN_ROWS)})),
        ("filters", _("Filtered and sorted"), address_of(f"{base}rows/", _example(table))),
    ]
    if word := _word_of(table):
        asked.append(("search", _("Found by words"), address_of(f"{base}rows/", {"q": word, "limit": str(SHOWN_ROWS)})))
    if group := _group_of(table):
        grouped = {"group_by": group, "count": "*", "order": "-count", "limit": "5"}
        asked.append(("aggregate", _("By groups"), address_of(f"{base}rows/aggregate/", grouped)))
    questions = [
        Question(name=name, title=title, address=address, code=language.read(address, head))
        for name, title, address in asked
    ]
    address, file = address_of(f"{base}export/", {"format": "csv"}), f"{table.version.dataset.slug}.csv"
    saved = language.download(address, head, file)
    return [*questions, Question(name="export", title=_("Every row as CSV"), address=address, code=saved)]


def _example(table: Table) -> dict[str, str]:
    """A question that this dataset can answer: filtered on its first number, or sorted at least."""
    numbers = [each for each in table.columns if each.type in {ColumnType.INTEGER, ColumnType.FLOAT}]
    asked = {f"{numbers[0].name}__gte": "0"} if numbers else {}
    order = (numbers or table.columns)[0].name if table.columns else ROW_ID
    return asked | {"order": f"-{order}", "limit": str(SHOWN_ROWS)}


def _group_of(table: Table) -> str:
    """What makes few groups, most likely: a choice, a yes or no, a year; else the first column."""
    for column in table.columns:
        if column.choices or column.type == ColumnType.BOOLEAN:
            return column.name
    dates = [each for each in table.columns if each.type in {ColumnType.DATE, ColumnType.DATETIME}]
    if dates:
        return f"{dates[0].name}__year"
    return table.columns[0].name if table.columns else ""


def _word_of(table: Table) -> str:
    """A word that is there to be found: of the first row, the longest that all may read; "" if there is none."""
    names = [name for name in searched_columns(table.schema) if name in table.by_name]
    if not names:
        return ""
    try:
        page = read_rows(table, RowQuery(columns=tuple(names), limit=1))
    except RuleViolation:
        return ""
    words = [word for row in page.rows for text in row.values() for word in re.findall(r"[^\W\d_]{4,30}", text or "")]
    return max(words, key=len, default="")


def _etag(address: str, head: dict[str, str]) -> str:
    """Reads the ETag of an answer, then asks again with it."""
    headers = "".join(f"-H '{name}: {value}' " for name, value in head.items())
    lines = [
        f"url='{address}'",
        f"etag=$(curl -s -o /dev/null -D - {headers}\"$url\" | tr -d '\\r' | sed -n 's/^[Ee][Tt]ag: //p')",
        f'curl -i {headers}-H "If-None-Match: $etag" "$url"',
    ]
    return "\n".join(lines)


def _answer(table: Table, base: str, asked: dict[str, str]) -> str:
    """What the first snippet is answered today."""
    query = QueryDict(mutable=True)
    query.update(asked)
    try:
        page = read_json(table, parse_query(query, table))
    except RuleViolation:
        return ""
    results: Sequence[Any] = json.loads(page.rows)
    following = f"{address_of(f'{base}rows/', asked)}&cursor=…" if page.next_cursor else None
    answer = {"next": following, "previous": None, "version": table.version.number, "count": None, "results": results}
    return json.dumps(answer, indent=2, ensure_ascii=False)


def _parameter(column: ColumnSchema) -> Parameter:
    suffixes = [*operators_of(column.type), *parts_of(column.type)]
    written = [column.name if each == "exact" else f"{column.name}__{each}" for each in suffixes]
    return Parameter(name=column.name, type=str(column.type.label), operators=", ".join(written))


def _rates() -> list[tuple[str, str]]:
    """How many requests may be made, with a token and without."""
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    per = {
        "s": _("requests per second"),
        "m": _("requests per minute"),
        "h": _("requests per hour"),
        "d": _("requests per day"),
    }
    told = []
    for name, label in (("anonymous", _("Without a token")), ("token", _("With a token"))):
        number, _slash, period = str(rates[name]).partition("/")
        if number.isdecimal():
            told.append((label, f"{format_number(int(number))} {per.get(period[:1], period)}"))
    return told
