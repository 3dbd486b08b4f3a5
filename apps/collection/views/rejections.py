"""The quarantine of a run: what did not become rows, why, and its text where the source lets it be kept."""

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.audit import record
from apps.accounts.requests import SignedInRequest
from apps.collection.audit_actions import AuditAction
from apps.collection.forms.listing import ReasonForm
from apps.collection.models import Run
from apps.collection.quarantine import as_csv, count_reasons, rejections_of
from apps.collection.telling import reason_text
from apps.core.access import requires
from apps.core.interface import Tone
from apps.core.numbers import format_number

PAGE_SIZE = 50


@requires("collection.view_run", "collection.view_rejection")
def rejections(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(Run.objects.select_related("source").defer("plan"), pk=pk)
    reasons = count_reasons(run)
    form = ReasonForm(request.GET or None, reasons=reasons)
    reason = form.asked()
    paginator = Paginator(rejections_of(run, reason=reason), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    tone, verdict = _verdict(run)
    context = {
        "run": run,
        "source": run.source,
        "reasons": reasons,
        "form": form,
        "reason": reason,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "rows": [(each, reason_text(each)) for each in page],
        "has_text": any(each.text for each in page),
        "has_parts": len({each.part for each in page}) > 1,
        "tone": tone,
        "verdict": verdict,
        "export_query": f"?motif={reason}" if reason else "",
    }
    return render(request, "collection/rejections.html", context)


@requires("collection.view_run", "collection.view_rejection")
def export_rejections(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    """What the page shows, as CSV. Taking away what a source holds of people leaves a trail."""
    run = get_object_or_404(Run, pk=pk)
    reason = ReasonForm(request.GET or None, reasons=count_reasons(run)).asked()
    record(
        action=AuditAction.REJECTIONS_EXPORTED,
        actor=request.user,
        subject=run,
        details={"reason": reason} if reason else {},
    )
    return StreamingHttpResponse(
        as_csv(rejections_of(run, reason=reason)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="rejets-{run.pk}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _verdict(run: Run) -> tuple[Tone, str]:
    if run.segments_deleted_at:
        return Tone.OFF, _("The retention of the source is over: the rejected records are deleted.")
    if not run.rows_rejected:
        return Tone.OK, _("Nothing was rejected.")
    said = ngettext("%(number)s record is set aside.", "%(number)s records are set aside.", run.rows_rejected)
    return Tone.WARN, said % {"number": format_number(run.rows_rejected)}
