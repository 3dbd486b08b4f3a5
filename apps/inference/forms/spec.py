"""The declaration of a model as a form: a line for each column that it may be given, then what it learns and how.

What the form does not say (a search, the log, the limits of a field) stays as it was declared; YAML says all of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.schedules import validate_cron
from apps.datasets.schema import ColumnSchema
from apps.inference.enums import FieldType, SensitiveLog, Task
from apps.inference.estimators import CATALOGUE, suiting
from apps.inference.estimators.base import Parameter
from apps.inference.estimators.pipelines import parameters_of
from apps.inference.fields import BECOMES
from apps.inference.forms.forecast import ForecastForm, with_defaults
from apps.inference.measures import METRICS
from apps.inference.spec import Estimator, Feature, ModelSpec, Serving

# Beyond that many columns a table to fill in helps nobody: YAML says them.
MOST_COLUMNS = 80
BLANK_GATES = 2
DEFAULTS = Serving()
LIMITS = ("rows_per_hour", "batch_rows_per_day")
SPLITS = [
    ("random", gettext_lazy("At random")),
    ("time", gettext_lazy("The latest rows, by a date")),
    ("group", gettext_lazy("Whole groups, by a column")),
]


class FeatureForm(forms.Form):
    """One column that the model may be given."""

    is_kept = forms.BooleanField(label=gettext_lazy("Give it"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("As"), required=False)
    label = forms.CharField(label=gettext_lazy("What people call it"), max_length=120, required=False)
    sensitive_log = forms.ChoiceField(
        label=gettext_lazy("Kept in the log, if it is about people"), choices=SensitiveLog.choices, required=False
    )

    def __init__(self, column: ColumnSchema, data: Any, *, feature: Feature | None) -> None:
        initial = {
            "is_kept": feature is not None,
            "type": (feature.type or "") if feature else "",
            "label": feature.label if feature else "",
            "sensitive_log": feature.sensitive_log if feature else SensitiveLog.OMIT,
        }
        super().__init__(data, prefix=f"f-{column.name}", initial=initial)
        self.column = column
        types = [(kind.value, kind.label) for kind in BECOMES.get(column.type, ())]
        self.fields["type"].choices = [("", _("as its column")), *types]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["label"].widget.attrs["placeholder"] = column.label


class GateForm(forms.Form):
    """One threshold. A line without a value is not looked at."""

    metric = forms.ChoiceField(label=gettext_lazy("Metric"), required=False)
    bound = forms.ChoiceField(
        label=gettext_lazy("Is"),
        choices=[("at_least", gettext_lazy("at least")), ("at_most", gettext_lazy("at most"))],
        required=False,
    )
    value = forms.FloatField(label=gettext_lazy("Threshold"), required=False)
    slice = forms.ChoiceField(label=gettext_lazy("On each value of"), required=False)
    is_blocking = forms.BooleanField(label=gettext_lazy("Blocks"), required=False, initial=True)

    def __init__(
        self, *args: Any, metrics: list[tuple[str, Any]], columns: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = metrics  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["slice"].choices = [("", _("all rows")), *columns]  # type: ignore[attr-defined]  # a ChoiceField


class SpecForm(forms.Form):
    """What is predicted, how rows are kept apart, by which estimator, and what asks for the next trainings."""

    task = forms.ChoiceField(label=gettext_lazy("Task"), choices=Task.choices)
    target = forms.ChoiceField(
        label=gettext_lazy("Column to predict"),
        required=False,
        help_text=gettext_lazy("An anomaly detector needs none; with one, its evaluation says how good it is."),
    )
    target_label = forms.CharField(label=gettext_lazy("What people call it"), max_length=120, required=False)
    where = forms.CharField(
        label=gettext_lazy("Keep only the rows for which"),
        required=False,
        help_text=gettext_lazy("A condition in SQL, such as <code>population > 0</code>. Empty: all rows."),
    )
    split_by = forms.ChoiceField(label=gettext_lazy("Rows kept apart to judge by"), choices=SPLITS)
    split_column = forms.ChoiceField(label=gettext_lazy("The date, or the column of the groups"), required=False)
    test_share = forms.IntegerField(
        label=gettext_lazy("How many of them, in percent"), min_value=1, max_value=90, initial=20
    )
    metric = forms.ChoiceField(label=gettext_lazy("Metric that versions are compared by"), required=False)
    slices = forms.MultipleChoiceField(
        label=gettext_lazy("Also judged on each value of"), required=False, widget=forms.CheckboxSelectMultiple
    )
    estimator = forms.ChoiceField(label=gettext_lazy("Estimator"))
    cron = forms.CharField(
        label=gettext_lazy("On a schedule"),
        required=False,
        max_length=100,
        validators=[validate_cron],
        help_text=gettext_lazy("Five fields, as cron: <code>0 3 * * 1</code> is each Monday at 3. Empty: never."),
    )
    on_new_data = forms.BooleanField(label=gettext_lazy("At each new version of the dataset"), required=False)
    on_drift = forms.BooleanField(label=gettext_lazy("When drift lasts"), required=False)
    after_feedbacks = forms.IntegerField(
        label=gettext_lazy("After this many reviewed feedbacks (0: never)"), min_value=0, initial=0
    )
    cooldown_days = forms.IntegerField(label=gettext_lazy("Days between two of them"), min_value=0, initial=1)
    rows_per_hour = forms.IntegerField(
        label=gettext_lazy("Rows in an hour"),
        min_value=1,
        initial=DEFAULTS.rows_per_hour,
        help_text=gettext_lazy("Of requests, for each token, person or address."),
    )
    batch_rows_per_day = forms.IntegerField(
        label=gettext_lazy("Rows of batches in a day"),
        min_value=1,
        initial=DEFAULTS.batch_rows_per_day,
        help_text=gettext_lazy("Of whole files and datasets, for each person."),
    )

    def __init__(self, columns: Mapping[str, ColumnSchema], data: Any, *, base: ModelSpec | None) -> None:
        super().__init__(data, initial=_initial(base))
        self.columns = columns
        names = [(name, column.title) for name, column in columns.items()]
        nothing = [("", "–")]
        task = _task(data, base)
        self.is_forecast = task is Task.FORECASTING
        self.forecast = ForecastForm(columns, data, base=base.forecast if base else None)
        metrics = [(metric.name, metric.label) for metric in METRICS[task]]
        for name, choices in {
            "target": nothing + names,
            "split_column": nothing + names,
            "slices": names,
            "metric": [("", _("the first of the task")), *metrics],
            "estimator": [(kind.name, kind.label) for kind in suiting(task)],
        }.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        features = {feature.name: feature for feature in base.features} if base else {}
        self.features = [FeatureForm(column, data, feature=features.get(name)) for name, column in columns.items()]
        known = [_gate(gate.model_dump()) for gate in base.gates] if base else []
        count = len(known) + BLANK_GATES
        self.gates = [
            GateForm(data, prefix=f"g-{rank}", initial=given, metrics=metrics, columns=names)
            for rank, given in zip(range(count), [*known, *({} for _blank in range(BLANK_GATES))], strict=True)
        ]
        self._add_parameters(data, base.estimator if base else None)

    def _add_parameters(self, data: Any, base: Estimator | None) -> None:
        """A field for each thing that may be set of the estimator that is chosen. Empty: its default."""
        choices = [name for name, _label in self.fields["estimator"].choices]  # type: ignore[attr-defined]  # a ChoiceField
        asked = (data or {}).get("estimator") or (base.name if base else "")
        chosen = asked if asked in choices else next(iter(choices), "")
        kind, known = CATALOGUE.get(chosen), base.parameters if base and base.name == chosen else {}
        has_text = any((data or {}).get(f"f-{name}-type") == FieldType.TEXT for name in self.columns)
        self.parameters = list(parameters_of(kind, has_text=has_text)) if kind else []
        for parameter in self.parameters:
            self.fields[f"p-{parameter.name}"] = _field(parameter)
            self.initial[f"p-{parameter.name}"] = known.get(parameter.name)

    @property
    def sections(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields as people read them, but for the features and the gates."""
        yield _("What it predicts"), [self[name] for name in ("task", "target", "target_label", "where")]
        if self.is_forecast:
            yield _("What is foretold"), list(self.forecast)
        judged = ("split_by", "split_column", "test_share", "metric", "slices")
        yield _("How it is judged"), [self[name] for name in judged if name not in self._elsewhere]

    @property
    def carried(self) -> list[forms.BoundField]:
        """What another task would be asked: kept, so that it is not lost on the way there and back."""
        return [self[name] for name in self._elsewhere] if self.is_forecast else list(self.forecast)

    @property
    def _elsewhere(self) -> tuple[str, ...]:
        """What is no matter of choice of a forecast: it is judged by the latest periods."""
        return ("split_by", "split_column", "slices") if self.is_forecast else ()

    @property
    def learning(self) -> list[forms.BoundField]:
        return [self["estimator"], *(self[f"p-{parameter.name}"] for parameter in self.parameters)]

    @property
    def retraining(self) -> list[forms.BoundField]:
        return [self[name] for name in ("cron", "on_new_data", "on_drift", "after_feedbacks", "cooldown_days")]

    @property
    def limits(self) -> list[forms.BoundField]:
        return [self[name] for name in LIMITS]

    def is_valid(self) -> bool:
        others = [*self.gates, *([self.forecast] if self.is_forecast else self.features)]
        return all([super().is_valid(), *(form.is_valid() for form in others)])

    def document(self, *, data: Mapping[str, Any], base: ModelSpec | None) -> dict[str, Any]:
        """The declaration that is filled in, over what it was; not checked yet."""
        given, before = self.cleaned_data, base.model_dump(mode="json") if base else {}
        was = {feature["name"]: feature for feature in before.get("features", [])}
        estimator = before.get("estimator", {})
        is_same = estimator.get("name") == given["estimator"]
        parameters = {
            parameter.name: given[f"p-{parameter.name}"]
            for parameter in self.parameters
            if given[f"p-{parameter.name}"] not in {None, ""}
        }
        by = given["split_by"] if not self.is_forecast else "random"
        return before | {
            "task": given["task"],
            "forecast": self.forecast.cleaned_data if self.is_forecast else None,
            "data": {**data, "where": given["where"]},
            "features": [
                was.get(form.column.name, {})
                | {
                    "name": form.column.name,
                    "type": form.cleaned_data["type"] or None,
                    "label": form.cleaned_data["label"],
                    "sensitive_log": form.cleaned_data["sensitive_log"] or SensitiveLog.OMIT,
                }
                for form in ([] if self.is_forecast else self.features)
                if form.cleaned_data["is_kept"]
            ],
            "target": before.get("target", {}) | {"name": given["target"], "label": given["target_label"]},
            "split": {
                "by": by,
                "column": given["split_column"] if by != "random" else "",
                "test_share": given["test_share"] / 100,
            },
            "metric": given["metric"],
            "slices": [] if self.is_forecast else given["slices"],
            "estimator": {
                "name": given["estimator"],
                "parameters": parameters,
                "search": estimator.get("search", {}) if is_same else {},
            },
            "gates": [_written(form.cleaned_data) for form in self.gates if form.cleaned_data.get("value") is not None],
            "serving": before.get("serving", {}) | {name: given[name] for name in LIMITS},
            "retraining": {
                name: given[name] for name in ("cron", "on_new_data", "on_drift", "after_feedbacks", "cooldown_days")
            },
        }


class YamlForm(forms.Form):
    yaml = forms.CharField(
        label=gettext_lazy("Declaration in YAML"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code"}),
    )


def suited(data: QueryDict, columns: Mapping[str, ColumnSchema]) -> QueryDict:
    """What was filled in, without what does not suit the task that is chosen now."""
    found, task = data.copy(), _task(data, None)
    metrics, estimators = [metric.name for metric in METRICS[task]], [kind.name for kind in suiting(task)]
    for name in data:
        known = estimators if name == "estimator" else metrics if name.endswith("metric") else []
        if known and found[name] and found[name] not in known:
            found[name] = known[0]
    if task is Task.FORECASTING:
        with_defaults(found, columns)
    return found


def _task(data: Any, base: ModelSpec | None) -> Task:
    asked = (data or {}).get("task") or (base.task if base else Task.CLASSIFICATION)
    return Task(asked) if asked in Task else Task.CLASSIFICATION


def _initial(base: ModelSpec | None) -> dict[str, Any]:
    if base is None:
        return {}
    return {
        "task": base.task,
        "target": base.target.name,
        "target_label": base.target.label,
        "where": base.data.where,
        "split_by": base.split.by,
        "split_column": base.split.column,
        "test_share": round(base.split.test_share * 100),
        "metric": base.metric,
        "slices": base.slices,
        "estimator": base.estimator.name,
        **base.retraining.model_dump(),
        **{name: getattr(base.serving, name) for name in LIMITS},
    }


def _gate(given: Mapping[str, Any]) -> dict[str, Any]:
    bound = "at_most" if given["at_least"] is None else "at_least"
    kept = {name: given[name] for name in ("metric", "slice", "is_blocking")}
    return {**kept, "bound": bound, "value": given[bound]}


def _written(given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: given[name] for name in ("metric", "slice", "is_blocking")}
    return {**kept, given["bound"]: given["value"]}


def _field(parameter: Parameter) -> forms.Field:
    """The field of one parameter: bounds and choices are those of the catalogue."""
    told: dict[str, Any] = {"label": parameter.label, "help_text": parameter.help, "required": False}
    if parameter.choices:
        default = parameter.default
        blank = ("", _("as by default (%(value)s)") % {"value": default} if default is not None else _("none"))
        return forms.TypedChoiceField(
            choices=[blank, *((each, str(each)) for each in parameter.choices)],
            coerce=lambda given: next(each for each in parameter.choices if str(each) == given),
            empty_value=None,
            **told,
        )
    made = forms.IntegerField if parameter.is_whole else forms.FloatField
    field = made(min_value=parameter.minimum, max_value=parameter.maximum, **told)  # type: ignore[arg-type]  # both take whole bounds
    field.widget.attrs["placeholder"] = "" if parameter.default is None else str(parameter.default)
    return field
