"""The Open Inference Protocol, version 2, under `/v2/`: what clients of KServe, Triton and MLServer speak, unchanged.

Its addresses have no slash at their end, and its errors are `{"error": "…"}`: both are the protocol's. Rights, limits,
checks and the log are those of `predicting`.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed

from apps.core.access import public, rest
from apps.core.api.media import encode
from apps.inference.api.asking import caller_of, or_not_authenticated, problem_of
from apps.inference.enums import Channel, Slot
from apps.inference.exceptions import BodyUnreadable, NotInService
from apps.inference.models import Model
from apps.inference.serving import tensors
from apps.inference.serving.answering import Answered, CountingRefusals, ask, version_for
from apps.inference.serving.callers import Caller
from apps.inference.serving.slots import SLOTS, Served
from apps.inference.serving.swapping import Loaded

logger = logging.getLogger(__name__)

JSON_LENGTH = "Inference-Header-Content-Length"
PLATFORMS = {True: "onnxruntime_onnx", False: "sklearn_skops"}
# A session is not looked at here: there is no form to protect, and no person behind.
View = Callable[..., HttpResponse]


def of_protocol(method: str, *, access: Callable[[View], View] = rest) -> Callable[[View], View]:
    """A view of this method, whose errors are the protocol's."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @access
        @wraps(view)
        def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            try:
                if request.method != method:
                    raise MethodNotAllowed(request.method or "")
                return view(request, **kwargs)
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    raise
            if problem.type.status >= 500:
                logger.error("api_failure", extra={"code": problem.type.code})
            told = "; ".join(f"{each['field']}: {each['message']}" for each in problem.errors) or problem.detail
            return _json({"error": told}, status=problem.type.status, headers=problem.headers)

        return answered

    return decorate


@of_protocol("GET", access=public)
def server(request: HttpRequest) -> HttpResponse:
    return _json({"name": "ecluse", "version": settings.VERSION, "extensions": ["binary_tensor_data"]})


@of_protocol("GET", access=public)
def live(request: HttpRequest) -> HttpResponse:
    return _json({"live": True})


@of_protocol("GET", access=public)
def ready(request: HttpRequest) -> HttpResponse:
    """Models are loaded when they are first asked: the server is ready as soon as it answers."""
    return _json({"ready": True})


@of_protocol("POST")
def index(request: HttpRequest) -> HttpResponse:
    """The models that are in service for whoever asks."""
    usable = Model.objects.usable_by(caller_of(request).viewer).filter(archived_at=None).order_by("slug").distinct()
    versions = usable.values_list("slug", "deployments__version__number").filter(
        deployments__slot=Slot.CHAMPION, deployments__withdrawn_at=None
    )
    return _json([{"name": slug, "version": str(number), "state": "READY", "reason": ""} for slug, number in versions])


@of_protocol("GET")
def metadata(request: HttpRequest, model: str, version: str = "") -> HttpResponse:
    served, _slot, loaded = _found(caller_of(request), model, version)
    return _json(
        {
            "name": model,
            "versions": sorted({str(each.number) for each in served.loaded.values() if each.id == loaded.id}),
            "platform": PLATFORMS[loaded.is_onnx],
            "inputs": [tensors.described(each) for each in loaded.signature.fields],
            "outputs": tensors.described_outputs(loaded.signature),
        }
    )


@of_protocol("GET")
def model_ready(request: HttpRequest, model: str, version: str = "") -> HttpResponse:
    _found(caller_of(request), model, version)
    return _json({"name": model, "ready": True})


@of_protocol("POST")
def infer(request: HttpRequest, model: str, version: str = "") -> HttpResponse:
    caller = caller_of(request)
    served, slot, loaded = _found(caller, model, version)
    with CountingRefusals(served, slot, Channel.V2):
        asked = tensors.read(request.body, _json_length(request), loaded.signature)
        checked = loaded.decoder.check_columns(asked.columns, max_rows=served.standing.serving.max_rows)
        answered = ask(served, loaded, checked, caller=caller, channel=Channel.V2, slot=slot)
    head = {
        "model_name": model,
        "model_version": str(loaded.number),
        "id": asked.id,
        "parameters": {"receipt": answered.receipt},
    }
    outputs = [each for each in _outputs(answered) if asked.is_wanted(each[0])]
    content, length = tensors.write(head, outputs, asked)
    if length is None:
        return HttpResponse(content, content_type="application/json")
    return HttpResponse(content, content_type="application/octet-stream", headers={JSON_LENGTH: str(length)})


def _found(caller: Caller, slug: str, version: str) -> tuple[Served, Slot, Loaded]:
    """The version that answers: the one in service, or the one of this number if it is there or in pre-production."""
    try:
        served = SLOTS.get(slug)
        loaded, slot = version_for(served, caller, Slot.CHAMPION), Slot.CHAMPION
        if version and version != str(loaded.number):
            loaded, slot = version_for(served, caller, Slot.PREPRODUCTION), Slot.PREPRODUCTION
            if version != str(loaded.number):
                raise NotInService(_("No such version of this model is deployed."))
    except NotInService as error:
        raise or_not_authenticated(error, caller) from None
    return served, slot, loaded


def _outputs(answered: Answered) -> list[tuple[str, str, Any]]:
    output = answered.version.signature.output
    if answered.answers.probabilities is None:
        return [(output.name, "FP32", answered.answers.values)]
    import numpy as np

    names = np.array(output.classes, object)[answered.answers.positions]
    return [(output.name, tensors.TEXTS, names), (tensors.PROBABILITIES, "FP32", answered.answers.probabilities)]


def _json_length(request: HttpRequest) -> int | None:
    told = request.headers.get(JSON_LENGTH)
    if told is None:
        return None
    if not (told.isascii() and told.isdigit() and len(told) < 12):
        raise BodyUnreadable(_("The body is shorter than its headers say."))
    return int(told)


def _json(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(encode(content), status=status, headers=headers, content_type="application/json")
