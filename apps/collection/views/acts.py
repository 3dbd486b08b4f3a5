"""What is done to a source from its page: collecting it, opening, closing, deleting."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.requests import SignedInRequest
from apps.collection import sourcing
from apps.collection.exceptions import SourceRefused
from apps.collection.forms.collecting import BackfillForm
from apps.collection.models import Source
from apps.collection.requesting import request_run
from apps.collection.tasks import hand_out
from apps.collection.views.sources import source_page
from apps.core.access import requires
from apps.core.errors import RuleViolation


@requires("collection.collect_source")
@require_POST
def collect_source(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask for a run, and show it; whoever asks twice is shown the one that goes on.

    What is asked for is in `what`: nothing for what the source usually reads, `full`, or `backfill` with its bounds.
    """
    source = get_object_or_404(Source, slug=slug)
    what = request.POST.get("what", "")
    backfill = BackfillForm(request.POST)
    if what == "backfill" and not backfill.is_valid():
        return source_page(request, source, backfill=backfill)
    window = backfill.cleaned_data if what == "backfill" else {}
    try:
        with transaction.atomic():
            run = request_run(source=source, by=request.user, is_full=what == "full", **window)
            hand_out(run)
    except RuleViolation as refusal:
        messages.warning(request, str(refusal.message))
        return redirect(source.active_run() or source)
    return redirect(run)


@requires("collection.change_source")
@require_POST
def open_source(request: SignedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    try:
        source = sourcing.open_source(source=source, by=request.user)
    except SourceRefused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("collection:source_rules", slug=slug)
    messages.success(request, _("The source is open."))
    return redirect(source)


@requires("collection.change_source")
def close_source(request: SignedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    if request.method == "POST":
        source = sourcing.close_source(source=source, by=request.user)
        messages.success(request, _("The source is closed."))
        return redirect(source)
    return render(request, "collection/source_close.html", {"source": source, "active": source.active_run()})


@requires("collection.delete_source")
def delete_source(request: SignedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    if request.method == "POST":
        try:
            sourcing.delete_source(source=source, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
            return redirect(source)
        messages.success(request, _("The source “%(name)s” is deleted.") % {"name": source.name})
        return redirect("collection:sources")
    count = source.runs.count()
    return render(request, "collection/source_delete.html", {"source": source, "run_count": count})
