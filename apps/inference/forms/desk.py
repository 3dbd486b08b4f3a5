"""Finding opinions to review, and reviewing them."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inference.enums import FeedbackState
from apps.inference.forms.opinion import right_answer_field
from apps.inference.models import Feedback, Model
from apps.inference.validating import proposed_answer

ALL, BLOCKED = "tous", "bloques"
STATES: dict[str, Q] = {
    "a-relire": Q(state=FeedbackState.WAITING),
    "acceptes": Q(state=FeedbackState.ACCEPTED),
    "refuses": Q(state=FeedbackState.REFUSED),
    BLOCKED: ~Q(fault=""),
    ALL: Q(),
}
OPINIONS: dict[str, Q] = {"juste": Q(is_right=True), "faux": Q(is_right=False), "doute": Q(is_right=None)}
AGES: dict[str, timedelta] = {"jour": timedelta(days=1), "semaine": timedelta(days=7), "mois": timedelta(days=30)}
# The order asked for by the header of a column (GET parameter `tri`).
ORDERS = {"donne": "given_at", "modele": "version__model__name", "reponse": "answered"}


class DeskForm(forms.Form):
    """By GET; what is not valid is said, and filters nothing. Those to review are shown first."""

    modele = forms.ChoiceField(label=gettext_lazy("Model"), required=False)
    etat = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("a-relire", gettext_lazy("To review")),
            ("acceptes", FeedbackState.ACCEPTED.label),
            ("refuses", FeedbackState.REFUSED.label),
            (BLOCKED, gettext_lazy("Accepted, but could not be written")),
            (ALL, gettext_lazy("All states")),
        ],
    )
    avis = forms.ChoiceField(
        label=gettext_lazy("Opinion"),
        required=False,
        choices=[
            ("", gettext_lazy("All opinions")),
            ("faux", gettext_lazy("The answer is wrong")),
            ("juste", gettext_lazy("The answer is right")),
            ("doute", gettext_lazy("Does not know")),
        ],
    )
    age = forms.ChoiceField(
        label=gettext_lazy("Waiting for"),
        required=False,
        choices=[
            ("", gettext_lazy("Any time")),
            ("jour", gettext_lazy("A day or more")),
            ("semaine", gettext_lazy("A week or more")),
            ("mois", gettext_lazy("A month or more")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = Model.objects.filter(versions__feedbacks__isnull=False).distinct().values_list("slug", "name")
        self.fields["modele"].choices = [("", _("All models")), *models]  # type: ignore[attr-defined]  # a choice field

    @property
    def said(self) -> dict[str, str]:
        return self.cleaned_data if self.is_valid() else {}

    @property
    def is_filtering(self) -> bool:
        return any(self.said.values())

    def asked(self, order: str, *, now: datetime) -> QuerySet[Feedback]:
        said = self.said
        found = Feedback.objects.filter(STATES[said.get("etat") or "a-relire"])
        if slug := said.get("modele"):
            found = found.filter(version__model__slug=slug)
        if opinion := said.get("avis"):
            found = found.filter(OPINIONS[opinion])
        if age := said.get("age"):
            found = found.filter(given_at__lte=now - AGES[age])
        column = ORDERS.get(order.removeprefix("-"), "given_at")
        by = f"-{column}" if order.startswith("-") else column
        return found.select_related("version__model", "by", "reviewed_by").order_by(by, "pk")


class ReviewForm(forms.Form):
    """`bonne` is what is to be learnt: what the opinion says, unless the reviewer corrects it."""

    motif = forms.CharField(
        label=gettext_lazy("Why, if you refuse it"),
        required=False,
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, feedback: Feedback) -> None:
        super().__init__(data, initial={"bonne": proposed_answer(feedback)})
        self.fields["bonne"] = right_answer_field(feedback.version.signed.output, label=_("The right answer, to learn"))
        self.order_fields(["bonne", "motif"])

    @property
    def answer(self) -> str:
        """Once it is valid."""
        right = self.cleaned_data["bonne"]
        return "" if right in (None, "") else str(right)
