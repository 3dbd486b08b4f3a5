"""The review desk: what people say of answers is read by somebody before anything is learnt from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.accounts.requests import SignedInRequest
from apps.core.access import requires
from apps.core.errors import RuleViolation
from apps.core.interface import Tone
from apps.core.numbers import format_number
from apps.inference.forms.asking import in_words
from apps.inference.forms.desk import DeskForm, ReviewForm
from apps.inference.models import Feedback
from apps.inference.serving.history import with_what_was_kept
from apps.inference.validating import accept_feedback, proposed_answer, refuse_feedback, undo_review
from apps.inference.views.replies import number_in_words

PAGE_SIZE = 50
REVIEW = ("inference.view_feedback", "inference.review_feedback")
ACCEPT, REFUSE = "accepter", "refuser"
# What was just done, so that it can be undone from where one is led: identifiers, in the address.
DONE = "fait"


@dataclass(frozen=True)
class Line:
    """One opinion, as the desk shows it."""

    feedback: Feedback

    @property
    def model_said(self) -> str:
        return self._label(self.feedback.answered)

    @property
    def person_said(self) -> str:
        if self.feedback.is_right:
            return _("Right")
        if self.feedback.is_right is None:
            return _("Does not know")
        said = self._label(self.feedback.right_answer)
        return _("Not right: it is “%(answer)s”") % {"answer": said} if said else _("Not right")

    @property
    def tone(self) -> Tone:
        return {True: Tone.OK, False: Tone.BAD, None: Tone.OFF}[self.feedback.is_right]

    @property
    def learnt(self) -> str:
        return self._label(self.feedback.learnt_answer)

    @cached_property
    def asked(self) -> list[tuple[str, str]]:
        """What was asked, in words, as far as it was given along."""
        given = self.feedback.inputs or {}
        fields = self.feedback.version.signed.fields
        return [(field.title, in_words(field, given[field.name])) for field in fields if field.name in given]

    @property
    def missing(self) -> list[str]:
        given = self.feedback.inputs or {}
        return [field.title for field in self.feedback.version.signed.fields if field.name not in given]

    @property
    def can_be_accepted_as_it_is(self) -> bool:
        return bool(proposed_answer(self.feedback))

    def _label(self, answer: str) -> str:
        output = self.feedback.version.signed.output
        if output.classes or not answer:
            return output.label_of(answer)
        return number_in_words(float(answer), output)


@requires(*REVIEW)
def feedbacks(request: SignedInRequest) -> HttpResponse:
    form = DeskForm(request.GET)
    now = timezone.now()
    paginator = Paginator(form.asked(request.GET.get("tri", ""), now=now), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    waiting = Feedback.objects.waiting().count()
    context = {
        "form": form,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "lines": [Line(each) for each in page],
        "is_filtering": form.is_filtering,
        "query": _query(request),
        "undoable": _undoable(request),
        "tone": Tone.WAIT if waiting else Tone.OK,
        "verdict": _waiting(waiting),
    }
    return render(request, "inference/feedbacks.html", context)


@requires(*REVIEW)
@require_POST
def feedbacks_review(request: SignedInRequest) -> HttpResponse:
    """Those that are ticked, all at once, each as it is."""
    chosen = [int(each) for each in request.POST.getlist("choix") if each.isdecimal() and len(each) < 19]
    done, refusals = [], []
    act = request.POST.get("acte")
    for feedback in Feedback.objects.filter(pk__in=chosen).order_by("pk"):
        try:
            if act == ACCEPT:
                accept_feedback(feedback=feedback, by=request.user)
            else:
                refuse_feedback(feedback=feedback, by=request.user)
            done.append(feedback.pk)
        except RuleViolation as refusal:
            refusals.append(str(refusal.message))
    if not chosen:
        messages.warning(request, _("Tick the opinions to review first."))
    for message in dict.fromkeys(refusals):
        many = refusals.count(message)
        said = ngettext("%(count)s opinion was left: %(why)s", "%(count)s opinions were left: %(why)s", many)
        messages.error(request, said % {"count": many, "why": message})
    return redirect(_back(request, done))


@requires(*REVIEW)
def feedback_review(request: SignedInRequest, pk: int) -> HttpResponse:
    """One opinion, in full; once it is reviewed, the next one of the list that one came from."""
    found = Feedback.objects.select_related("version__model", "by", "reviewed_by", "receipt__dataset")
    feedback = with_what_was_kept(get_object_or_404(found, pk=pk))
    form = ReviewForm(request.POST or None, feedback=feedback)
    if form.is_valid():
        try:
            if request.POST.get("acte") == ACCEPT:
                accept_feedback(feedback=feedback, by=request.user, answer=form.answer)
            else:
                refuse_feedback(feedback=feedback, by=request.user, reason=form.cleaned_data["motif"])
        except RuleViolation as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect(_next(request, feedback))
    context = {
        "feedback": feedback,
        "line": Line(feedback),
        "form": form,
        "is_own": feedback.by_id == request.user.pk,
        "query": _query(request),
        "undoable": _undoable(request),
    }
    return render(request, "inference/feedback_review.html", context)


@requires(*REVIEW)
@require_POST
def feedback_undo(request: SignedInRequest) -> HttpResponse:
    chosen = [int(each) for each in request.POST.getlist("choix") if each.isdecimal() and len(each) < 19]
    for feedback in Feedback.objects.filter(pk__in=chosen):
        try:
            undo_review(feedback=feedback, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The review is undone: the opinion is back in the queue."))
    return redirect(_back(request, []))


def _waiting(count: int) -> str:
    if not count:
        return _("Nothing waits: every opinion was reviewed.")
    said = ngettext("%(count)s opinion waits to be reviewed.", "%(count)s opinions wait to be reviewed.", count)
    return said % {"count": format_number(count)}


def _query(request: SignedInRequest) -> str:
    """The filters and the order, to come back to the same list; without what was just done."""
    given = request.GET.copy()
    for name in (DONE, "page"):
        given.pop(name, None)
    return given.urlencode()


def _undoable(request: SignedInRequest) -> list[Feedback]:
    """What this person just reviewed, and may still take back."""
    wanted = [int(each) for each in request.GET.get(DONE, "").split(",") if each.isdecimal() and len(each) < 19]
    found = Feedback.objects.filter(pk__in=wanted[:PAGE_SIZE], reviewed_by=request.user, taught_at=None)
    return list(found.exclude(reviewed_at=None).order_by("pk"))


def _back(request: SignedInRequest, done: Iterable[int]) -> str:
    return _address(reverse("inference:feedbacks"), _query(request), done)


def _next(request: SignedInRequest, reviewed: Feedback) -> str:
    """The page of the next one that waits in the list, or the list."""
    found = DeskForm(request.GET).asked(request.GET.get("tri", ""), now=timezone.now()).waiting()  # type: ignore[attr-defined]  # ours
    upcoming = found.exclude(pk=reviewed.pk).exclude(by=request.user).first()
    place = upcoming.get_absolute_url() if upcoming else reverse("inference:feedbacks")
    return _address(place, _query(request), [reviewed.pk])


def _address(place: str, query: str, done: Iterable[int]) -> str:
    told = urlencode({DONE: ",".join(map(str, done))}) if done else ""
    asked = "&".join(filter(None, [query, told]))
    return f"{place}?{asked}" if asked else place
