"""The catalogue of AI services: what they are, whether they answer, what they cost."""

from collections.abc import Collection
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.charts import Chart, Series, line_chart
from apps.core.errors import EcluseError, RuleViolation
from apps.core.interface import Figure, Tone
from apps.core.numbers import format_number, format_percent
from apps.inference import calling, cataloguing
from apps.inference.breaking import Breaker
from apps.inference.enums import Capability
from apps.inference.forms.ai_services import AiServiceForm
from apps.inference.models import AiService

SHOWN_DAYS = 30


@requires("inference.view_aiservice")
def ai_services(request: HttpRequest) -> HttpResponse:
    found = list(AiService.objects.all()[:200])
    rows = [(service, *standing_of(service), labels_of(service)) for service in found]
    tone, verdict = _verdict([tone for _service, tone, _word, _does in rows])
    context = {"rows": rows, "tone": tone, "verdict": verdict if rows else ""}
    return render(request, "inference/ai_services.html", context)


def _verdict(tones: Collection[Tone]) -> tuple[Tone, str]:
    """Whether the services answer, from the tone of each."""
    troubled = sum(tone in {Tone.BAD, Tone.WARN} for tone in tones)
    if troubled:
        told = ngettext("One service does not answer.", "%(count)s services do not answer.", troubled)
        return Tone.BAD if Tone.BAD in tones else Tone.WARN, told % {"count": troubled}
    if Tone.OK in tones:
        return Tone.OK, _("All that were tried answer.")
    return Tone.OFF, _("None was tried yet.")


@requires("inference.view_aiservice")
def ai_service(request: HttpRequest, slug: str) -> HttpResponse:
    """Its sheet, printable: access, installation, dependencies, data, transfers, health, use, spending."""
    service = get_object_or_404(AiService.objects.select_related("own_model"), slug=slug)
    tone, word = standing_of(service)
    context = {
        "service": service,
        "does": labels_of(service),
        "tone": tone,
        "word": word,
        "prices": service.prices.all(),
        "figures": _figures(service),
        "use": _use(service),
        "entries": service.entries.select_related("benchmark__need").order_by("-benchmark")[:10],
    }
    return render(request, "inference/ai_service.html", context)


@requires("inference.add_aiservice")
def ai_service_new(request: SignedInRequest) -> HttpResponse:
    return _edit(request, None)


@requires("inference.change_aiservice")
def ai_service_change(request: SignedInRequest, slug: str) -> HttpResponse:
    return _edit(request, get_object_or_404(AiService, slug=slug))


@requires("inference.change_aiservice")
@require_POST
def ai_service_check(request: SignedInRequest, slug: str) -> HttpResponse:
    service = get_object_or_404(AiService, slug=slug)
    try:
        calling.check_service(service=service)
    except EcluseError as error:
        messages.error(request, _("It does not answer. %(why)s") % {"why": error.message})
    else:
        messages.success(request, _("It answers."))
    return redirect(service)


@requires("inference.delete_aiservice")
def ai_service_delete(request: SignedInRequest, slug: str) -> HttpResponse:
    service = get_object_or_404(AiService, slug=slug)
    if request.method == "POST":
        try:
            cataloguing.delete_service(service=service, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
            return redirect(service)
        messages.success(request, _("“%(name)s” was deleted.") % {"name": service})
        return redirect("inference:ai_services")
    return render(request, "inference/ai_service_delete.html", {"service": service})


def standing_of(service: AiService) -> tuple[Tone, str]:
    """Whether it may be asked, and answers."""
    if not service.is_open:
        return Tone.OFF, _("Not open")
    if Breaker(failures=service.failures, reopens_at=service.reopens_at).is_closed(now=timezone.now()):
        return Tone.BAD, _("Left alone: it keeps failing")
    if service.last_error:
        return Tone.WARN, _("Its last answer failed")
    if service.checked_at is None:
        return Tone.OFF, _("Never tried")
    return Tone.OK, pgettext("state of a service", "Answers")


def labels_of(service: AiService) -> list[str]:
    return [str(Capability(each).label) for each in service.capabilities]


def _edit(request: SignedInRequest, service: AiService | None) -> HttpResponse:
    before = AiService.objects.get(pk=service.pk) if service else None
    form = AiServiceForm(request.POST or None, instance=service)
    if request.method == "POST" and form.is_valid():
        try:
            saved = cataloguing.save_service(service=form.instance, prices=form.prices, by=request.user, before=before)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
            return redirect(saved)
    return render(request, "inference/ai_service_edit.html", {"form": form, "service": before})


def _figures(service: AiService) -> list[Figure]:
    today = timezone.localdate()
    days = service.days.filter(asked_on__gt=today - timedelta(days=SHOWN_DAYS))
    requests, errors, seconds = (
        (sum(each) for each in zip(*days.values_list("requests", "errors", "seconds"), strict=True))
        if days
        else (0, 0, 0)
    )
    spent, cap = float(service.spent_in(today)), float(service.monthly_cap_eur)
    return [
        Figure(
            label=_("Spent this month"),
            value=format_number(spent, 2, "€"),
            note=_("of %(cap)s at most") % {"cap": format_number(cap, 2, "€")},
        ),
        Figure(label=_("Requests"), value=format_number(requests), note=_("over 30 days")),
        Figure(label=_("Failed requests"), value=format_percent(errors / requests, 1) if requests else "–"),
        Figure(label=_("Mean time to answer"), value=format_number(seconds / requests, 2, "s") if requests else "–"),
    ]


def _use(service: AiService) -> Chart | None:
    today = timezone.localdate()
    days = [today - timedelta(days=each) for each in range(SHOWN_DAYS - 1, -1, -1)]
    found = {day.asked_on: day for day in service.days.filter(asked_on__gte=days[0])}
    if not found:
        return None
    return line_chart(
        title=_("Requests, day by day"),
        label_name=_("Day"),
        labels=[date_format(day, "d/m") for day in days],
        series=[
            Series(name=_("Requests"), values=[found[day].requests if day in found else 0 for day in days]),
            Series(name=_("Failed requests"), values=[found[day].errors if day in found else 0 for day in days]),
        ],
    )
