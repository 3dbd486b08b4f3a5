"""How a program reads this dataset: snippets that work as they are pasted, on its own columns."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.access import public
from apps.core.errors import RuleViolation
from apps.core.numbers import format_number
from apps.datasets.enums import ColumnType
from apps.datasets.reading import Table, parse_query, read_json
from apps.datasets.reading.queries import MAX_PAGE_SIZE, OPERATORS
from apps.datasets.schema import ROW_ID, ColumnSchema
from apps.datasets.views.page import DatasetPage

SHOWN_ROWS = 2
TOKEN = "ecl_YOUR_TOKEN"  # noqa: S105 -- where one's own goes


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A column as a filter: its name, what it holds, its operators."""

    name: str
    type: str
    operators: str


@public
def api(request: HttpRequest, slug: str) -> HttpResponse:
    shown = DatasetPage.load(request, slug)
    base = f"{settings.SITE_URL}/api/v1/datasets/{slug}/"
    context: dict[str, Any] = {
        "base": base,
        "rates": _rates(),
        "most": MAX_PAGE_SIZE,
        "is_open": shown.dataset.is_public and not (shown.table and shown.table.hidden),
    }
    if shown.table:
        head = {} if shown.dataset.is_public else {"Authorization": f"Bearer {TOKEN}"}
        asked = _example(shown.table)
        context |= {
            "curl": _curl(f"{base}rows/?{urlencode(asked, safe=',')}", head),
            "curl_export": _curl(f"{base}export/?format=csv", head, "-o", f"{slug}.csv"),
            "curl_etag": _etag(f"{base}rows/", head),
            "requests": _requests(f"{base}rows/", asked, head),
            "urllib": _urllib(f"{base}rows/?{urlencode(asked, safe=',')}", head),
            "answer": _answer(shown.table, base, asked),
            "parameters": [_parameter(column) for column in shown.table.by_name.values()],
        }
    return render(request, "datasets/api.html", shown.context("api", **context))


def _example(table: Table) -> dict[str, str]:
    """A question that this dataset can answer: filtered on its first number, or sorted at least."""
    numbers = [each for each in table.columns if each.type in {ColumnType.INTEGER, ColumnType.FLOAT}]
    asked = {f"{numbers[0].name}__gte": "0"} if numbers else {}
    order = (numbers or table.columns)[0].name if table.columns else ROW_ID
    return asked | {"order": f"-{order}", "limit": str(SHOWN_ROWS)}


def _curl(address: str, head: dict[str, str], *options: str) -> str:
    lines = [f"-H '{name}: {value}'" for name, value in head.items()]
    if not lines:
        return " ".join(["curl", *options, f"'{address}'"])
    return " \\\n  ".join([" ".join(["curl", *options]), *lines, f"'{address}'"])


def _etag(address: str, head: dict[str, str]) -> str:
    """Reads the ETag of an answer, then asks again with it."""
    headers = "".join(f"-H '{name}: {value}' " for name, value in head.items())
    lines = [
        f"url='{address}'",
        f"etag=$(curl -s -o /dev/null -D - {headers}\"$url\" | tr -d '\\r' | sed -n 's/^[Ee][Tt]ag: //p')",
        f'curl -i {headers}-H "If-None-Match: $etag" "$url"',
    ]
    return "\n".join(lines)


def _requests(address: str, asked: dict[str, str], head: dict[str, str]) -> str:
    lines = ["import requests", "", "answer = requests.get(", f'    "{address}",', f"    params={_python(asked)},"]
    if head:
        lines.append(f"    headers={_python(head)},")
    lines += [
        "    timeout=30,",
        ")",
        "answer.raise_for_status()",
        'for row in answer.json()["results"]:',
        "    print(row)",
    ]
    return "\n".join(lines)


def _urllib(address: str, head: dict[str, str]) -> str:
    headers = f", headers={_python(head)}" if head else ""
    lines = [
        "import json",
        "from urllib.request import Request, urlopen",
        "",
        f'request = Request("{address}"{headers})',
        "with urlopen(request, timeout=30) as answer:",
        '    for row in json.load(answer)["results"]:',
        "        print(row)",
    ]
    return "\n".join(lines)


def _python(pairs: dict[str, str]) -> str:
    return json.dumps(pairs, ensure_ascii=False)


def _answer(table: Table, base: str, asked: dict[str, str]) -> str:
    """What the first snippet is answered today."""
    query = QueryDict(mutable=True)
    query.update(asked)
    try:
        page = read_json(table, parse_query(query, table))
    except RuleViolation:
        return ""
    results: Sequence[Any] = json.loads(page.rows)
    following = f"{base}rows/?{urlencode(asked, safe=',')}&cursor=…" if page.next_cursor else None
    answer = {"next": following, "previous": None, "version": table.version.number, "count": None, "results": results}
    return json.dumps(answer, indent=2, ensure_ascii=False)


def _parameter(column: ColumnSchema) -> Parameter:
    operators = [each for each, types in OPERATORS.items() if column.type in types]
    written = [column.name if each == "exact" else f"{column.name}__{each}" for each in operators]
    return Parameter(name=column.name, type=str(column.type.label), operators=", ".join(written))


def _rates() -> list[tuple[str, str]]:
    """How many requests may be made, with a token and without."""
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    per = {"s": _("per second"), "m": _("per minute"), "h": _("per hour"), "d": _("per day")}
    told = []
    for name, label in (("anonymous", _("Without a token")), ("token", _("With a token"))):
        number, _slash, period = str(rates[name]).partition("/")
        if number.isdecimal():
            told.append((label, f"{format_number(int(number))} {per.get(period[:1], period)}"))
    return told
