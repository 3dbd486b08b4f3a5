"""Filtering the rows of a dataset: one condition more, and the columns to show.

The address of the page speaks the language of the API (`age__gte=40`), so what a person filters is a query that a
program can send. These forms write that language for them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.search import fold
from apps.datasets.enums import ColumnType
from apps.datasets.reading.operators import OPERATORS
from apps.datasets.reading.queries import read_filter
from apps.datasets.reading.table import Table
from apps.datasets.schema import ColumnSchema

ANY, MEASURE, TEXT = gettext_lazy("Any column"), gettext_lazy("Numbers, dates and texts"), gettext_lazy("Texts")
# What a condition is called, by operator of the API; those that need no value carry it.
WORDS: Mapping[str, tuple[Promise, Promise]] = {
    "exact": (ANY, gettext_lazy("is")),
    "ne": (ANY, gettext_lazy("is not")),
    "empty": (ANY, gettext_lazy("is empty")),
    "filled": (ANY, gettext_lazy("is filled in")),
    "gte": (MEASURE, gettext_lazy("is at least")),
    "gt": (MEASURE, gettext_lazy("is more than")),
    "lte": (MEASURE, gettext_lazy("is at most")),
    "lt": (MEASURE, gettext_lazy("is less than")),
    "in": (MEASURE, gettext_lazy("is one of (commas between)")),
    "range": (MEASURE, gettext_lazy("is between (a comma between)")),
    "icontains": (TEXT, gettext_lazy("contains")),
    "istartswith": (TEXT, gettext_lazy("begins with")),
    "iendswith": (TEXT, gettext_lazy("ends with")),
    "iexact": (TEXT, gettext_lazy("is, whatever its case")),
    "contains": (TEXT, gettext_lazy("contains, in this very case")),
    "startswith": (TEXT, gettext_lazy("begins with, in this very case")),
    "endswith": (TEXT, gettext_lazy("ends with, in this very case")),
}
# Those whose value is several, with something between.
LISTS = frozenset({"in", "range"})
PART_WORDS: Mapping[str, Promise] = {
    "year": gettext_lazy("year"),
    "quarter": gettext_lazy("quarter"),
    "month": gettext_lazy("month"),
    "week": gettext_lazy("week"),
    "day": gettext_lazy("day of the month"),
    "weekday": gettext_lazy("day of the week"),
    "hour": gettext_lazy("hour"),
}
WITHOUT_VALUE = {"empty": "true", "filled": "false"}
TRUE, FALSE = {"true", "yes", "oui", "vrai", "1"}, {"false", "no", "non", "faux", "0"}


def condition_words(operator: str, value: object) -> str:
    """The words of an operator as it stands in an address."""
    if operator == "isnull":
        return str(WORDS["empty" if value else "filled"][1])
    return str(WORDS[operator][1]).partition(" (")[0]


class ConditionForm(forms.Form):
    """One condition, as people say it; `parameter` is the same for the address, once the form is valid."""

    champ = forms.ChoiceField(label=gettext_lazy("Column"))
    op = forms.ChoiceField(label=gettext_lazy("Condition"))
    valeur = forms.CharField(
        label=gettext_lazy("Value"),
        required=False,
        max_length=1_000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        self.parameter = ("", "")
        _choose(self, "champ", [(column.name, column.title) for column in table.columns])
        groups: dict[Promise, list[tuple[str, Promise]]] = {}
        for operator, (group, words) in WORDS.items():
            groups.setdefault(group, []).append((operator, words))
        _choose(self, "op", list(groups.items()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "champ" not in cleaned or "op" not in cleaned:
            return cleaned
        column, asked, text = self.table.by_name[cleaned["champ"]], cleaned["op"], cleaned.get("valeur", "")
        operator = "isnull" if asked in WITHOUT_VALUE else asked
        if column.type not in OPERATORS[operator].types:
            self.add_error(
                "op", _("This column does not have this condition: it holds “%(type)s”.") % {"type": column.type.label}
            )
            return cleaned
        if asked not in WITHOUT_VALUE and not text:
            self.add_error("valeur", _("Give the value to compare with."))
            return cleaned
        name = column.name if operator == "exact" else f"{column.name}__{operator}"
        try:
            value = WITHOUT_VALUE.get(asked) or written(column, text, is_list=operator in LISTS)
            read_filter(name, value, self.table)
        except (ValueError, forms.ValidationError) as error:
            told = error.messages if isinstance(error, forms.ValidationError) else [str(error)]
            self.add_error("valeur", told)
        else:
            self.parameter = (name, value)
        return cleaned


def written(column: ColumnSchema, text: str, *, is_list: bool = False) -> str:
    """A value that a person typed in their own language, as the address writes it: 3,5 becomes 3.5.

    Raises ValidationError with a sentence if it is not of the column's type.
    """
    if is_list:
        # Between numbers written the French way a comma would not tell: there, a semicolon does.
        separator = ";" if ";" in text else ","
        return ",".join(written(column, each.strip()) for each in text.split(separator))
    if column.type not in READERS:
        return text
    return READERS[column.type](text)


def _boolean(text: str) -> str:
    folded = fold(text.strip())
    if folded not in TRUE | FALSE:
        raise forms.ValidationError(_("Write yes or no."))
    return "true" if folded in TRUE else "false"


def _without_groups(text: str) -> str:
    """A number without what separates its thousands; a comma does only in English, where whole groups follow it."""
    text = re.sub(r"(?<=\d)\s(?=\d)", "", text)
    is_english = get_format("DECIMAL_SEPARATOR") == "." and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text.strip())
    return text.replace(",", "") if is_english else text


READERS: Mapping[ColumnType, Callable[[str], str]] = {
    ColumnType.INTEGER: lambda text: str(forms.IntegerField(localize=True).clean(_without_groups(text))),
    ColumnType.FLOAT: lambda text: str(forms.FloatField(localize=True).clean(_without_groups(text))),
    ColumnType.DECIMAL: lambda text: str(forms.DecimalField(localize=True).clean(_without_groups(text))),
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: lambda text: str(forms.DateField().clean(text).isoformat()),
    ColumnType.DATETIME: lambda text: str(forms.DateTimeField().clean(text).isoformat()),
}


class ColumnsForm(forms.Form):
    """Which columns to show."""

    colonnes = forms.MultipleChoiceField(label=gettext_lazy("Columns to show"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "colonnes", [(column.name, column.title) for column in table.columns])


def _choose(form: forms.Form, name: str, choices: Any) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field
