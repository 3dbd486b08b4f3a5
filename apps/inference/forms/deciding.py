"""What is said and decided of a version, and where it is put."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inference.enums import Decision, Slot

LONGEST_TEXT = 5_000


class CommentForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        help_text=gettext_lazy("Read by whoever may see the model. Name nobody whom the rows are about."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Your decision"), choices=Decision.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Needed to refuse: what must be put right before it is submitted again."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, str]:
        given = super().clean() or {}
        if given.get("decision") == Decision.REFUSED and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why this version is refused."))
        return given


class DeploymentForm(forms.Form):
    """`expected` is the version in service when the page was made (0: none); `slots` where it may be put."""

    slot = forms.ChoiceField(label=gettext_lazy("Where to put it"), widget=forms.RadioSelect)
    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, slots: Sequence[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = [(slot.value, slot.label) for slot in slots]  # type: ignore[attr-defined]  # a ChoiceField


class ExpectedForm(forms.Form):
    """The version that was in the slot when the page was made (0: none)."""

    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
