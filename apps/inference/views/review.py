"""Reviewing a version: its report in short, what was said, and the decision of somebody who did not make it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.inference import reviewing
from apps.inference.enums import Decision
from apps.inference.forms.deciding import CommentForm, DecisionForm
from apps.inference.models import ModelVersion, Review
from apps.inference.reports import Told
from apps.inference.standing import stand
from apps.inference.telling import verdict_of
from apps.inference.views.page import ModelPage

REVIEW = "inference.review_model"


@requires("inference.view_model", "inference.view_review")
def review(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """`agir` is what is done: ask for a review, say something, decide."""
    shown = ModelPage.load(request, slug)
    version = shown.version(number)
    last: Review | None = version.reviews.select_related("requested_by", "decided_by", "version__training").first()
    said, decided = CommentForm(), DecisionForm()
    may_act = request.user.has_perm(REVIEW)
    if request.method == "POST" and (may_act or request.user.has_perm("inference.train_model")):
        act = request.POST.get("agir")
        said = CommentForm(request.POST) if act == "commenter" else said
        decided = DecisionForm(request.POST) if act == "decider" and may_act else decided
        if act == "demander" or said.is_valid() or decided.is_valid():
            _act(request, version, last, said=said, decided=decided)
            return redirect("inference:review", slug, number)
    elif request.method == "POST":
        return HttpResponse(status=403)
    (stood,) = stand([version])
    report = getattr(version.training, "evaluation", None)
    is_open = last is not None and not last.decision
    context = {
        "version": version,
        "stood": stood,
        "report": Told.of(report, version.signed) if report else None,
        "evaluation": report,
        "verdict": verdict_of(version.training),
        "review": last,
        "is_open": is_open,
        "earlier": version.reviews.select_related("requested_by", "decided_by")[1:],
        "comments": last.comments.select_related("by") if last else [],
        "said": said,
        "decided": decided,
        "form": decided if decided.is_bound else said,
        "may_act": may_act,
        "may_decide": bool(is_open and last and may_act and reviewing.may_decide(last, request.user)),
        "may_ask": may_act or request.user.has_perm("inference.train_model"),
    }
    return render(request, "inference/review.html", shown.context("model", **context))


def _act(
    request: SignedInRequest, version: ModelVersion, last: Review | None, *, said: CommentForm, decided: DecisionForm
) -> None:
    """Do what was asked, and say how it went."""
    try:
        if decided.is_bound and last:
            decision = Decision(decided.cleaned_data["decision"])
            reason = decided.cleaned_data["reason"]
            reviewing.decide(review=last, decision=decision, reason=reason, by=request.user)
            done = _("The version is approved.") if decision == Decision.APPROVED else _("The version is refused.")
        elif said.is_bound and last:
            reviewing.comment(review=last, text=said.cleaned_data["text"], by=request.user)
            done = _("Your comment is kept with the review.")
        else:
            reviewing.request_review(version=version, by=request.user)
            done = _("The review is asked for: somebody who did not make this version decides.")
    except RuleViolation as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, done)
