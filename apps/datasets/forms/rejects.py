"""Finding rows among those that a build set aside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.datasets.models import Build
from apps.datasets.quarantine import reason_label, title_of


class RejectsForm(forms.Form):
    """By GET; what is not valid filters nothing."""

    table = forms.ChoiceField(label=_("Table"), required=False)
    motif = forms.ChoiceField(label=_("Reason"), required=False)
    colonne = forms.ChoiceField(label=_("Column"), required=False)

    def __init__(self, *args: Any, build: Build, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outputs = list(build.outputs.all())
        wanted = self.data.get("table") if self.is_bound else None
        self.output = next((each for each in outputs if each.entity == wanted), outputs[0] if outputs else None)
        schema = build.pinned_schema
        if len(outputs) > 1:
            self._choose("table", [(each.entity, schema.entity(each.entity).title) for each in outputs])
        else:
            del self.fields["table"]
        if self.output is None:
            return
        entity = schema.entity(self.output.entity)
        codes = dict.fromkeys(each["code"] for each in self.output.reasons)
        names = dict.fromkeys(each["column"] for each in self.output.reasons)
        self._choose("motif", [("", _("All reasons")), *((code, reason_label(code)) for code in codes)])
        self._choose("colonne", [("", _("All columns")), *((name, title_of(entity, name)) for name in names)])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field

    def asked(self) -> dict[str, str]:
        """The code of a reason and the name of a column, empty for all."""
        known = self.cleaned_data if self.is_valid() else {}
        return {"reason": known.get("motif", ""), "column": known.get("colonne", "")}
