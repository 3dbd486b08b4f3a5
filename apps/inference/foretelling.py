"""The numbers to come, as people want them: the version in service is asked about the next periods, and what it is
given of the former ones is read in the version of the dataset that is served.

    model, version ──▶ dataset_of (may this person see it?) ──▶ foretell ──▶ Foretold

It is asked as by any other door: logged, counted, within the quota of whoever asks, with a receipt for each answer.
"""

from dataclasses import dataclass
from datetime import date, datetime
from math import inf

from django.utils.translation import gettext as _

from apps.core.interface import Viewer
from apps.datasets.models import Dataset
from apps.datasets.models import Version as DatasetVersion
from apps.inference.declaring import hidden_columns
from apps.inference.enums import Aggregate, Channel, Period, Slot
from apps.inference.exceptions import HistoryTooShort, HistoryUnreadable, NotAForecast
from apps.inference.failures import TrainingFailure
from apps.inference.frames import read_series
from apps.inference.models import Model, ModelVersion
from apps.inference.querying import QueryRefused
from apps.inference.report import Report
from apps.inference.series import Series, day_of, inputs_at, rank_of
from apps.inference.serving.answering import CountingRefusals, ask, version_for
from apps.inference.serving.callers import Caller
from apps.inference.serving.slots import SLOTS
from apps.inference.spec import Forecast, ModelSpec

# Somebody waits for it.
READ_WITHIN_SECONDS = 10.0
# How much of what was is shown before what will be.
SHOWN_BEFORE = {Period.DAY: 28, Period.WEEK: 26, Period.MONTH: 24}


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A period to come: its first day, its number and between which values it is thought to be. All None of a period
    that the model cannot be asked about, because a former number is not known."""

    day: date
    value: float | None = None
    low: float | None = None
    high: float | None = None
    receipt: str = ""


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """What a version foretells from a version of a dataset. `before` are the last numbers that are known, the latest of
    the period that begins on `last`; `coverage` of the numbers to come are between `low` and `high`, if they are known.
    `past` of the periods are over already: they are foretold none the less, for the rows of the dataset stop before.
    """

    version: ModelVersion
    dataset_version: DatasetVersion
    forecast: Forecast
    before: tuple[tuple[date, float | None], ...]
    expected: tuple[Expected, ...]
    coverage: float | None
    past: int

    @property
    def is_past(self) -> bool:
        """Whether nothing of it is to come: the rows of the dataset are too old."""
        return self.past == len(self.expected)

    @property
    def last(self) -> date:
        return self.before[-1][0]


def dataset_of(version: ModelVersion, reader: Viewer) -> Dataset | None:
    """The dataset that this version foretells from, if this person may read all that is read of it; otherwise, or if it
    foretells nothing, None."""
    spec = version.training.pinned_spec
    if spec.forecast is None:
        return None
    seen = Dataset.objects.visible_to(reader).select_related("current_version")
    dataset: Dataset | None = seen.filter(slug=spec.data.dataset).exclude(current_version=None).first()
    if dataset is None or dataset.current_version is None:
        return None
    try:
        hidden = hidden_columns(spec, dataset, dataset.current_version.pinned_schema, by=reader)
    except QueryRefused:
        return None
    return None if hidden else dataset


def foretell(
    *, model: Model, caller: Caller, reader: Viewer, channel: Channel, now: datetime, periods: int | None = None
) -> Foretold:
    """The numbers of the next periods, as many as it foretells unless fewer are asked for. `reader` is who reads the
    dataset: nobody in particular, where a token asks that may not.

    Raises NotAForecast where there is none that this person may see, HistoryTooShort, HistoryUnreadable; NotInService,
    VersionUnavailable, QuotaSpent, as any answer.
    """
    served = SLOTS.get(model.slug)
    with CountingRefusals(served, Slot.CHAMPION, channel):
        loaded = version_for(served, caller, Slot.CHAMPION)
        version = ModelVersion.objects.select_related("model", "training__evaluation").get(pk=loaded.id)
        spec, dataset = version.training.pinned_spec, dataset_of(version, reader)
        if spec.forecast is None or dataset is None or dataset.current_version is None:
            raise NotAForecast(_("This model foretells nothing from a dataset that you may read."))
        series = _read(dataset.current_version, spec, spec.forecast)
        ranks = _next(series, spec.forecast)[: periods or spec.forecast.horizon]
        columns = inputs_at(series, spec, ranks)
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        known = [at for at, row in enumerate(rows) if None not in row.values()]
        if not known:
            furthest = spec.forecast.period.counted(max(spec.forecast.reach))
            told = _("It needs the numbers of %(time)s before: the dataset does not have them yet.")
            raise HistoryTooShort(told % {"time": furthest})
        checked = loaded.decoder.check([rows[at] for at in known], max_rows=len(rows))
        answered = ask(served, loaded, checked, caller=caller, channel=channel)
    margin, coverage = _margin(version)
    least = _least(series, spec.forecast)
    days = [day_of(rank, series.period) for rank in ranks]
    expected = {day: Expected(day=day) for day in days}
    for at, outcome in zip(known, answered.predictions, strict=True):
        expected[days[at]] = _expected(days[at], outcome.value or 0.0, margin, least, outcome.receipt)
    shown = series.ranks[-SHOWN_BEFORE[series.period] :]
    return Foretold(
        version=version,
        dataset_version=dataset.current_version,
        forecast=spec.forecast,
        before=tuple((day_of(rank, series.period), series.at(rank)) for rank in shown),
        expected=tuple(expected.values()),
        coverage=coverage,
        past=sum(rank < rank_of(now.date(), series.period) for rank in ranks),
    )


def _read(version: DatasetVersion, spec: ModelSpec, forecast: Forecast) -> Series:
    try:
        return read_series(version, spec, forecast, within=READ_WITHIN_SECONDS)
    except (TrainingFailure, QueryRefused) as error:
        why = str(error.title) if isinstance(error, TrainingFailure) else ""
        told = _("The former numbers cannot be read in the dataset. %(why)s") % {"why": why}
        raise HistoryUnreadable(told.strip()) from error


def _next(series: Series, forecast: Forecast) -> range:
    """The periods that follow the last one whose number is known, as far as is foretold. Raises HistoryTooShort."""
    if not series.values:
        raise HistoryTooShort(_("The dataset has no row of a period that is over."))
    return range(series.ranks.stop, series.ranks.stop + forecast.horizon)


def _margin(version: ModelVersion) -> tuple[float | None, float | None]:
    """How far from the truth its answers are at most, and how often."""
    evaluation = getattr(version.training, "evaluation", None)
    told = Report.from_json(evaluation.report).forecast if evaluation else None
    return (told.margin, told.coverage) if told and told.margin is not None else (None, None)


def _least(series: Series, forecast: Forecast) -> float:
    """What such numbers never are below: there are no fewer rows than none, nor a lower sum of what never is."""
    is_mean = forecast.aggregate is Aggregate.MEAN
    return -inf if is_mean or min(value for value in series.values if value is not None) < 0 else 0.0


def _expected(day: date, value: float, margin: float | None, least: float, receipt: str) -> Expected:
    if margin is None:
        return Expected(day=day, value=value, receipt=receipt)
    low = max(value - margin, min(value, least))
    return Expected(day=day, value=value, low=low, high=value + margin, receipt=receipt)
