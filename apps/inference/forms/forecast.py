"""What is foretold, as a form: the part of a declaration that a forecast alone has."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.schema import ColumnSchema
from apps.inference.checking import DAYS
from apps.inference.enums import Aggregate, Period
from apps.inference.spec import Forecast

PREFIX = "forecast"
HORIZON = 7


class ForecastForm(forms.Form):
    """One number for each period, so many periods ahead."""

    time = forms.ChoiceField(label=gettext_lazy("Date by which rows are counted"))
    period = forms.ChoiceField(label=gettext_lazy("One number for each"), choices=Period.choices)
    horizon = forms.IntegerField(
        label=gettext_lazy("How many of them ahead"), min_value=1, max_value=366, initial=HORIZON
    )
    aggregate = forms.ChoiceField(
        label=gettext_lazy("That number is"),
        choices=Aggregate.choices,
        help_text=gettext_lazy("Of the column to predict; the number of rows needs none."),
    )
    lags = forms.CharField(
        label=gettext_lazy("From the numbers of how many of them before"),
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "Whole numbers with commas between them, such as <code>7, 14, 28</code>; none is less than how many are "
            "foretold ahead. Empty: those that suit."
        ),
    )

    def __init__(self, columns: Mapping[str, ColumnSchema], data: Any, *, base: Forecast | None) -> None:
        known = base.model_dump(mode="json") if base else {}
        initial = known | {"lags": ", ".join(map(str, base.lags))} if base else {}
        super().__init__(data, prefix=PREFIX, initial=initial)
        self.fields["time"].choices = [(name, columns[name].title) for name in days_of(columns)]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_lags(self) -> list[int]:
        told = [part.strip() for part in self.cleaned_data["lags"].split(",") if part.strip()]
        if not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in told):
            raise forms.ValidationError(_("Write whole numbers, with commas between them."))
        return [int(part) for part in told]


def days_of(columns: Mapping[str, ColumnSchema]) -> list[str]:
    """The columns by which rows may be counted in periods."""
    return [name for name, column in columns.items() if column.type in DAYS]


def with_defaults(data: QueryDict, columns: Mapping[str, ColumnSchema]) -> None:
    """Fill in what is not said yet of a forecast that was just chosen."""
    time, *_others = [*days_of(columns), ""]
    number = Aggregate.SUM if data.get("target") else Aggregate.COUNT
    told = {"time": time, "period": Period.DAY, "horizon": str(HORIZON), "aggregate": number}
    for name, value in told.items():
        key = f"{PREFIX}-{name}"
        data[key] = data.get(key) or value
