"""Datasets to learn from, and models of them, to test with."""

from datetime import date, timedelta
from random import Random

from django.utils import timezone

from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.models import Dataset
from apps.datasets.schema import ColumnSchema, EntitySchema
from apps.inference.declaring import create_model
from apps.inference.models import Model, TrainingRun
from apps.inference.requesting import request_training
from apps.inference.spec import ModelSpec
from apps.inference.training import train
from tests.datasets.factories import built, make_dataset

REPORTS = EntitySchema(
    name="report",
    columns=(
        ColumnSchema(name="reference", type=ColumnType.TEXT, is_key=True, max_length=10),
        ColumnSchema(
            name="words",
            type=ColumnType.TEXT,
            label="What is said",
            personal_data=PersonalData.DIRECT,
            is_required=True,
        ),
        ColumnSchema(name="channel", type=ColumnType.TEXT, max_length=10, label="Channel"),
        ColumnSchema(name="age", type=ColumnType.INTEGER, unit="years", minimum="0", maximum="120"),
        ColumnSchema(name="received_on", type=ColumnType.DATE),
        ColumnSchema(name="service", type=ColumnType.TEXT, max_length=20),
        ColumnSchema(name="days", type=ColumnType.FLOAT, unit="d"),
        ColumnSchema(name="is_odd", type=ColumnType.BOOLEAN),
    ),
)
STEPS = [{"step": "map", "columns": {name: name for name in REPORTS.names}}]
SAID = {
    "lighting": ("the street lamp is out", "éclairage en panne", "dark street again"),
    "roads": ("a hole in the road", "trou dans la chaussée", "the road is broken"),
    "parks": ("a tree fell", "arbre tombé dans le parc", "the grass is too high"),
}


def reports(count: int = 400) -> list[dict[str, str]]:
    """Rows that can be learnt: words tell the service, the channel and the age tell the days; all invented."""
    rows = []
    for at in range(count):
        service = list(SAID)[at % 3]
        channel = ("web", "phone")[at // 3 % 2]
        age = 20 + at * 7 % 60
        rows.append(
            {
                "reference": f"R{at:05d}",
                "words": f"{SAID[service][at // 7 % 3]} near number {at}",
                "channel": channel,
                "age": str(age) if at % 11 else "",
                "received_on": f"2025-{1 + at % 12:02d}-{1 + at % 28:02d}",
                "service": service if at % 29 else "",
                "days": str(2.0 + (5 if channel == "phone" else 0) + age / 10),
                "is_odd": "true" if at % 23 == 0 else "false",
            }
        )
    return rows


def reports_dataset(count: int = 400, **fields) -> Dataset:
    """A dataset of reports, built. Needs a test that commits."""
    dataset = make_dataset(*reports(count), schema=REPORTS, steps=STEPS, **fields)
    assert built(dataset).state == "published"
    return dataset


def classifier(dataset: str, **changes) -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "task": "text",
            "data": {"dataset": dataset, "entity": "report"},
            "features": [{"name": "words"}, {"name": "channel"}, {"name": "age"}],
            "target": {"name": "service"},
            "estimator": {"name": "logistic_regression"},
            "gates": [{"metric": "accuracy", "at_least": 0.5}],
        }
        | changes
    )


def regression(dataset: str, **changes) -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "task": "regression",
            "data": {"dataset": dataset, "entity": "report"},
            "features": [{"name": "channel"}, {"name": "age"}, {"name": "received_on"}],
            "target": {"name": "days"},
            "estimator": {"name": "ridge"},
        }
        | changes
    )


VISITS = EntitySchema(
    name="visit",
    columns=(
        ColumnSchema(name="ticket", type=ColumnType.TEXT, is_key=True, max_length=10),
        ColumnSchema(name="made_on", type=ColumnType.DATE, label="Made on"),
        ColumnSchema(name="people", type=ColumnType.INTEGER, label="People", unit="people"),
        ColumnSchema(name="email", type=ColumnType.TEXT, personal_data=PersonalData.DIRECT),
    ),
)
# Of a week that begins on Monday: a library is closed on Sundays.
A_WEEK = (40, 55, 80, 60, 70, 110, 0)


def visits(days: int = 600, *, last: date | None = None, seed: int = 7) -> list[dict[str, str]]:
    """A visit by each group, most days: as many people as is usual that day of the week, more or less. The last day is
    yesterday unless it is said."""
    draw = Random(seed)
    end, rows = last or timezone.now().date() - timedelta(days=1), []
    for before in reversed(range(days)):
        day = end - timedelta(days=before)
        usual = A_WEEK[day.weekday()]
        for group in range(2 if usual else 0):
            people = max(0, round(draw.gauss(usual / 2, 6)))
            ticket = f"T{len(rows):05d}"
            rows.append(
                {"ticket": ticket, "made_on": day.isoformat(), "people": str(people), "email": f"{group}@b.example"}
            )
    return rows


def visits_dataset(*rows: dict[str, str], **fields) -> Dataset:
    """A dataset of visits, built. Needs a test that commits."""
    steps = [{"step": "map", "columns": {name: name for name in VISITS.names}}]
    dataset = make_dataset(*(rows or visits()), schema=VISITS, steps=steps, **fields)
    assert built(dataset).state == "published"
    return dataset


def forecast(dataset: str, *, said: dict | None = None, **changes) -> ModelSpec:
    """How many people come each day of the week that follows; `said` changes what is said of the forecast."""
    return ModelSpec.model_validate(
        {
            "task": "forecasting",
            "data": {"dataset": dataset, "entity": "visit"},
            "forecast": {"time": "made_on", "horizon": 7, "aggregate": "sum"} | (said or {}),
            "target": {"name": "people", "label": "People"},
            "split": {"test_share": 0.3},
            "estimator": {"name": "ridge"},
        }
        | changes
    )


def make_model(spec: ModelSpec, slug: str = "orientation", **fields) -> Model:
    return create_model(
        slug=slug, name=fields.pop("name", slug.title()), spec=spec, by=fields.pop("by", None), **fields
    )


def trained(model: Model) -> TrainingRun:
    """A training of this model, done."""
    done = train(training_id=request_training(model=model, by=None).pk)
    assert done is not None
    return done
