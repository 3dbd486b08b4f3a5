"""A question to the API, filled in field by field: each column has a field of its own type.

Nothing is checked here: the API itself answers, and what it refuses is an answer too.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.enums import ColumnType
from apps.datasets.reading import Table
from apps.datasets.reading.operators import operators_of, parts_of
from apps.datasets.reading.searching import searched_columns
from apps.datasets.schema import ColumnSchema

LONGEST = 1_000
# What is asked, and the fields that mean something to it besides the filters.
PLACES = {
    "rows": ("columns", "order", "q", "expand", "limit", "version"),
    "rows/aggregate": ("group_by", "count", "sum", "avg", "min", "max", "order", "q", "limit", "version"),
    "rows/statistics": ("columns", "version"),
}
GROUPED = ("group_by", "count", "sum", "avg", "min", "max")
INPUTS = {
    ColumnType.INTEGER: {"inputmode": "numeric"},
    ColumnType.FLOAT: {"inputmode": "decimal"},
    ColumnType.DECIMAL: {"inputmode": "decimal"},
    ColumnType.DATE: {"placeholder": "2026-11-22"},
    ColumnType.DATETIME: {"placeholder": "2026-11-22T14:05:00Z"},
}


class TryForm(forms.Form):
    """By GET. What is left empty is not asked."""

    place = forms.ChoiceField(
        label=gettext_lazy("What to ask"),
        choices=[
            ("rows", gettext_lazy("Rows")),
            ("rows/aggregate", gettext_lazy("Groups")),
            ("rows/statistics", gettext_lazy("What the columns hold")),
        ],
    )

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        labels = {
            "columns": _("Columns, separated by commas"),
            "group_by": _("Group by"),
            "count": _("Count"),
            "sum": _("Sum"),
            "avg": _("Average"),
            "min": _("Lowest"),
            "max": _("Highest"),
            "order": _("Sort by"),
            "q": _("Words to find"),
            "expand": _("Relations to follow"),
            "limit": _("At most"),
            "version": _("Version"),
        }
        if not table.relations:
            del labels["expand"]
        if not searched_columns(table.schema):
            del labels["q"]
        for name, label in labels.items():
            self.fields[name] = _optional(label, {})
        for column in table.by_name.values():
            suffixes = [*operators_of(column.type), *parts_of(column.type)]
            self.fields[f"by.{column.name}"] = forms.ChoiceField(
                label=_("Operator on %(column)s") % {"column": column.title},
                required=False,
                choices=[("" if each == "exact" else each, "=" if each == "exact" else each) for each in suffixes],
            )
            self.fields[f"is.{column.name}"] = _value(column)

    @property
    def filters(self) -> list[tuple[Any, Any]]:
        """For each column, its operator and its value."""
        return [(self[f"by.{name}"], self[f"is.{name}"]) for name in self.table.names]

    @property
    def options(self) -> list[Any]:
        return [self[name] for name in self.fields if "." not in name and name not in GROUPED]

    @property
    def grouped(self) -> list[Any]:
        """What means something to groups alone."""
        return [self[name] for name in GROUPED]

    @property
    def asks_for_groups(self) -> bool:
        return self.path == "rows/aggregate/"

    @property
    def path(self) -> str:
        place = self.data.get("place", "")
        return f"{place if place in PLACES else 'rows'}/"

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The parameters of the question."""
        return [*self._options(), *self._filters()]

    def _options(self) -> Iterator[tuple[str, str]]:
        for name in PLACES[self.path.removesuffix("/")]:
            if name in self.fields and (value := self.data.get(name, "").strip()):
                yield name, value[:LONGEST]

    def _filters(self) -> Iterator[tuple[str, str]]:
        if self.path == "rows/statistics/":
            return
        for column in self.table.by_name.values():
            if value := self.data.get(f"is.{column.name}", ""):
                suffix = self.data.get(f"by.{column.name}", "")
                known = suffix in {*operators_of(column.type), *parts_of(column.type)}
                yield f"{column.name}__{suffix}" if known else column.name, value[:LONGEST]


def _value(column: ColumnSchema) -> forms.Field:
    if column.type == ColumnType.BOOLEAN:
        choices = [("", "–"), ("true", "true"), ("false", "false")]
        return forms.ChoiceField(label=column.title, required=False, choices=choices)
    return _optional(column.title, INPUTS.get(column.type, {}))


def _optional(label: str, attributes: dict[str, str]) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attributes})
    return forms.CharField(label=label, required=False, max_length=LONGEST, widget=widget)
