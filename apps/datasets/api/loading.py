"""What an address is about, for whoever asks: a dataset, a table of one of its versions, and what is asked of it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from apps.accounts.models import ApiToken
from apps.accounts.scopes import covers
from apps.core.api.conditional import with_etag
from apps.core.api.problem_details import InvalidParameter
from apps.core.interface import Viewer
from apps.datasets.exceptions import NotPublished
from apps.datasets.models import Dataset, Version, VersionTable
from apps.datasets.reading import InvalidQuery, Table
from apps.datasets.reading.cursors import InvalidCursor, version_of
from apps.datasets.reading.serving import served_table

Q = TypeVar("Q")
# Beyond it there is no version of that number, and the database could not read it.
LONGEST_NUMBER = 9


def viewer_of(request: Request) -> Viewer:
    """Who reads: the owner of a token that may read datasets; with another token, or none, nobody in particular."""
    token = request.auth
    reads = isinstance(token, ApiToken) and covers(token.scopes, "datasets:read")
    return request.user if reads else AnonymousUser()


def visible_datasets(viewer: Viewer) -> QuerySet[Dataset]:
    return with_version(Dataset.objects.visible_to(viewer))


def with_version(datasets: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """With the version that is read, but for its manifest, which tells every file that it was made from."""
    return datasets.select_related("current_version").defer("current_version__manifest", "updated_at")


def load(slug: str, viewer: Viewer) -> Dataset:
    """The dataset of this slug. Raises Http404 if there is none that this viewer may see."""
    dataset: Dataset = get_object_or_404(with_version(Dataset.objects.all()), slug=slug)
    if not dataset.is_visible_to(viewer):
        raise Http404
    return dataset


def published(slug: str, viewer: Viewer) -> Version:
    """The version of this dataset that is read. Raises Http404, NotPublished."""
    dataset = load(slug, viewer)
    version: Version | None = dataset.current_version
    if version is None:
        raise NotPublished(_("Nothing of this dataset is published yet."), subject=f"datasets.dataset:{dataset.pk}")
    version.dataset = dataset
    return version


def table_asked(request: Request, slug: str, entity: str) -> Table:
    """The table that this request is about. Raises Http404, NotPublished, InvalidParameter."""
    viewer, number = viewer_of(request), request.query_params.get("version")
    if number is not None:
        if not re.fullmatch("[1-9][0-9]*", number):
            raise refusal({"version": str(_("Give the number of a version."))})
        if len(number) > LONGEST_NUMBER:
            raise Http404
        return _of_version(slug, entity, viewer, int(number))
    return _of_today(slug, entity, viewer, request.query_params.get("cursor"))


def understood(parse: Callable[..., Q], parameters: QueryDict, table: Table, **options: Any) -> Q:
    """What `parse` makes of these parameters. Raises InvalidParameter, which names those that are wrong."""
    try:
        return parse(parameters, table, **options)
    except InvalidQuery as error:
        raise refusal(error.errors) from error


def refusal(errors: Mapping[str, str]) -> InvalidParameter:
    return InvalidParameter({name: [ErrorDetail(message, code="invalid")] for name, message in errors.items()})


def answered(body: bytes, etag: str, *tables: Table) -> HttpResponse:
    """JSON made of these tables, which a cache on the way may keep for others if nothing in it is read by right."""
    response = HttpResponse(body, content_type="application/json")
    response["Last-Modified"] = http_date(_published_at(tables[0]).timestamp())
    return with_etag(response, etag, is_public=may_be_shared(*tables))


def may_be_shared(*tables: Table) -> bool:
    """Whether a cache on the way may keep what is answered, for others."""
    return all(table.version.dataset.is_public and table.is_for_anyone for table in tables)


def address(name: str, *args: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def _published_at(table: Table) -> datetime:
    published_at: datetime = table.version.published_at
    return published_at


def _tables(slug: str, entity: str) -> QuerySet[VersionTable]:
    tables: QuerySet[VersionTable] = (
        VersionTable.objects.filter(version__dataset__slug=slug)
        .of_entity(entity)
        .select_related("version__dataset")
        .defer("version__manifest", "version__note", "version__dataset__model")
    )
    return tables


def _of_today(slug: str, entity: str, viewer: Viewer, cursor: str | None) -> Table:
    """That of the version of the page before, for as long as it is there; else of the current one.

    Raises Http404, NotPublished.
    """
    served = served_table(slug, entity, viewer)
    if served is None:
        published(slug, viewer)
        raise Http404
    if cursor:
        try:
            pk = version_of(cursor)
        except InvalidCursor:
            pk = served.version.pk  # refused with the other parameters
        if pk != served.version.pk:
            before = _tables(slug, entity).exclude(table="").filter(version=pk).first()
            return Table.reading(before, before.version, viewer) if before else served
    return served


def _of_version(slug: str, entity: str, viewer: Viewer, number: int) -> Table:
    """That of the version of this number: its table if it is served, its snapshot otherwise. Raises Http404."""
    stored = _tables(slug, entity).filter(version__number=number).first()
    if stored is None or not stored.version.dataset.is_visible_to(viewer):
        raise Http404
    is_served = stored.version_id == stored.version.dataset.current_version_id
    return Table.reading(stored, stored.version, viewer, is_snapshot=not is_served)
