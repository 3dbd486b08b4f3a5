"""`POST /api/v1/models/<slug>/predict/`: named rows in, answers out. A plain view: REST framework would cost as much as
all the rest."""

from itertools import islice

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import UnsupportedMediaType

from apps.inference.api.asking import answering_problems, caller_of, or_not_authenticated
from apps.inference.enums import Channel, Slot
from apps.inference.exceptions import NotInService
from apps.inference.serving.answering import CountingRefusals, Outcome, ask, version_for
from apps.inference.serving.callers import Caller
from apps.inference.serving.explanations import explanations, spend_on_explanations
from apps.inference.serving.slots import SLOTS, Served

JSON = "application/json"
# Where the door (`door`) leaves what failed there, for the view to tell.
FAILED = "ecluse.failed"


@answering_problems("POST")
def predict(request: HttpRequest, slug: str) -> HttpResponse:
    """Answers by the version in service; with `?slot=preproduction`, by the one that is tried, if they see models."""
    caller = caller_of(request)
    if request.content_type != JSON:
        raise UnsupportedMediaType(request.content_type or "")
    try:
        return HttpResponse(_predicted(request, slug, caller), content_type=JSON)
    except NotInService as error:
        raise or_not_authenticated(error, caller) from None


def _predicted(request: HttpRequest, slug: str, caller: Caller) -> bytes:
    slot, served = slot_asked(request), SLOTS.get(slug)
    with CountingRefusals(served, slot, Channel.API):
        if failed := request.META.get(FAILED):
            raise failed
        return predicted(served, request.body, caller, slot=slot)


def predicted(served: Served, body: bytes, caller: Caller, *, slot: Slot = Slot.CHAMPION) -> bytes:
    """The answer to a body, as JSON. Raises what `answering` raises, and BodyUnreadable."""
    version = version_for(served, caller, slot)
    checked = version.decoder.read(body, max_rows=served.standing.serving.max_rows)
    if checked.is_explained:
        spend_on_explanations(served, caller, rows=checked.count)
    answered = ask(served, version, checked, caller=caller, channel=Channel.API, slot=slot)
    predictions = [_as_json(each, checked.top_k) for each in answered.predictions]
    if checked.is_explained:
        for told, influences in zip(predictions, explanations(version, checked), strict=True):
            told["explanation"] = influences
    return orjson.dumps({"model": served.standing.slug, "version": version.number, "predictions": predictions})


def slot_asked(request: HttpRequest) -> Slot:
    """Raises NotInService for one that does not answer."""
    if not request.META.get("QUERY_STRING"):
        return Slot.CHAMPION
    asked = request.GET.get("slot", Slot.CHAMPION)
    if asked not in {Slot.CHAMPION, Slot.PREPRODUCTION}:
        raise NotInService(_("No version of this model is deployed there."))
    return Slot(asked)


def _as_json(outcome: Outcome, top_k: int) -> dict[str, object]:
    if outcome.value is not None:
        return {"value": outcome.value, "receipt": outcome.receipt}
    return {
        "class": outcome.name,
        "label": outcome.label,
        "probability": outcome.confidence,
        "probabilities": dict(islice(outcome.probabilities.items(), top_k)),
        "receipt": outcome.receipt,
    }
