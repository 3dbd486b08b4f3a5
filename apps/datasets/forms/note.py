"""What is said of a version."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.datasets.noting import LONGEST_NOTE


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Release note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("What changed and why, for those who use the data. Everyone who sees the dataset reads it."),
    )
