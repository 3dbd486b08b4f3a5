"""A line of a recipe as a form, made from its pydantic model: a new step, or a new kind of rule, needs none of its own.

Its fields are those of the model. What a field is follows from its name, for the same thing has the same name in all
steps, then from its JSON Schema. What is refused is said beside the field that it is about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from apps.core.projects.wording import tell
from apps.datasets.enums import RuleSeverity
from apps.datasets.forms.recipe_fields import LinesField, NamesField, PairsField, SpellingsField
from apps.datasets.recipes.rules import RULE_KINDS, Rule
from apps.datasets.recipes.steps import STEPS
from apps.datasets.recipes.steps.base import Step
from apps.datasets.schema import EntitySchema

KINDS: dict[str, dict[str, type[Step] | type[Rule]]] = {
    "step": {kind.model_fields["step"].annotation.__args__[0]: kind for kind in STEPS},  # type: ignore[union-attr]  # a Literal
    "rule": {**RULE_KINDS},
}
LABELS: Mapping[str, str | Promise] = {
    "ambiguous": _("Dates that may be read in two ways"),
    "by": _("Found by"),
    "column": _("Column"),
    "columns": _("Columns"),
    "dataset": _("Dataset"),
    "entity": _("Table"),
    "formats": _("Formats"),
    "html": _("Also the entities of HTML (&eacute;)"),
    "into": _("Into"),
    "is_near": _("Case, accents, punctuation and spaces apart"),
    "keep": _("Row that is kept"),
    "locale": _("Written in"),
    "max": _("Most"),
    "max_change": _("Change since the version before, at most (%)"),
    "max_days": _("Days, at most"),
    "max_share": _("Share of the rows that may break it (%)"),
    "max_shift": _("Shift, at most"),
    "message": _("What people read when it is broken"),
    "min": _("Least"),
    "min_share": _("Share that is filled, at least (%)"),
    "name": _("Name"),
    "note": _("Why it is done"),
    "others": _("The other values"),
    "parentheses": _("Numbers in parentheses"),
    "pattern": _("Pattern (regular expression)"),
    "percent": _("Per cents are parts of one (12 per cent is 0.12)"),
    "positions": _("After so many characters"),
    "quotes": _("Also curly quotes"),
    "references": _("Columns of that table"),
    "separator": _("Separator"),
    "set": _("Takes"),
    "severity": _("If it is broken"),
    "source": _("Source"),
    "to": _("To"),
    "unit": _("Unit"),
    "units": _("Units to leave out"),
    "values": _("Values"),
    "where": _("Condition"),
}
HELP: Mapping[str, str | Promise] = {
    "by": _("On each line: a column of what is looked at, a colon, the column here that has the same values."),
    "formats": _(
        "One on each line, tried in this order: %d/%m/%Y for 31/12/2026, %d %B %Y for 31 décembre 2026, %Y%m%d, iso."
    ),
    "into": _("Names of columns, with commas between them; one that begins by _ is a working column."),
    "positions": _("Numbers with commas between them."),
    "references": _("Names with commas between them."),
    "set": _("On each line: a column here, a colon, the column that it is taken from."),
    "units": _("One on each line."),
    "where": _("An expression, such as: age >= 18 and name is not null"),
}
# The same, of the field of one kind of line.
HELP_OF: Mapping[tuple[str, str], str | Promise] = {
    ("cast", "columns"): _(
        "On each line: a column, a colon, text, integer, float, decimal, boolean, date or datetime."
    ),
    ("compute", "columns"): _("On each line: a column, a colon, an expression."),
    ("fill", "columns"): _("On each line: a column, a colon, the text that stands for nothing."),
    ("map_values", "values"): _(
        "On each line: what is to be written, a colon, the other spellings with | between them."
    ),
    ("repair_text", "columns"): _("All texts if none is ticked."),
    ("set", "values"): _("One on each line."),
    ("trim", "columns"): _("All texts if none is ticked."),
}
WORDS: Mapping[str, str | Promise] = {
    "day_first": _("The day comes first"),
    "empty": _("Are emptied"),
    "en": _("English (1,234.5)"),
    "first": _("The first"),
    "fr": _("French (1 234,5)"),
    "keep": _("Are kept"),
    "last": _("The last"),
    "lower": _("lower case"),
    "month_first": _("The month comes first"),
    "negative": _("Are negative"),
    "refused": _("Are refused"),
    "reject": _("Set their row aside"),
    "sentence": _("Sentence case"),
    "title": _("Title Case"),
    "upper": _("UPPER CASE"),
}
NOT_TAKEN = ("", _("Not taken"))


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a line may name: columns of the table, working ones, those of its input; tables, sources, datasets."""

    schema: EntitySchema
    working: Sequence[str] = ()
    source_columns: Sequence[str] = ()
    entities: Sequence[tuple[str, str]] = ()
    sources: Sequence[tuple[str, str]] = ()
    datasets: Sequence[tuple[str, str]] = ()

    @property
    def columns(self) -> list[tuple[str, str]]:
        named = [(column.name, column.title) for column in self.schema.columns]
        return [*named, *((name, name) for name in self.working)]


class ItemForm(forms.Form):
    """A step or a rule. Once it is valid, `item` is what the recipe says of it."""

    item: Mapping[str, Any]

    def __init__(self, data: Any = None, *, family: str, given: Mapping[str, Any], around: Surroundings) -> None:
        self.family, self.kind = family, str(given[family])
        self.model = KINDS[family][self.kind]
        self.around = around
        super().__init__(data, initial=dict(given), prefix="l", auto_id="id_%s")
        self.fields |= self._made(given)

    @property
    def title(self) -> str:
        return str(self.model.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            made = self.model.model_validate({self.family: self.kind} | self._said(cleaned))
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                name = str(each["loc"][0]) if each["loc"] else ""
                self.add_error(name if name in self.fields else None, tell(each))
            return cleaned
        self.item = made.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        return cleaned

    def _made(self, given: Mapping[str, Any]) -> dict[str, forms.Field]:
        described = self.model.model_json_schema()["properties"]
        if self.kind == "map":
            return {
                **self._taken(dict(given.get("columns", {}))),
                "note": _text({"maxLength": 500}, {"label": LABELS["note"], "required": False}),
            }
        required = self.model.model_json_schema().get("required", ())
        # What it does comes first, what it is called and why last.
        names = sorted((name for name in described if name != self.family), key=lambda name: name in LAST)
        return {name: self._field(name, described[name], given, name in required) for name in names}

    def _field(
        self, name: str, described: Mapping[str, Any], given: Mapping[str, Any], is_required: bool
    ) -> forms.Field:
        flat = _flat(described)
        options: dict[str, Any] = {
            "label": LABELS.get(name) or capfirst(name.replace("_", " ")),
            "help_text": HELP_OF.get((self.kind, name)) or HELP.get(name, ""),
            "required": is_required,
        }
        if name == "severity":
            return forms.ChoiceField(
                choices=RuleSeverity.choices, **options | {"initial": RuleSeverity.BLOCK, "required": True}
            )
        if name in ("columns", "column") and flat["type"] != "object":
            named = given.get(name) or ()
            known = _with(self.around.columns, [named] if isinstance(named, str) else named)
            if name == "column":
                return forms.ChoiceField(choices=known, **options)
            return forms.MultipleChoiceField(choices=known, widget=forms.CheckboxSelectMultiple, **options)
        if name in OFFERED:
            offered = _with(OFFERED[name](self.around), [given[name]] if given.get(name) else [])
            if name == "entity" and self.kind == "join":  # of another dataset
                return forms.CharField(max_length=50, **options)
            return forms.ChoiceField(choices=offered if is_required else [("", "–"), *offered], **options)
        if "enum" in flat:
            choices = [(value, WORDS.get(value, value)) for value in flat["enum"]]
            return forms.ChoiceField(choices=choices, **options | {"initial": flat.get("default")})
        return SHAPES.get((self.kind, name), FIELDS[flat["type"]])(flat, options)

    # --- The columns that are taken from an input ---------------------------------------------------
    def _taken(self, columns: Mapping[str, str]) -> dict[str, forms.Field]:
        """A choice for each column of the table, and the working columns as lines."""
        known = [(name, name) for name in self.around.source_columns]
        fields: dict[str, forms.Field] = {}
        for column in self.around.schema.columns:
            taken = columns.get(column.name, "")
            fields[f"take-{column.name}"] = forms.ChoiceField(
                label=column.title,
                help_text=column.name if column.label not in ("", column.name) else "",
                choices=[NOT_TAKEN, *_with(known, [taken] if taken else [])],
                initial=taken,
                required=False,
            )
        rest = {name: taken for name, taken in columns.items() if f"take-{name}" not in fields}
        fields["columns"] = PairsField(
            label=_("Working columns"),
            help_text=_("On each line: a name that begins by _, a colon, the column of the source."),
            initial=rest,
            required=False,
        )
        self.initial.pop("columns", None)
        return fields

    def _said(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed, without what was left empty."""
        said = {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in cleaned.items()
            if value is not False and value not in (None, "", [], {}) and not name.startswith("take-")
        }
        if self.kind == "map":
            taken = {
                name.removeprefix("take-"): value
                for name, value in cleaned.items()
                if name.startswith("take-") and value
            }
            said["columns"] = taken | cleaned["columns"]
        return said


LAST = ("severity", "max_share", "name", "message", "note")
OFFERED: Mapping[str, Callable[[Surroundings], Sequence[tuple[str, str]]]] = {
    "entity": lambda around: around.entities,
    "source": lambda around: around.sources,
    "dataset": lambda around: around.datasets,
}
Maker = Callable[[Mapping[str, Any], dict[str, Any]], forms.Field]


def _text(flat: Mapping[str, Any], options: dict[str, Any]) -> forms.Field:
    is_long = flat.get("maxLength", 0) > 1_000
    widget = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput()
    widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(max_length=flat.get("maxLength"), widget=widget, **options)


def _number(flat: Mapping[str, Any], options: dict[str, Any]) -> forms.Field:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        min_value=flat.get("minimum"), max_value=flat.get("maximum"), localize=True, widget=widget, **options
    )


def _whole(flat: Mapping[str, Any], options: dict[str, Any]) -> forms.Field:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(min_value=flat.get("minimum"), max_value=flat.get("maximum"), widget=widget, **options)


FIELDS: Mapping[str, Maker] = {
    "string": _text,
    "number": _number,
    "integer": _whole,
    "boolean": lambda flat, options: forms.BooleanField(**options | {"required": False}),
    "array": lambda flat, options: NamesField(**options),
    "object": lambda flat, options: PairsField(**options),
}
# What is better written otherwise than its type has it.
SHAPES: Mapping[tuple[str, str], Maker] = {
    ("map_values", "values"): lambda flat, options: SpellingsField(**options),
    ("join_text", "separator"): lambda flat, options: _text(flat, options | {"strip": False}),
    ("parse_date", "formats"): lambda flat, options: LinesField(**options),
    ("parse_number", "units"): lambda flat, options: LinesField(**options),
    ("split", "separator"): lambda flat, options: _text(flat, options | {"strip": False}),
    ("set", "values"): lambda flat, options: LinesField(**options),
}


def _flat(described: Mapping[str, Any]) -> dict[str, Any]:
    """The description of a value, that of a number rather than that of its text, without its null."""
    flat = dict(described)
    if "anyOf" in flat:
        kinds = {each["type"]: each for each in flat.pop("anyOf") if each["type"] != "null"}
        flat |= kinds.get("number") or next(iter(kinds.values()))
    return {"type": "string"} | flat


def _with(known: Sequence[tuple[str, str]], named: Sequence[str]) -> list[tuple[str, str]]:
    """What may be chosen, and what is chosen though it is not there."""
    names = {name for name, _title in known}
    return [*known, *((name, name) for name in named if name not in names)]
