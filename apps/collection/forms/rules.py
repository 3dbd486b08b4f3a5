"""Why a source may be collected, which of its columns, and within what limits."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.collection.connectors.base import SourceColumn
from apps.collection.enums import LegalBasis
from apps.collection.models import Source
from apps.collection.personal_hints import looks_personal


def column_label(column: SourceColumn) -> str:
    example = column.example if len(column.example) <= 40 else f"{column.example[:39]}…"
    said = _("%(name)s, for example “%(example)s”") if example else "%(name)s"
    label = said % {"name": column.name, "example": example}
    return _("%(column)s · seems personal") % {"column": label} if looks_personal(column) else label


NEEDED = {
    "purpose": gettext_lazy("Say what the data is for."),
    "legal_basis": gettext_lazy("Say by what right the data may be collected."),
}


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Purpose, legal basis, columns, limits, retention. What a draft lacks is asked when it is opened."""

    legal_basis = forms.ChoiceField(
        label=gettext_lazy("Legal basis"),
        choices=[("", gettext_lazy("Not said yet")), *LegalBasis.choices],
        help_text=gettext_lazy("Article 6 of the GDPR: by what right these data may be collected."),
    )
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns to collect"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "What is not ticked never enters Écluse: collect only what the purpose needs. When all are ticked, columns "
            "that the source adds later are collected too, and the gate tells of them."
        ),
        error_messages={"required": gettext_lazy("Tick one column at least.")},
    )

    class Meta:
        model = Source
        fields = [
            "name",
            "description",
            "purpose",
            "legal_basis",
            "columns",
            "max_rejected_share",
            "max_rejected_rows",
            "retention_days",
            "is_rejected_text_kept",
        ]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "description": forms.Textarea(attrs={"rows": 2}),
            "purpose": forms.Textarea(attrs={"rows": 3}),
            "max_rejected_share": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            "max_rejected_rows": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            "retention_days": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        }
        localized_fields = ["max_rejected_share"]
        help_texts = {
            "is_rejected_text_kept": gettext_lazy(
                "Otherwise, only their place and the reason. When columns are left out above, the text is never kept: "
                "it would hold them."
            )
        }

    def __init__(self, *args: Any, columns: Sequence[SourceColumn], must_open: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = columns
        # A draft may be kept without them; they are asked for all the same.
        is_draft_kept = self.is_bound and not must_open and not self.instance.is_open
        for name in ("purpose", "legal_basis"):
            self.fields[name].required = not is_draft_kept
            self.fields[name].error_messages["required"] = NEEDED[name]
        if not columns:
            del self.fields["columns"]
            return
        # A column that the source no longer has stays, so that saving does not forget it without a word.
        gone = [name for name in self.instance.columns if name not in {column.name for column in columns}]
        self.fields["columns"].choices = [  # type: ignore[attr-defined]  # a choice field
            *((column.name, column_label(column)) for column in columns),
            *((name, _("%(column)s · no longer in the source") % {"column": name}) for name in gone),
        ]
        if not self.instance.columns:
            self.initial["columns"] = [column.name for column in columns]

    @property
    def personal_columns(self) -> list[str]:
        return [column.name for column in self.offered if looks_personal(column)]

    @property
    def changes(self) -> dict[str, Any]:
        """What was asked, as `change_source` takes it. All the columns are none in particular."""
        changes = {name: self.cleaned_data[name] for name in self.fields}
        if {column.name for column in self.offered} == set(changes.get("columns", [])):
            changes["columns"] = []
        return changes

    def _post_clean(self) -> None:
        """The instance is not touched: an act changes it. Its own validation would judge the changed one."""
