"""What to collect of an incremental source, when it is not what it usually reads."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class BackfillForm(forms.Form):
    """A period to read again; one of its ends may be left open."""

    since = forms.CharField(
        label=gettext_lazy("From"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    until = forms.CharField(
        label=gettext_lazy("To"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, str]:
        cleaned: dict[str, str] = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            self.add_error("since", _("Say from when, or up to when."))
        return cleaned
