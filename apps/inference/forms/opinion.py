"""What somebody thinks of the answer that they were given."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.numbers import format_number
from apps.inference.giving import Opinion
from apps.inference.models import Feedback
from apps.inference.models.feedback import LONGEST_COMMENT
from apps.inference.signature import Output, Signature

YES, NO, UNKNOWN = "oui", "non", "doute"
VERDICTS = {YES: True, NO: False, UNKNOWN: None}


def said_before(feedback: Feedback) -> dict[str, Any]:
    """What the form is filled in with, for whoever comes back to their opinion."""
    verdict = next(key for key, is_right in VERDICTS.items() if is_right == feedback.is_right)
    return {"avis": verdict, "bonne": feedback.right_answer, "remarque": feedback.comment}


class OpinionForm(forms.Form):
    """`signature` says what the right answer may be, and whether something of what was asked speaks of people."""

    avis = forms.ChoiceField(
        label=gettext_lazy("Is this the right answer?"),
        choices=[
            (YES, gettext_lazy("Yes")),
            (NO, gettext_lazy("No, it is another one")),
            (UNKNOWN, gettext_lazy("I do not know")),
        ],
        widget=forms.RadioSelect,
    )
    remarque = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
        help_text=gettext_lazy("Do not write names, telephone numbers or anything about health."),
    )
    joindre = forms.BooleanField(required=False)

    def __init__(self, *args: Any, signature: Signature, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signature = signature
        self.fields["bonne"] = right_answer_field(signature.output)
        private = [field.title for field in signature.fields if field.is_sensitive]
        if private:
            names = ", ".join(private)
            self.fields["joindre"].label = format_lazy(
                gettext_lazy("Let the team read what I wrote in: {names}"), names=names
            )
            self.fields["joindre"].help_text = _(
                "Otherwise they only read the rest, and the model may be unable to learn from your opinion."
            )
        else:
            del self.fields["joindre"]
        self.order_fields(["avis", "bonne", "remarque", "joindre"])

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("avis") == YES:
            said["bonne"] = None
        return said

    def opinion(self, *, row: dict[str, Any], answered: str) -> Opinion:
        """With what was asked, less what speaks of people unless they let it be read. Once it is valid."""
        said = self.cleaned_data
        right = said.get("bonne")
        private = {field.name for field in self.signature.fields if field.is_sensitive}
        joined = row if said.get("joindre") else {name: value for name, value in row.items() if name not in private}
        return Opinion(
            is_right=VERDICTS[said["avis"]],
            right_answer="" if right in (None, "") else str(right),
            comment=said["remarque"],
            answered=answered,
            inputs=joined,
        )


def right_answer_field(output: Output, *, label: str = "") -> forms.Field:
    """One of the classes by what people call them, or a number; nothing if they do not know it."""
    label = label or _("The right answer, if it is another one")
    if output.classes:
        named = sorted(((name, output.label_of(name)) for name in output.classes), key=lambda pair: pair[1].casefold())
        first = _("Choose among %(count)s") % {"count": format_number(len(named))}
        return forms.ChoiceField(label=label, required=False, choices=[("", first), *named])
    shown = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    label = f"{label} ({output.unit})" if output.unit else label
    return forms.FloatField(label=label, required=False, localize=True, min_value=-1e300, max_value=1e300, widget=shown)
