"""A box of a conceptual model as a form: its names, a line for each attribute, a line for each leg.

Lines are added, moved and taken away by the server: what was typed comes back as it was, right or wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.enums import ColumnType
from apps.datasets.forms.lines import ColumnLine, Line
from apps.datasets.merise.document import Association, Attribute, Cardinality, DataModel, Entity, Leg
from apps.datasets.names import why_not_a_column, why_not_a_name
from apps.datasets.redesigning import Box

MOST_ATTRIBUTES, MOST_LEGS = 60, 8
CARDINALITIES = [
    (Cardinality.ZERO_ONE.value, gettext_lazy("0,1: one at most")),
    (Cardinality.ONE_ONE.value, gettext_lazy("1,1: one exactly")),
    (Cardinality.ZERO_MANY.value, gettext_lazy("0,n: any number")),
    (Cardinality.ONE_MANY.value, gettext_lazy("1,n: one or more")),
]


class Lines(forms.CharField):
    """Several texts, one per line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def clean(self, value: Any) -> Any:
        return tuple(line.strip() for line in str(super().clean(value)).splitlines() if line.strip())


class Groups(Lines):
    """Several lists of names, one per line."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(", ".join(names) for names in value)

    def clean(self, value: Any) -> Any:
        return tuple(tuple(name.strip() for name in line.split(",") if name.strip()) for line in super().clean(value))


class BoxForm(forms.Form):
    """What an entity or an association is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=50)
    label = forms.CharField(label=gettext_lazy("Label"), max_length=120, required=False)
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if wrong := why_not_a_name(name):
            raise forms.ValidationError(str(wrong))
        return name


class EntityForm(BoxForm):
    uniques = Groups(
        label=gettext_lazy("Unique taken together"),
        help_text=gettext_lazy("Names of attributes with commas between them; one group per line."),
        required=False,
    )


class AssociationForm(BoxForm):
    is_table = forms.BooleanField(
        label=gettext_lazy("Make it a table of its own, even where a foreign key would do"), required=False
    )


class AttributeForm(ColumnLine):
    """One attribute. `was` is the name it had, by which recipes know it."""

    was = forms.CharField(required=False, widget=forms.HiddenInput)
    is_identifier = forms.BooleanField(label=gettext_lazy("Identifier"), required=False)
    is_indexed = forms.BooleanField(label=gettext_lazy("Indexed"), required=False)
    minimum = forms.CharField(label=gettext_lazy("Smallest value"), required=False, max_length=60)
    maximum = forms.CharField(label=gettext_lazy("Largest value"), required=False, max_length=60)
    choices = Lines(label=gettext_lazy("Only these values, one per line"), required=False)
    pattern = forms.CharField(label=gettext_lazy("Pattern (regular expression)"), required=False, max_length=500)

    DETAILS = (
        *("description", "unit", "max_length", "digits", "decimals"),
        *("minimum", "maximum", "choices", "pattern", "confidentiality", "mask"),
    )
    RULES = ("is_identifier", "is_required", "is_unique", "is_indexed")

    @property
    def title(self) -> str:
        return str(self["name"].value() or _("new attribute"))

    @property
    def rules(self) -> list[forms.BoundField]:
        return [self[name] for name in self.RULES]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if wrong := why_not_a_column(name):
            raise forms.ValidationError(str(wrong))
        return name

    @property
    def attribute(self) -> Attribute:
        """Once the form is valid."""
        return Attribute(**{name: value for name, value in self.cleaned_data.items() if name != "was"})


class LegForm(Line):
    """How an entity takes part in an association."""

    entity = forms.ChoiceField(label=gettext_lazy("Entity"))
    cardinality = forms.ChoiceField(label=gettext_lazy("Cardinality"), choices=CARDINALITIES)
    role = forms.CharField(label=gettext_lazy("Role"), max_length=50, required=False)
    is_identifying = forms.BooleanField(label=gettext_lazy("It borrows the identifiers of the others"), required=False)
    is_determined = forms.BooleanField(label=gettext_lazy("The others determine it"), required=False)
    column = forms.CharField(label=gettext_lazy("Name of the foreign key"), max_length=50, required=False)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=2_000, required=False)

    DETAILS = ("column", "description")

    def __init__(self, *args: Any, entities: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"].choices = entities  # type: ignore[attr-defined]  # a ChoiceField, said above

    @property
    def title(self) -> str:
        return str(self["role"].value() or self["entity"].value() or _("new leg"))

    @property
    def leg(self) -> Leg:
        """Once the form is valid."""
        return Leg(**self.cleaned_data)


AttributesFormSet = forms.formset_factory(
    AttributeForm, extra=0, max_num=MOST_ATTRIBUTES, absolute_max=MOST_ATTRIBUTES, validate_max=True
)
LegsFormSet = forms.formset_factory(
    LegForm, extra=0, min_num=2, max_num=MOST_LEGS, absolute_max=MOST_LEGS, validate_min=True, validate_max=True
)


class BoxEditor:
    """The forms of one box of a model: filled from it, or from what a browser sent."""

    def __init__(
        self,
        box: Box,
        model: DataModel,
        *,
        data: QueryDict | None = None,
        lines: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        """From the box; or from `data`, to be validated; with `lines` of its own in place of those of `data`."""
        self.is_entity = isinstance(box, Entity)
        kind = EntityForm if self.is_entity else AssociationForm
        said = box.model_dump(include=set(kind.base_fields))
        if data and lines is not None:
            said = {name: data.get(f"b-{name}", "") for name in kind.base_fields}
        is_bound = data is not None and lines is None
        self.form = kind(data if is_bound else None, initial=said, prefix="b")
        rows = lines or {"t": [_row(each) for each in box.attributes], "p": [_row(each) for each in _legs(box)]}
        entities = [(entity.name, f"{entity.title} ({entity.name})") for entity in model.entities]
        self.attributes = AttributesFormSet(data if is_bound else None, initial=rows["t"], prefix="t")
        self.legs = (
            None
            if self.is_entity
            else LegsFormSet(
                data if is_bound else None, initial=rows["p"], prefix="p", form_kwargs={"entities": entities}
            )
        )

    @property
    def _formsets(self) -> list[Any]:
        return [self.attributes] if self.legs is None else [self.attributes, self.legs]

    def is_valid(self) -> bool:
        """All is looked at, so that all that is wrong is told at once."""
        return all([self.form.is_valid(), *(formset.is_valid() for formset in self._formsets)])

    @property
    def box(self) -> Box:
        """Once it is valid."""
        attributes = tuple(form.attribute for form in self.attributes)
        if self.legs is None:
            return Entity(**self.form.cleaned_data, attributes=attributes)
        return Association(**self.form.cleaned_data, attributes=attributes, legs=tuple(form.leg for form in self.legs))

    @property
    def was(self) -> list[str]:
        return [form.cleaned_data["was"] for form in self.attributes]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """All that is to correct, each with the identifier of its field, or none."""
        found = [(field.id_for_label, _labelled("", field, error)) for field in self.form for error in field.errors]
        for formset in self._formsets:
            found += [("", str(error)) for error in formset.non_form_errors()]
            found += [
                (field.id_for_label, _labelled(form.title, field, error))
                for form in formset
                for field in form
                for error in field.errors
            ]
        return found


def read_lines(data: QueryDict, prefix: str) -> list[dict[str, Any]]:
    """The lines that a browser sent, as they were typed."""
    kind = AttributeForm if prefix == "t" else LegForm
    most = MOST_ATTRIBUTES if prefix == "t" else MOST_LEGS
    total = data.get(f"{prefix}-TOTAL_FORMS", "0")
    count = min(int(total), most) if total.isdecimal() else 0
    return [{name: data.get(f"{prefix}-{rank}-{name}") for name in kind.base_fields} for rank in range(count)]


def blank_line(prefix: str) -> dict[str, Any]:
    fields: Iterable[tuple[str, forms.Field]] = (AttributeForm if prefix == "t" else LegForm).base_fields.items()
    blank = {name: field.initial for name, field in fields}
    return blank | ({"type": ColumnType.TEXT} if prefix == "t" else {"cardinality": Cardinality.ZERO_MANY})


def _row(part: Attribute | Leg) -> dict[str, Any]:
    row = part.model_dump()
    return row | {"was": part.name} if isinstance(part, Attribute) else row


def _legs(box: Box) -> tuple[Leg, ...]:
    return () if isinstance(box, Entity) else box.legs


def _labelled(line: str, field: forms.BoundField, error: Any) -> str:
    if not line:
        return _("%(label)s: %(error)s") % {"label": field.label, "error": error}
    return _("%(line)s, %(label)s: %(error)s") % {"line": line, "label": field.label, "error": error}
