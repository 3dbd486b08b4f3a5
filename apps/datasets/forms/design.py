"""The structure and the recipe of a new dataset as a table that people fill in: one row for each column.

What a row says of a column is a line of the entity and a share of the steps `map`, `parse_number` and `parse_date`. The
other steps are kept as they are; a recipe whose steps do not come in that order is written as YAML instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.design import Design
from apps.datasets.enums import BuildMode, ColumnType, Confidentiality, Mask, PersonalData
from apps.datasets.forms.lines import ColumnLine
from apps.datasets.merise.document import Attribute, DataModel, Entity
from apps.datasets.models import Dataset
from apps.datasets.names import why_not_a_column
from apps.datasets.profiling import NUMBERS
from apps.datasets.recipes.document import Recipe

# Beyond that many columns a table to fill in helps nobody, and passes what Django reads of a form.
MOST_COLUMNS = 60
# What the table does not show of an attribute.
UNSEEN = ("is_indexed", "minimum", "maximum", "choices", "pattern")
# The steps that the table says, but for the note of why.
SAID = frozenset({"map", "trim", "parse_number", "parse_date"})
DAYS = frozenset({ColumnType.DATE, ColumnType.DATETIME})

EXAMPLE = datetime(2026, 12, 31, 14, 5, 9, tzinfo=UTC)

# How values are written in the source: the step that reads them, and its parameter.
WRITINGS: Mapping[str, Any] = {
    "": gettext_lazy("As computers do"),
    "number:fr": gettext_lazy("Number in French (1 234,5)"),
    "number:en": gettext_lazy("Number in English (1,234.5)"),
    "date:%d/%m/%Y": "31/12/2026",
    "date:%d-%m-%Y": "31-12-2026",
    "date:%d.%m.%Y": "31.12.2026",
    "date:%d/%m/%y": "31/12/26",
    "date:%d/%m/%Y|%Y-%m-%d": gettext_lazy("31/12/2026 or 2026-12-31"),
    "date:%m/%d/%Y": gettext_lazy("12/31/2026 (American)"),
    "date:%d/%m/%Y %H:%M": "31/12/2026 14:05",
    "date:%d/%m/%Y %H:%M:%S": "31/12/2026 14:05:09",
}


class DatasetForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What a dataset is called, and when it is built. It is saved by an act."""

    class Meta:
        model = Dataset
        fields = ["name", "description", "licence", "is_built_by_itself", "max_rejected_share"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        share = self.initial.get("max_rejected_share")
        if isinstance(share, Decimal):  # 8, and not 8.00 as the database keeps it
            self.initial["max_rejected_share"] = f"{share.normalize():f}"


class NewDatasetForm(DatasetForm):
    """Who reads it is said from the start; afterwards, on a page of its own."""

    class Meta(DatasetForm.Meta):
        fields = [*DatasetForm.Meta.fields, "visibility"]


class ColumnForm(ColumnLine):
    """One column. What is not kept is not looked at."""

    is_kept = forms.BooleanField(label=gettext_lazy("Keep"), required=False)
    source = forms.CharField(label=gettext_lazy("Column of the source"), strip=False, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=50, required=False)
    written = forms.CharField(label=gettext_lazy("As written in the source"), required=False, widget=forms.Select)
    is_key = forms.BooleanField(label=gettext_lazy("Key"), required=False)

    field_order = ("is_kept", "source", "name", "label", "type", "written", "is_key")
    DETAILS = ("description", "unit", "max_length", "digits", "decimals", "confidentiality", "mask")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict(WRITINGS)
        own = self["written"].value() or ""
        if own.startswith("date:") and own not in known:
            known[own] = _(" or ").join(EXAMPLE.strftime(each) for each in own.removeprefix("date:").split("|"))
        widget = self.fields["written"].widget
        widget.choices = list(known.items())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("is_kept"):
            self.errors.clear()
            return cleaned
        if not cleaned.get("name"):
            self.add_error("name", _("Give the column a name."))
        kind, written = cleaned.get("type"), cleaned.get("written", "")
        if written.startswith("number:") and kind not in NUMBERS:
            self.add_error("written", _("Only a number is written so: change the type, or this."))
        if written.startswith("date:") and kind not in DAYS:
            self.add_error("written", _("Only a date is written so: change the type, or this."))
        return cleaned

    def attribute(self) -> Attribute:
        """The line of the entity, once the form is valid."""
        fields = {name: value for name, value in self.cleaned_data.items() if name in Attribute.model_fields}
        return Attribute(**fields, is_identifier=self.cleaned_data["is_key"])


class BaseColumns(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """The columns together: names that differ, one at least."""

    @property
    def kept(self) -> list[ColumnForm]:
        return [form for form in self.forms if form.cleaned_data.get("is_kept")]

    def clean(self) -> None:
        if any(self.errors):
            return
        names = [form.cleaned_data["name"] for form in self.kept]
        if not names:
            message = _("Keep one column at least.")
            if not self.forms:
                raise forms.ValidationError(message)
            self.forms[0].add_error("is_kept", message)
        for form in self.kept:
            name = form.cleaned_data["name"]
            others = [each for each in names if each != name]
            if wrong := why_not_a_column(name, others):
                form.add_error("name", str(wrong))
            elif names.count(name) > 1:
                form.add_error("name", _("Two columns have this name."))


ColumnsFormSet = forms.formset_factory(
    ColumnForm, formset=BaseColumns, extra=0, max_num=MOST_COLUMNS, absolute_max=MOST_COLUMNS
)


class YamlForm(forms.Form):
    """The same as text."""

    yaml = forms.CharField(
        label=gettext_lazy("Structure and recipe, as YAML"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "autocomplete": "off"}),
    )


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A design as the table shows it: the rows, whether blanks are trimmed, and the steps kept as they are."""

    rows: Sequence[Mapping[str, Any]]
    is_trimming: bool
    other_steps: Sequence[Mapping[str, Any]]


def fill(design: Design, source_columns: Iterable[str]) -> Filled | None:
    """The rows of the table for this design; None if the table cannot say all of it."""
    document = design.model.as_document()
    if len(document["entities"]) > 1 or "associations" in document or len(design.recipes) != 1:
        return None
    (recipe,) = design.recipes.values()
    (entity,) = design.model.entities
    if recipe.rules or recipe.mode != BuildMode.REPLACE:
        return None
    if len(recipe.inputs) > 1 or recipe.steps or not recipe.inputs[0].source or entity.uniques:
        return None
    attributes = {attribute.name: attribute for attribute in entity.attributes}
    if any(getattr(each, name) for each in entity.attributes for name in UNSEEN):
        return None
    steps = recipe.as_document()["inputs"][0]["steps"]
    if any("note" in step for step in steps if step["step"] in SAID):
        return None
    mapped = dict(steps[0]["columns"]) if steps[0]["step"] == "map" else {}
    written: dict[str, str] = {}
    rest = steps[1:]
    is_trimming = bool(rest) and rest[0] == {"step": "trim"}
    rest = rest[is_trimming:]
    while rest and rest[0]["step"] in {"parse_number", "parse_date"}:
        step, *rest = rest
        way = (
            f"number:{step.get('locale', 'fr')}"
            if step["step"] == "parse_number"
            else f"date:{'|'.join(step['formats'])}"
        )
        written |= dict.fromkeys(step["columns"], way)
    left = SAID & {step["step"] for step in rest}
    if left or set(mapped) != set(attributes) or not mapped:
        return None
    rows = [
        {
            **{name: getattr(attribute, name) for name in ColumnForm.base_fields if hasattr(attribute, name)},
            "is_kept": True,
            "is_key": attribute.is_identifier,
            "source": mapped[name],
            "written": written.get(name, ""),
        }
        for name, attribute in attributes.items()
    ]
    taken = set(mapped.values())
    rows += [
        {"is_kept": False, "source": name, "type": ColumnType.TEXT, "personal_data": PersonalData.NONE}
        | {"confidentiality": Confidentiality.PUBLIC, "mask": Mask.HIDDEN}
        | {"name": "", "label": name}
        for name in source_columns
        if name not in taken
    ]
    if len(rows) > MOST_COLUMNS:
        return None
    return Filled(rows=rows, is_trimming=is_trimming, other_steps=rest)


def combine(
    columns: BaseColumns, *, entity: Entity, source: str, is_trimming: bool, other_steps: Sequence[Any]
) -> Design:
    """The design that a valid table says. Raises RecipeRefused if the other steps do not fit it any more."""
    kept = [(form.attribute(), form.cleaned_data) for form in columns.kept]
    made = entity.model_copy(update={"attributes": tuple(attribute for attribute, _row in kept)})
    steps: list[Mapping[str, Any]] = [
        {"step": "map", "columns": {attribute.name: row["source"] for attribute, row in kept}}
    ]
    if is_trimming:
        steps.append({"step": "trim"})
    ways: dict[str, list[str]] = {}
    for attribute, row in kept:
        if row["written"]:
            ways.setdefault(row["written"], []).append(attribute.name)
    for way, names in ways.items():
        kind, _separator, parameter = way.partition(":")
        if kind == "number":
            steps.append({"step": "parse_number", "columns": names, "locale": parameter})
        else:
            steps.append({"step": "parse_date", "columns": names, "formats": parameter.split("|")})
    recipe = Recipe.from_document({"inputs": [{"source": source, "steps": [*steps, *other_steps]}]})
    return Design(model=DataModel(entities=(made,)), recipes={entity.name: recipe})
