"""Trying the API from the page: the question is filled in, asked as a program would, and its answer shown."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve

from apps.accounts.models import ApiToken, User
from apps.core.access import public
from apps.core.interface import Tab
from apps.datasets.forms.trying import TryForm
from apps.datasets.views.api_tab import TOKEN
from apps.datasets.views.page import DatasetPage
from apps.datasets.views.snippets import Language, address_of

SHOWN_CHARACTERS = 4_000
# What a browser sends of itself, which would change what is answered to a program.
OF_THE_BROWSER = ("HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_AUTHORIZATION", "HTTP_RANGE")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the API answered: its status, its headers, the beginning of its body."""

    status: int
    phrase: str
    headers: list[tuple[str, str]]
    body: str
    is_cut: bool

    @property
    def is_well(self) -> bool:
        return self.status < HTTPStatus.BAD_REQUEST


@public
def api_try(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks nothing until the form is sent."""
    shown = DatasetPage.load(request, slug, request.GET.get("entity", ""))
    context: dict[str, Any] = {}
    if shown.table:
        form = TryForm(request.GET or None, table=shown.table)
        entity = shown.table.schema.name
        context = {"form": form, "entity": entity, "entities": _tabs(shown, entity)}
        if "place" in request.GET:
            path = address_of(f"/api/v1/datasets/{slug}/{entity}/{form.path}", form.asked)
            head = {} if shown.dataset.is_public else {"Authorization": f"Bearer {TOKEN}"}
            context |= {
                "address": f"{settings.SITE_URL}{path}",
                "code": Language.CURL.read(f"{settings.SITE_URL}{path}", head),
                "answer": ask(request, path),
            }
    return render(request, "datasets/api_try.html", shown.context("api", **context))


def _tabs(shown: DatasetPage, entity: str) -> list[Tab]:
    """The entities to ask about; none if there is but one."""
    schemas = [each.schema for each in shown.tables]
    tabs = [Tab(label=each.title, url=f"?entity={each.name}", is_current=each.name == entity) for each in schemas]
    return tabs if len(tabs) > 1 else []


def ask(request: HttpRequest, address: str) -> Answer:
    """What the API answers at this address to whoever sent this request, as to a program of theirs."""
    path, _mark, query = address.partition("?")
    environ = {name: value for name, value in request.META.items() if name not in OF_THE_BROWSER}
    asked = WSGIRequest(
        environ | {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_ACCEPT": "*/*"}
    )
    if isinstance(request.user, User):
        # What REST framework looks for to know somebody otherwise than by a secret: here, by their session.
        vars(asked)["_force_auth_user"] = request.user
        vars(asked)["_force_auth_token"] = ApiToken(user=request.user, scopes=["datasets:read"])
    found = resolve(path)
    response = found.func(asked, *found.args, **found.kwargs)
    if not getattr(response, "is_rendered", True):
        response.render()
    body = _laid_out(response.content)
    return Answer(
        status=response.status_code,
        phrase=response.reason_phrase,
        headers=sorted(response.items()),
        body=body[:SHOWN_CHARACTERS],
        is_cut=len(body) > SHOWN_CHARACTERS,
    )


def _laid_out(content: bytes) -> str:
    """JSON as people read it, a line for each value."""
    try:
        return json.dumps(json.loads(content), indent=2, ensure_ascii=False)
    except ValueError:
        return content.decode(errors="replace")
