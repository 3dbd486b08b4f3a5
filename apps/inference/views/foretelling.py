"""The next periods, as the version in service foretells them: nothing to fill in, a picture and its figures."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.throttling import BaseThrottle

from apps.accounts.lockout import too_many_requests
from apps.core.access import public
from apps.core.errors import RuleViolation, TemporaryFailure
from apps.core.numbers import decimals_for, format_number
from apps.inference.confidence import margin_said
from apps.inference.enums import Channel
from apps.inference.exceptions import NotAForecast, NotInService
from apps.inference.foretelling import Foretold, foretell
from apps.inference.pictures import foretold_picture
from apps.inference.report import Report
from apps.inference.serving.callers import of_person
from apps.inference.views.asking import asks_too_often, contact_of, usable_model


@dataclass(frozen=True, kw_only=True)
class Line:
    """A period to come, ready to read."""

    day: str
    value: str
    between: str


@public
@never_cache
@require_safe
def forecast(request: HttpRequest, slug: str) -> HttpResponse:
    model = usable_model(request, slug)
    address = BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]  # it reads the headers alone
    # Whoever has an account is held to their quota of rows.
    if not request.user.is_authenticated and asks_too_often(address):
        return too_many_requests(request)
    context: dict[str, Any] = {"model": model, "contact": contact_of(model)}
    caller, now = of_person(request.user, address), timezone.now()
    try:
        told = foretell(model=model, caller=caller, reader=request.user, channel=Channel.PAGE, now=now)
    except (NotAForecast, NotInService):
        raise Http404 from None
    except (RuleViolation, TemporaryFailure) as refusal:
        context["refusal"] = refusal.message
    else:
        context |= _shown(told)
    return render(request, "inference/forecast.html", context)


def _shown(told: Foretold) -> dict[str, Any]:
    output, evaluation = told.version.signed.output, getattr(told.version.training, "evaluation", None)
    report = Report.from_json(evaluation.report).forecast if evaluation else None
    return {
        "told": told,
        "version": told.version,
        "dataset": told.dataset_version.dataset,
        "last": date_format(told.last, "DATE_FORMAT"),
        "margin": margin_said(report, unit=output.unit),
        "picture": foretold_picture(told, output),
        "lines": _lines(told, output.unit),
        "number": output.title,
    }


def _lines(told: Foretold, unit: str) -> list[Line]:
    decimals = decimals_for(each.value for each in told.expected)
    lines = []
    for each in told.expected:
        bounds = {"low": format_number(each.low, decimals), "high": format_number(each.high, decimals, unit)}
        between = _("%(low)s to %(high)s") % bounds if each.low is not None else ""
        day = date_format(each.day, "DATE_FORMAT")
        lines.append(Line(day=day, value=format_number(each.value, decimals, unit), between=between))
    return lines
