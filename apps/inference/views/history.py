"""One's own questions of the last days, as far as they were kept, and how to have them forgotten."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.accounts.requests import SignedInRequest
from apps.core.access import signed_in
from apps.inference.forms.asking import in_words
from apps.inference.models.predictions import Prediction
from apps.inference.serving.history import SHOWN_DAYS, forget_predictions, predictions_of
from apps.inference.views.replies import number_in_words

PAGE_SIZE = 25


@dataclass(frozen=True)
class Question:
    """One question, as its history shows it."""

    prediction: Prediction

    @property
    def answer(self) -> str:
        output = self.prediction.version.signed.output
        if self.prediction.value is not None:
            return number_in_words(self.prediction.value, output)
        answer: str = output.label_of(self.prediction.answer)
        return answer

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What was asked, in words, as far as it was kept."""
        values, fields = self.prediction.values, self.prediction.version.signed.fields
        return [(field.title, in_words(field, values[field.name])) for field in fields if not field.is_sensitive]

    @property
    def left_out(self) -> list[str]:
        return [field.title for field in self.prediction.version.signed.fields if field.is_sensitive]


@signed_in
@never_cache
def history(request: SignedInRequest) -> HttpResponse:
    found = predictions_of(request.user, now=timezone.now())
    paginator = Paginator(found, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    lines = [Question(each) for each in page]
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "lines": lines,
        "days": SHOWN_DAYS,
    }
    return render(request, "inference/history.html", context)


@signed_in
@never_cache
def history_forget(request: SignedInRequest, pk: UUID | None = None) -> HttpResponse:
    """One of them, or all, once it is confirmed."""
    if request.method == "POST":
        forget_predictions(person=request.user, pk=pk)
        messages.success(request, _("Forgotten. What you said of an answer stays, if you gave your opinion."))
        return redirect("inference:history")
    return render(request, "inference/history_forget.html", {"pk": pk})
