"""Who reads a dataset, how much of it, and why; changing that."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.datasets import granting
from apps.datasets.design import design_of
from apps.datasets.enums import Confidentiality, Visibility
from apps.datasets.forms.access import GrantForm, VisibilityForm
from apps.datasets.models import Dataset, GroupViewer, level_of_roles
from apps.datasets.reading.masks import can_mask
from apps.datasets.reading.table import mask_for
from apps.datasets.schema import ColumnSchema, DatasetSchema
from apps.datasets.views.page import DatasetPage


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Someone who reads the dataset: who, how far, by what. Two people may have one name: `email` tells them apart."""

    name: str
    level: Confidentiality
    why: str
    sees: str
    email: str = ""
    take_back_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Confidential:
    """A column that not every reader reads as it is."""

    table: str
    column: ColumnSchema


@requires("datasets.grant_dataset")
def access(request: SignedInRequest, slug: str) -> HttpResponse:
    shown = _load(request, slug)
    dataset = shown.dataset
    asked = request.POST.get("agir", "")
    visibility = VisibilityForm(request.POST if asked == "visibilite" else None, dataset=dataset)
    giving = GrantForm(request.POST if asked == "donner" else None)
    if visibility.is_bound and visibility.is_valid():
        chosen = Visibility(visibility.cleaned_data["visibility"])
        granting.change_visibility(dataset=dataset, visibility=chosen, by=request.user)
        messages.success(request, _("Who reads it is saved."))
        return redirect("datasets:access", slug=slug)
    if giving.is_bound and giving.is_valid():
        holder, level = giving.cleaned_data["holder"], Confidentiality(giving.cleaned_data["level"])
        try:
            granting.give_access(dataset=dataset, to=holder, level=level, by=request.user)
        except RuleViolation as refusal:
            giving.add_error("level", str(refusal.message))
        else:
            messages.success(request, _("The access is given."))
            return redirect("datasets:access", slug=slug)
    schema = shown.version.pinned_schema if shown.version else design_of(dataset).schema
    context: dict[str, Any] = {
        "visibility_form": visibility,
        "grant_form": giving,
        "has_errors": bool(visibility.errors or giving.errors),
        "readers": list(_readers(dataset, schema)),
        "confidential": list(_confidential(schema)),
    }
    return render(request, "datasets/access.html", shown.context("access", **context))


@requires("datasets.grant_dataset")
def take_back_access(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    shown = _load(request, slug)
    grant = get_object_or_404(shown.dataset.grants.select_related("user", "group"), pk=pk)
    if request.method == "POST":
        granting.take_back_access(grant=grant, by=request.user)
        messages.success(request, _("The access is taken back."))
        return redirect("datasets:access", slug=slug)
    return render(request, "datasets/access_take_back.html", shown.context("access", grant=grant))


def _load(request: HttpRequest, slug: str) -> DatasetPage:
    shown = DatasetPage.load(request, slug)
    if not granting.may_decide(shown.dataset, request.user):
        raise PermissionDenied
    return shown


def _readers(dataset: Dataset, schema: DatasetSchema) -> Iterator[Reader]:
    """The widest circles first."""
    anyone = Confidentiality.PUBLIC
    if dataset.is_public:
        yield Reader(name=_("Anyone"), level=anyone, why=_("The dataset is public"), sees=_sees(schema, anyone))
    for group in GroupViewer.all():
        sees_datasets = group.has_perm("datasets.view_dataset")
        if sees_datasets and dataset.is_open_by_role_to(group):
            level = level_of_roles(group)
            yield Reader(name=str(group), level=level, why=_("Their role"), sees=_sees(schema, level))
    maker = dataset.created_by
    if dataset.visibility == Visibility.RESTRICTED and maker and dataset.is_open_by_role_to(maker):
        level = level_of_roles(maker)
        yield Reader(name=str(maker), level=level, why=_("Made the dataset"), sees=_sees(schema, level))
    for grant in dataset.grants.select_related("user", "group"):
        level = Confidentiality(grant.level)
        why = _("Given on %(day)s") % {"day": date_format(localtime(grant.given_at), "SHORT_DATE_FORMAT")}
        yield Reader(
            name=grant.holder,
            level=level,
            why=why,
            sees=_sees(schema, level),
            email=grant.user.email if grant.user else "",
            take_back_url=reverse("datasets:access_take_back", args=[dataset.slug, grant.pk]),
        )


def _sees(schema: DatasetSchema, level: Confidentiality) -> str:
    """How many columns one who reads as far as this sees, and how."""
    masks = [(column, mask_for(level, column)) for table in schema.entities for column in table.columns]
    veiled = [(column, mask) for column, mask in masks if mask]
    masked = sum(can_mask(mask, column) for column, mask in veiled)
    plain, hidden = len(masks) - len(veiled), len(veiled) - masked
    if not veiled:
        return _("Every column")
    words = [ngettext("%(count)s column", "%(count)s columns", plain) % {"count": plain}]
    if masked:
        words.append(ngettext("%(count)s masked", "%(count)s masked", masked) % {"count": masked})
    if hidden:
        words.append(ngettext("%(count)s hidden", "%(count)s hidden", hidden) % {"count": hidden})
    return ", ".join(words)


def _confidential(schema: DatasetSchema) -> Iterator[Confidential]:
    for table in schema.entities:
        for column in table.columns:
            if column.level != Confidentiality.PUBLIC:
                yield Confidential(table=table.title, column=column)
