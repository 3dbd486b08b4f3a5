"""The form by which somebody sends a whole file to a model."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.numbers import format_size
from apps.inference.enums import BatchFormat
from apps.inference.receiving import MOST_BYTES, told_too_large

ACCEPTED = ".csv,.tsv,.txt,.jsonl,.ndjson,.json,.parquet,.xlsx,.xls,.ods,.gz,.zip"


class BatchForm(forms.Form):
    file = forms.FileField(
        label=pgettext_lazy("field", "File to send"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ACCEPTED}),
    )
    result_format = forms.ChoiceField(
        label=gettext_lazy("Format of the answers"),
        choices=BatchFormat,
        initial=BatchFormat.CSV,
        help_text=gettext_lazy("A spreadsheet opens CSV."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "CSV, JSON Lines, Parquet, or a workbook (Excel, OpenDocument). %(size)s at most."
        ) % {"size": format_size(MOST_BYTES)}

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(_("This file is empty."))
        if file.size > MOST_BYTES:
            raise forms.ValidationError(told_too_large())
        return file
