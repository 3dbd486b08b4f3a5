"""Making a former version the one that readers get: what would change, then the act."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.datasets import restoring
from apps.datasets.models import Version
from apps.datasets.noting import structure_changes
from apps.datasets.reading import Table
from apps.datasets.views.asking import followed
from apps.datasets.views.differences import compared
from apps.datasets.views.page import DatasetPage
from apps.datasets.views.versions import load_version


@requires("datasets.build_dataset")
def restore_version(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    shown = DatasetPage.load_at_work(request, slug)
    version = load_version(shown, number)
    if version.pk == shown.dataset.current_version_id:
        messages.info(request, _("Readers get this version today: there is nothing to restore."))
        return redirect(version)
    if request.method == "POST":
        asked = partial(restoring.request_restoration, version=version, by=request.user)
        return followed(request, asked, back=version)
    return render(request, "datasets/version_restore.html", shown.context("versions", **_what_changes(shown, version)))


def _what_changes(shown: DatasetPage, version: Version) -> dict[str, object]:
    served = shown.version
    tables = Table.all_of(version, shown.viewer)
    return {
        "restored": version,
        "served": served,
        "structure": structure_changes(shown.tables, tables),
        "tables": compared(shown, served, version) if served else [],
    }
