"""Time, cut in periods, and the one number of each: what a forecast learns from, and is asked about.

    rank ──▶ day_of ──▶ the first day of the period; rank_of is the way back

Pure. A calendar has no hole: a period without a row is one too, whose number is nought, or unknown where it is a mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.schema import ColumnSchema
from apps.inference.encoding import Array
from apps.inference.enums import Aggregate, Period
from apps.inference.failures import TooManyPeriods
from apps.inference.spec import Forecast, ModelSpec

# Half a century of days. Beyond it, some of the dates are typing errors.
MOST_PERIODS = 20_000


def rank_of(day: date, period: Period) -> int:
    """The place, among all periods of this kind, of the one that holds this day."""
    match period:
        case Period.DAY:
            return day.toordinal()
        case Period.WEEK:
            return (day.toordinal() - 1) // 7  # the first day of year 1 is a Monday
        case _month:
            return day.year * 12 + day.month - 1


def day_of(rank: int, period: Period) -> date:
    """The first day of the period of this rank. Raises ValueError or OverflowError beyond year 9999."""
    match period:
        case Period.DAY:
            return date.fromordinal(rank)
        case Period.WEEK:
            return date.fromordinal(rank * 7 + 1)
        case _month:
            return date(rank // 12, rank % 12 + 1, 1)


@dataclass(frozen=True, kw_only=True)
class Series:
    """The numbers of periods in turn, from the one of rank `first`; None where there is none."""

    period: Period
    first: int
    values: tuple[float | None, ...]

    @property
    def ranks(self) -> range:
        return range(self.first, self.first + len(self.values))

    def at(self, rank: int) -> float | None:
        """The number of the period of this rank; None outside of the series too."""
        return self.values[rank - self.first] if rank in self.ranks else None


def series_of(found: Iterable[tuple[date, float | None]], forecast: Forecast, *, until: date) -> Series:
    """The whole calendar of what was found, a day and a number for each period that has rows.

    It ends before the period of the day `until`, which is not over, or with the last one that has rows: nobody knows
    whether those after it are without any, or not collected yet. Raises TooManyPeriods.
    """
    period, present = forecast.period, rank_of(until, forecast.period)
    known = {rank: value for day, value in found if (rank := rank_of(day, period)) < present}
    if not known:
        return Series(period=period, first=present, values=())
    nothing = forecast.aggregate.of_nothing
    told = {rank: nothing if value is None else value for rank, value in known.items()}
    first, last = min(told), max(told)
    if last - first >= MOST_PERIODS:
        raise TooManyPeriods(first=day_of(first, period).isoformat(), limit=MOST_PERIODS)
    return Series(period=period, first=first, values=tuple(told.get(rank, nothing) for rank in range(first, last + 1)))


def inputs_at(series: Series, spec: ModelSpec, ranks: Iterable[int]) -> dict[str, list[Any]]:
    """What the model is given about each of these periods, by name of field; None where a value is not known."""
    told = list(ranks)
    columns: dict[str, list[Any]] = {name: [series.at(rank - lag) for rank in told] for name, lag in spec.lags.items()}
    return {_forecast(spec).time: [day_of(rank, series.period) for rank in told], **columns}


def seasons_before(
    series: Series, forecast: Forecast, ranks: Sequence[int], *, otherwise: Sequence[float]
) -> list[float]:
    """What who learns nothing would say of each of these periods: the number of the same one a season before (seasonal
    naive: Hyndman and Athanasopoulos, 2021, §5.2), or `otherwise`, where there is none."""
    before = (series.at(rank - forecast.season) for rank in ranks)
    return [near if season is None else season for season, near in zip(before, otherwise, strict=True)]


def error_of_naive(target: Array, naive: Sequence[float]) -> float | None:
    """The mean absolute error of such answers, by which that of a model is scaled (MASE: Hyndman and Koehler, 2006);
    None if they are never wrong, or if there are none."""
    gaps = abs(target - naive)
    return float(gaps.mean()) or None if len(gaps) else None


def columns_of(spec: ModelSpec, columns: Mapping[str, ColumnSchema]) -> dict[str, ColumnSchema]:
    """The columns of the periods, from those of the rows: the day, the number, the former numbers.

    How many rows there were says nothing of anyone in particular; a sum or a mean may, if its column does.
    """
    forecast, target = _forecast(spec), columns.get(spec.target.name)
    time, number = columns.get(forecast.time), spec.learnt.target.name
    is_counted = forecast.aggregate is Aggregate.COUNT
    personal = PersonalData.NONE if is_counted or target is None else target.personal_data
    value = ColumnSchema(name=number, type=ColumnType.FLOAT, unit=target.unit if target else "", personal_data=personal)
    return {
        forecast.time: ColumnSchema(name=forecast.time, type=ColumnType.DATE, label=time.label if time else ""),
        number: replace(value, label=target.label if target else ""),
        **{name: replace(value, name=name) for name in spec.lags},
    }


def _forecast(spec: ModelSpec) -> Forecast:
    if spec.forecast is None:
        raise TypeError("Only a forecast has periods.")
    return spec.forecast
