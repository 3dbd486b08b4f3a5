"""What is agreed with a source: what each run reads, what identifies a record, its columns, within what limits."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.collection.enums import LoadMode
from apps.collection.forms.configuration import LinesField
from apps.collection.models import Source

# Above this, a choice for each column is no longer a page: one line each, and what the last run found.
COLUMNS_OFFERED = 300
NOT_AGREED, ANY_TYPE = "-", ""
TYPES = [
    (NOT_AGREED, gettext_lazy("Not agreed")),
    (ANY_TYPE, gettext_lazy("Expected, of any type")),
    ("text", gettext_lazy("Text")),
    ("integer", gettext_lazy("Whole number")),
    ("float", gettext_lazy("Number with decimals")),
    ("boolean", gettext_lazy("Yes or no")),
    ("date", gettext_lazy("Date")),
    ("datetime", gettext_lazy("Date and time")),
]
TYPE_NAMES = dict(TYPES[2:])
WHOLE_NUMBERS = ("parallel_parts", "max_rows", "max_minutes", "max_megabytes")


class ContractForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """`known` are the columns that the source is known to have, with the types that their values look like."""

    key_columns = LinesField(
        label=gettext_lazy("Columns that identify a record"),
        required=False,
        help_text=gettext_lazy(
            "One on each line. When only what is new is read, a record that comes again replaces the one before."
        ),
    )

    class Meta:
        model = Source
        fields = [
            "mode",
            "key_columns",
            "parallel_parts",
            "max_rows",
            "max_minutes",
            "max_megabytes",
            "on_missing_column",
            "on_new_column",
            "on_changed_type",
        ]
        widgets = {
            "mode": forms.RadioSelect,
            **{name: forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}) for name in WHOLE_NUMBERS},
        }

    def __init__(self, *args: Any, known: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.agreed = {each["name"]: each.get("type", ANY_TYPE) for each in self.instance.expected_columns}
        self.names = list({**known, **self.agreed, **dict.fromkeys(self.instance.key_columns, "")})
        self.is_wide = len(self.names) > COLUMNS_OFFERED
        if self.names and not self.is_wide:
            self.fields["key_columns"] = forms.MultipleChoiceField(
                label=gettext_lazy("Columns that identify a record"),
                required=False,
                choices=[(name, name) for name in self.names],
                widget=forms.CheckboxSelectMultiple,
                help_text=gettext_lazy(
                    "When only what is new is read, a record that comes again replaces the one before."
                ),
            )
            self.fields |= {self._type_name(rank): self._type_field(name) for rank, name in enumerate(self.names)}

    @property
    def rules(self) -> list[Any]:
        """The fields that stand above the columns."""
        return [self[name] for name in ("mode", "key_columns", "parallel_parts")]

    @property
    def limits(self) -> list[Any]:
        return [self[name] for name in ("max_rows", "max_minutes", "max_megabytes")]

    @property
    def reactions(self) -> list[Any]:
        return [self[name] for name in ("on_missing_column", "on_new_column", "on_changed_type")]

    @property
    def columns(self) -> list[tuple[str, str, Any]]:
        """For each column: its name, the type that its values look like, the field of what is agreed."""
        if not self.names or self.is_wide:
            return []
        return [
            (name, str(TYPE_NAMES.get(self.known.get(name, ""), "")), self[self._type_name(rank)])
            for rank, name in enumerate(self.names)
        ]

    @property
    def agreed_text(self) -> str:
        """How many columns are agreed, for a source that has too many to be shown."""
        count = len(self.agreed)
        said = ngettext("One column is agreed.", "%(count)s columns are agreed.", count)
        return said % {"count": count} if count else _("No column is agreed: those of the last run are expected.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("mode") == LoadMode.INCREMENTAL and "key_columns" in cleaned and not cleaned["key_columns"]:
            self.add_error(
                "key_columns", _("Say which columns identify a record: what comes again must be recognised.")
            )
        return cleaned

    @property
    def changes(self) -> dict[str, Any]:
        """What was asked, as `change_source` takes it."""
        changes = {name: self.cleaned_data[name] for name in self.Meta.fields}
        changes["key_columns"] = changes["key_columns"] or []
        if self.columns:
            changes["expected_columns"] = [
                {"name": name, "type": said}
                for rank, name in enumerate(self.names)
                if (said := self.cleaned_data[self._type_name(rank)]) != NOT_AGREED
            ]
        return changes

    def _type_name(self, rank: int) -> str:
        return f"type_{rank}"

    def _type_field(self, name: str) -> forms.ChoiceField:
        field = forms.ChoiceField(
            label=_("What is agreed of “%(column)s”") % {"column": name},
            choices=TYPES,
            required=False,
            initial=self.agreed.get(name, NOT_AGREED),
        )
        # Types that a connector may know and that this list does not stay as they are.
        if (said := self.agreed.get(name, ANY_TYPE)) not in dict(TYPES):
            field.choices = [*TYPES, (said, said)]
        return field

    def _post_clean(self) -> None:
        """The instance is not touched: an act changes it."""
