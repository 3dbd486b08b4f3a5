"""A version of a model: what it answers, its file, where it was, and all that it was made from."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.interface import Figure
from apps.core.numbers import format_number, format_size
from apps.inference.deploying import approval_of
from apps.inference.enums import ExportKind, Slot
from apps.inference.exceptions import ArtefactGone, ArtefactTampered, NotExportable
from apps.inference.models import ModelVersion
from apps.inference.packaging.exporting import export_version, possible_exports
from apps.inference.reports import Told
from apps.inference.standing import stand
from apps.inference.telling import cause_of
from apps.inference.views.origin import origin_of
from apps.inference.views.page import ModelPage

SEE = ("inference.view_model", "inference.view_modelversion")


@requires(*SEE)
def version(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    shown = ModelPage.load(request, slug)
    made = shown.version(number)
    (stood,) = stand([made])
    evaluation, output = getattr(made.training, "evaluation", None), made.signed.output
    report = Told.of(evaluation, made.signed) if evaluation else None
    context = {
        "version": made,
        "stood": stood,
        "report": report,
        "figures": _figures(made, report),
        "fields": made.signed.fields,
        "output": output,
        "libraries": sorted(made.libraries.items()),
        "exports": possible_exports(made),
        "reviews": made.reviews.select_related("requested_by", "decided_by"),
        "deployments": made.deployments.select_related("by"),
        "approval": approval_of(made),
        "is_in_service": Slot.CHAMPION in stood.slots,
        "cause": cause_of(made.training),
        **origin_of(made, shown.viewer),
    }
    return render(request, "inference/version.html", shown.context("model", **context))


@requires(*SEE)
def version_export(request: SignedInRequest, slug: str, number: int, kind: str) -> HttpResponse:
    """The version as the tools of others take it, or its very file; the page of the version, with the reason, if it
    cannot be."""
    if kind not in ExportKind:
        raise Http404
    made = ModelPage.load(request, slug).version(number)
    try:
        filename, content_type, content = export_version(made, ExportKind(kind))
    except (NotExportable, ArtefactGone, ArtefactTampered) as refusal:
        messages.error(request, str(refusal.message))
        return redirect(made)
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})


def _figures(made: ModelVersion, report: Told | None) -> list[Figure]:
    line = report.primary if report else None
    figures = [Figure(label=line.label, value=line.value, note=line.interval)] if line else []
    return [
        *figures,
        Figure(
            label=_("Learnt from"),
            value=format_number(made.training.rows_train),
            note=_("rows, judged by %(count)s others") % {"count": format_number(made.training.rows_test)},
        ),
        Figure(label=_("File"), value=format_size(made.size), note=made.get_format_display()),
        Figure(label=_("Fields"), value=format_number(len(made.signed.fields))),
    ]
