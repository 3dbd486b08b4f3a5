"""The audit trail, for administrators and the data-protection officer."""

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.forms.trail import TrailForm
from apps.accounts.requests import SignedInRequest
from apps.accounts.telling import tell
from apps.accounts.trail import as_csv
from apps.core.access import requires

PAGE_SIZE = 50


@requires("accounts.view_auditevent")
def audit_trail(request: SignedInRequest) -> HttpResponse:
    form = TrailForm(request.GET or None)
    paginator = Paginator(form.asked().events(), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    query = _query_of(form)
    return render(
        request,
        "accounts/audit.html",
        {
            "form": form,
            "page": page,
            "pages": paginator.get_elided_page_range(page.number),
            "rows": tell(page),
            "query": f"&{query}" if query else "",
            "export_query": f"?{query}" if query else "",
        },
    )


@requires("accounts.view_auditevent")
def export_audit_trail(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """What the page shows, as CSV. Taking the trail away leaves a trail."""
    form = TrailForm(request.GET or None)
    asked = form.asked()
    record(
        action=AuditAction.AUDIT_EXPORTED,
        actor=request.user,
        subject="accounts.auditevent",
        details={"filtered": sorted(name for name, value in form.data.items() if value)},
    )
    name = f"journal-{timezone.localdate().isoformat()}.csv"
    return StreamingHttpResponse(
        as_csv(asked.events()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _query_of(form: TrailForm) -> str:
    return urlencode([(name, value) for name in form.fields if (value := form.data.get(name))])
