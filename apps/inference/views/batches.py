"""Asking a model about a whole file: sending it, looking at its first rows, having it answered, fetching the result."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from apps.accounts.requests import SignedInRequest
from apps.core import lake
from apps.core.access import signed_in
from apps.core.errors import RuleViolation
from apps.core.numbers import format_number
from apps.inference.batch_answering import refusals
from apps.inference.batching import MOST_UNFINISHED, cancel_batch, discard_batch, start_batch
from apps.inference.enums import BatchFormat, BatchState, Slot
from apps.inference.forms.batch import BatchForm
from apps.inference.models import Batch, ModelVersion
from apps.inference.models.batches import KEPT_FOR
from apps.inference.receiving import receive_file
from apps.inference.standing import BATCH_TONES
from apps.inference.tasks import answer_batch
from apps.inference.telling import failure_of_batch, sentence_of_batch
from apps.inference.views.asking import contact_of, usable_model
from apps.inference.views.expected import columns_of, example_of

PAGE_SIZE = 25
SHOWN_REFUSALS = 20
# How far it is told aloud: at each quarter, or whoever listens to the page would hear nothing else.
TOLD_SHARES = 4


@signed_in
@never_cache
def batch_new(request: SignedInRequest, slug: str) -> HttpResponse:
    model = usable_model(request, slug)
    version: ModelVersion | None = model.deployed(Slot.CHAMPION)
    if version is None:
        return redirect("inference:service", slug)
    form = BatchForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            batch = receive_file(
                model=model,
                by=request.user,
                file=form.cleaned_data["file"],
                result_format=BatchFormat(form.cleaned_data["result_format"]),
            )
        except RuleViolation as refusal:
            form.add_error("file", str(refusal.message))
        else:
            return redirect(batch)
    context = {
        "model": model,
        "form": form,
        "columns": columns_of(version.signed),
        "most": MOST_UNFINISHED,
        "kept_days": KEPT_FOR.days,
        **_notice(version),
        "contact": contact_of(model),
    }
    return render(request, "inference/batch_new.html", context)


@signed_in
@never_cache
def batch_example(request: SignedInRequest, slug: str) -> HttpResponse:
    """A file of made-up rows, to fill in."""
    version: ModelVersion | None = usable_model(request, slug).deployed(Slot.CHAMPION)
    if version is None:
        raise Http404
    disposition = {"Content-Disposition": f'attachment; filename="{slug}-example.csv"'}
    return HttpResponse(example_of(version.signed), content_type="text/csv; charset=utf-8", headers=disposition)


@signed_in
@never_cache
def batches(request: SignedInRequest) -> HttpResponse:
    """One's own, those that programs asked for in one's name too."""
    paginator = Paginator(Batch.objects.of(request.user), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "rows": [(each, _tone(each)) for each in page],
        "kept_days": KEPT_FOR.days,
    }
    return render(request, "inference/batches.html", context)


@signed_in
@never_cache
def batch(request: SignedInRequest, pk: int) -> HttpResponse:
    one = _own(request, pk)
    context = {
        **_live_part(one),
        "is_paused": "figer" in request.GET,
        "model": one.model,
        "tone": _tone(one),
        "sentence": sentence_of_batch(one),
        "failure": failure_of_batch(one),
        "preview": _preview(one) if one.is_draft else None,
        "refusals": _first_refusals(one),
        "shown_refusals": SHOWN_REFUSALS,
        "kept_days": KEPT_FOR.days,
        **_notice(one.version),
        "contact": contact_of(one.model),
    }
    return render(request, "inference/batch.html", context)


@signed_in
@never_cache
def batch_progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of the page that changes, for htmx; the last time, once it is over, it asks for the whole page.

    `dit` is what was announced last: nothing is said twice.
    """
    one = _own(request, pk)
    if request.headers.get("HX-Request") != "true":
        return redirect(one)
    if one.is_over or one.is_draft:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = _live_part(one)
    context["is_news"] = request.GET.get("dit") != context["moment"]
    return render(request, "inference/_batch_progress.html", context)


@signed_in
@require_POST
def batch_start(request: SignedInRequest, pk: int) -> HttpResponse:
    one = _own(request, pk)
    usable_model(request, one.model.slug)
    try:
        with transaction.atomic():
            start_batch(batch=one)
            transaction.on_commit(lambda: answer_batch.delay(one.pk))
    except RuleViolation as refusal:
        messages.error(request, str(refusal.message))
    return redirect(one)


@signed_in
@never_cache
def batch_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    one = _own(request, pk)
    if request.method == "POST":
        try:
            cancel_batch(batch=one)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The batch stops."))
        return redirect(one)
    return render(request, "inference/batch_cancel.html", {"batch": one})


@signed_in
@never_cache
def batch_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    one = _own(request, pk)
    if request.method == "POST":
        try:
            discard_batch(batch=one)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
            return redirect(one)
        messages.success(request, _("The file and its answers are deleted."))
        return redirect("inference:batches")
    return render(request, "inference/batch_delete.html", {"batch": one})


@signed_in
@never_cache
def batch_result(request: SignedInRequest, pk: int) -> FileResponse:
    one = _own(request, pk)
    if not one.result:
        raise Http404
    form = BatchFormat(one.result_format)
    return FileResponse(
        lake.storage().open(one.result),
        as_attachment=True,
        filename=f"{one.model.slug}-{one.pk}-answers.{form}",
        content_type=form.media,
    )


@signed_in
@never_cache
def batch_refused(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    """The refused rows, each with its reason in the reader's language."""
    one = _own(request, pk)
    if not one.refused:
        raise Http404
    disposition = f'attachment; filename="{one.model.slug}-{one.pk}-refused.csv"'
    return StreamingHttpResponse(
        _refused_lines(one, translation.get_language()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


def _own(request: SignedInRequest, pk: int) -> Batch:
    """Raises Http404 for those of others: that they exist is not told either."""
    if pk >= 2**63:
        raise Http404
    one: Batch = get_object_or_404(Batch.objects.of(request.user), pk=pk)
    return one


def _tone(one: Batch) -> str:
    if one.state == BatchState.DONE and one.rows_refused:
        return "warn"
    return BATCH_TONES[BatchState(one.state)]


def _notice(version: ModelVersion) -> dict[str, Any]:
    """What the notice of article 50 depends on."""
    return {
        "version": version,
        "is_about_people": any(field.is_sensitive for field in version.signed.fields),
        "has_text": any(field.type == "text" for field in version.signed.fields),
        "is_file": True,
    }


def _live_part(one: Batch) -> dict[str, Any]:
    total = one.rows_total or 0
    quarter = TOLD_SHARES * one.rows_done // total if total else 0
    done = {"done": format_number(one.rows_done), "total": format_number(total)}
    label = (_("%(done)s rows done out of %(total)s") if total else _("%(done)s rows done")) % done
    return {
        "batch": one,
        "now": timezone.now(),
        "label": label,
        "moment": f"{one.state}-{quarter}",
        "announcement": label if one.rows_done else sentence_of_batch(one),
    }


def _preview(one: Batch) -> Any:
    from apps.inference.serving.previewing import preview

    with lake.reading(one.upload) as path:
        return preview(path, one.version.signed)


def _first_refusals(one: Batch) -> list[tuple[int, str, str]]:
    """Row, what people call the field, why."""
    if not (one.refused and one.rows_refused):
        return []
    return list(islice(_refusals_in_words(one), SHOWN_REFUSALS))


def _refusals_in_words(one: Batch) -> Iterator[tuple[int, str, str]]:
    from apps.inference.serving.previewing import reason_of, title_of

    signature = one.version.signed
    for row, name, code in refusals(one):
        yield row, title_of(signature, name), reason_of(signature, name, code)


def _refused_lines(one: Batch, language: str | None) -> Iterator[str]:
    """Sent after the view has answered, when the language of the moment may be another's."""
    writer = csv.writer(_Echo())
    with translation.override(language):
        yield writer.writerow([_("Row"), _("Field"), _("Reason")])
    found = _refusals_in_words(one)
    while True:
        with translation.override(language):
            lines = [writer.writerow(each) for each in islice(found, 1_000)]
        if not lines:
            return
        yield from lines


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line
