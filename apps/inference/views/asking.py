"""Asking a model: the form, then the answer at an address of its own, then what one thinks of it."""

import time
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from rest_framework.throttling import BaseThrottle

from apps.accounts.lockout import too_many_requests
from apps.accounts.models import User
from apps.core.access import public
from apps.core.api.throttling import count
from apps.core.errors import EcluseError, RuleViolation, TemporaryFailure
from apps.inference.asking import ask, keep, kept
from apps.inference.enums import Slot
from apps.inference.exceptions import RowsRefused
from apps.inference.foretelling import dataset_of
from apps.inference.forms.asking import AskingForm
from apps.inference.forms.opinion import OpinionForm, said_before
from apps.inference.giving import give_feedback
from apps.inference.models import Feedback, Model, ModelVersion
from apps.inference.views.origin import origin_of
from apps.inference.views.replies import ReplyPage

# Of one address: whoever asks more than this is a program, and programs have the API.
RATE = "30/minute"


@public
@never_cache
def service(request: HttpRequest, slug: str) -> HttpResponse:
    model = usable_model(request, slug)
    version: ModelVersion | None = model.deployed(Slot.CHAMPION)
    if version is None:
        return render(request, "inference/service.html", {"model": model, "contact": contact_of(model)})
    form = AskingForm(request.POST or None, signature=version.signed)
    address = BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]  # it reads the headers alone
    if request.method == "POST" and asks_too_often(address):
        return too_many_requests(request)
    if form.is_valid():
        try:
            reply = ask(model=model, row=form.row, by=request.user, address=address)
        except (RuleViolation, TemporaryFailure) as refusal:
            _tell(form, refusal)
        else:
            keep(reply, session=request.session)
            return redirect("inference:answer", slug, reply.prediction)
    context = {
        "model": model,
        "version": version,
        "form": form,
        "contact": contact_of(model),
        "is_about_people": any(field.is_sensitive for field in version.signed.fields),
        "is_hashed": any(field.is_hashed for field in version.signed.fields),
        "has_text": any(field.type == "text" for field in version.signed.fields),
        "is_foretold": dataset_of(version, request.user) is not None,
    }
    return render(request, "inference/service.html", context)


@public
@never_cache
def answer(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """The answer, for whoever asked for it; once it is forgotten, how to ask again."""
    model = usable_model(request, slug)
    shown = _shown(request, model, pk)
    if shown is None:
        return render(request, "inference/answer_gone.html", {"model": model}, status=410)
    given = _given(request, shown)
    initial = said_before(given) if given else None
    return _render(request, model, shown, OpinionForm(signature=shown.version.signed, initial=initial), given)


@public
@never_cache
@require_POST
def opinion(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    model = usable_model(request, slug)
    shown = _shown(request, model, pk)
    if shown is None:
        return render(request, "inference/answer_gone.html", {"model": model}, status=410)
    form = OpinionForm(request.POST, signature=shown.version.signed)
    if form.is_valid():
        said = form.opinion(row=dict(shown.reply.row), answered=shown.answered)
        try:
            give_feedback(model=model, receipt=shown.reply.receipt, opinion=said, by=request.user)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Thank you: the team reads your opinion before anything is learnt from it."))
            return redirect("inference:answer", slug, pk)
    return _render(request, model, shown, form, _given(request, shown))


def contact_of(model: Model) -> str:
    """Whom to write to about an answer: the one who answers for the model, or for the whole instance."""
    return model.contact or str(settings.ORGANISATION["contact_email"])


def _given(request: HttpRequest, shown: ReplyPage) -> Feedback | None:
    """What this person said of this answer already."""
    whose = {"by": request.user} if request.user.is_authenticated else {"has_account": False}
    return Feedback.objects.filter(prediction=shown.reply.prediction, **whose).first()


def _render(
    request: HttpRequest, model: Model, shown: ReplyPage, form: OpinionForm, given: Feedback | None
) -> HttpResponse:
    context = {
        "model": model,
        "shown": shown,
        "form": form,
        "given": given,
        "contact": contact_of(model),
        "dpo": settings.ORGANISATION["dpo_email"],
        "retention": model.declared.serving.retention_days,
    }
    if isinstance(request.user, User) and request.user.has_perm("inference.view_modelversion"):
        context |= origin_of(shown.version, request.user)
    return render(request, "inference/answer.html", context)


def usable_model(request: HttpRequest, slug: str) -> Model:
    """Raises Http404 for whoever may not ask it: that it exists is not told either."""
    model: Model = get_object_or_404(Model.objects.filter(archived_at=None), slug=slug)
    if not model.is_usable_by(request.user):
        raise Http404
    return model


def _shown(request: HttpRequest, model: Model, pk: UUID) -> ReplyPage | None:
    """The answer that this session may read, by the version that gave it, which may no longer be in service."""
    reply = kept(pk, session=request.session)
    if reply is None:
        return None
    versions = ModelVersion.objects.select_related(
        "model__dataset", "training__evaluation", "training__dataset_version__build"
    )
    version = versions.filter(pk=reply.version, model=model).first()
    return ReplyPage(reply, version) if version else None


def _tell(form: AskingForm, refusal: EcluseError) -> None:
    """Each thing that is wrong at its field, where it is about one."""
    for fault in refusal.faults if isinstance(refusal, RowsRefused) else ():
        field = str(fault.path[-1])
        form.add_error(field if field in form.fields else None, fault.message)
    if not form.errors:
        form.add_error(None, str(refusal.message))


def asks_too_often(address: str) -> bool:
    """Addresses are counted under a keyed hash, and never kept."""
    who = salted_hmac(__name__, address, algorithm="sha256").hexdigest()[:32]
    return count(name="asking", who=who, rate=RATE, now=time.time()).is_spent
