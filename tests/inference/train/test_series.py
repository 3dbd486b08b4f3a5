"""Time is cut in periods without a hole, and each is given what is known of it in advance."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apps.inference.enums import Aggregate, FieldType, Period
from apps.inference.failures import TooManyPeriods
from apps.inference.measures import metric_named, scores
from apps.inference.measures.intervals import conformal_margin
from apps.inference.series import (
    MOST_PERIODS,
    Series,
    day_of,
    error_of_naive,
    inputs_at,
    rank_of,
    seasons_before,
    series_of,
)
from apps.inference.signature import Field
from apps.inference.spec import Forecast
from tests.inference.train_factories import forecast

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
MONDAY = date(2026, 3, 2)


def said(**changes) -> Forecast:
    return Forecast.model_validate({"time": "made_on", "horizon": 7, "aggregate": "sum"} | changes)


def days(count: int, *, first: date = MONDAY) -> list[tuple[date, float]]:
    return [(first + timedelta(days=at), float(at)) for at in range(count)]


# --- Periods --------------------------------------------------------------------------------------
@given(DAYS, st.sampled_from(Period))
def test_a_day_is_in_the_period_that_begins_before_it_and_ends_after_it(day, period):
    rank = rank_of(day, period)

    assert day_of(rank, period) <= day < day_of(rank + 1, period)


@given(DAYS)
def test_a_week_begins_on_monday_and_a_month_on_its_first_day(day):
    assert day_of(rank_of(day, Period.WEEK), Period.WEEK).weekday() == 0
    assert day_of(rank_of(day, Period.MONTH), Period.MONTH) == day.replace(day=1)


@pytest.mark.parametrize(("aggregate", "nothing"), [("count", 0.0), ("sum", 0.0), ("mean", None)])
def test_a_period_without_a_row_is_nought_or_unknown_where_it_is_a_mean(aggregate, nothing):
    found = [(MONDAY, 3.0), (MONDAY + timedelta(days=2), 5.0)]

    series = series_of(found, said(aggregate=aggregate), until=date(2026, 4, 1))

    assert series.values == (3.0, nothing, 5.0)


def test_the_present_period_and_those_to_come_are_left_out():
    series = series_of(days(40), said(period="week", horizon=1), until=MONDAY + timedelta(days=9))

    assert (day_of(series.first, Period.WEEK), len(series.values)) == (MONDAY, 1)


def test_without_a_row_there_is_no_period():
    series = series_of([], said(), until=MONDAY)

    assert (len(series.ranks), series.at(rank_of(MONDAY, Period.DAY))) == (0, None)


def test_dates_that_are_typing_errors_do_not_make_thousands_of_periods():
    with pytest.raises(TooManyPeriods) as refusal:
        series_of([(date(202, 3, 1), 1.0), *days(3)], said(), until=date(2026, 4, 1))

    assert refusal.value.details == {"first": "0202-03-01", "limit": MOST_PERIODS}


# --- What is given --------------------------------------------------------------------------------
@given(st.sampled_from(Period), st.integers(1, 40))
def test_nothing_that_is_given_is_nearer_than_the_horizon(period, horizon):
    told = said(period=period, horizon=horizon)

    assert min(told.reach) >= horizon
    assert told.season in told.reach
    assert (told.season % period.season, told.season - horizon < period.season) == (0, True)


def test_without_lags_those_that_suit_the_period_are_taken():
    assert said().reach == [7, 14, 21, 28]
    assert said(horizon=10).reach == [14, 21, 28, 35]
    assert said(period="week", horizon=4).reach == [4, 5, 6, 52]
    assert said(period="month", horizon=12).reach == [12, 13, 14]


def test_each_period_is_given_its_day_and_the_numbers_before():
    spec = forecast("visits", said={"lags": [9, 7]})
    series = series_of(days(20), spec.forecast, until=date(2026, 4, 1))

    given_then = inputs_at(series, spec, [series.first + 8, series.first + 22])

    assert given_then == {
        "made_on": [MONDAY + timedelta(days=8), MONDAY + timedelta(days=22)],
        "people_7": [1.0, 15.0],
        "people_9": [None, 13.0],
    }


def test_what_is_learnt_is_a_regression_on_them():
    learnt = forecast("visits", said={"lags": [7, 9]}).learnt

    assert [(each.name, each.type) for each in learnt.features] == [
        ("made_on", FieldType.DATE),
        ("people_7", FieldType.NUMBER),
        ("people_9", FieldType.NUMBER),
    ]
    assert (learnt.split.by, learnt.split.column, learnt.split.test_share) == ("time", "made_on", 0.3)
    assert learnt.learnt == learnt


def test_rows_that_are_counted_need_no_target_and_are_never_fewer_than_none():
    learnt = forecast("visits", said={"aggregate": Aggregate.COUNT}, target={"label": "Visits"}).learnt

    assert (learnt.target.name, learnt.target.label) == ("count", "Visits")
    assert {each.minimum for each in learnt.features[1:]} == {0.0}


def test_fields_are_called_in_the_language_of_the_reader():
    fields = [Field(name=f"n_{lag}", type=FieldType.NUMBER, lag=lag, period=Period.DAY) for lag in (1, 7)]

    with translation.override("en"):
        assert [field.title for field in fields] == ["Value 1 day before", "Value 7 days before"]
    with translation.override("fr"):
        assert "7 jours" in fields[1].title


# --- Declarations ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"said": {"lags": [3]}}, "A lag is as long as the horizon at least"),
        ({"said": {"lags": [8, 8]}}, "Say each lag once"),
        ({"forecast": None}, "A “forecast” is said of this task"),
        ({"task": "regression", "features": [{"name": "email"}]}, "A “forecast” is said of this task"),
        ({"features": [{"name": "email"}]}, "A forecast is given the day and former values"),
        ({"split": {"by": "group", "column": "email"}}, "A forecast is judged by the latest periods"),
        ({"said": {"aggregate": "count"}}, "Rows are counted: no column is the target"),
        ({"target": {}}, "Say which column is the target"),
        ({"said": {"time": "people"}}, "The time and the values of a forecast have names of their own"),
        ({"said": {"time": "people_14"}}, "The time and the values of a forecast have names of their own"),
    ],
)
def test_a_declaration_that_does_not_hold_together_says_why(changes, expected):
    with translation.override("en"), pytest.raises(ValidationError, match=expected):
        forecast("visits", **changes)


# --- How good it is -------------------------------------------------------------------------------
def test_the_naive_answer_is_the_season_before_or_else_what_there_is():
    series = Series(period=Period.DAY, first=100, values=(1.0, 2.0, None, *range(3, 10)))

    assert seasons_before(series, said(), [107, 108, 109, 110], otherwise=[0.5, 0.5, 0.5, 0.5]) == [1.0, 2.0, 0.5, 3]


def test_the_scaled_error_is_that_of_hyndman_and_koehler():
    truth, answers = np.array([10.0, 12.0, 9.0]), np.array([11.0, 12.0, 7.0])
    scale = error_of_naive(np.array([8.0, 9.0, 12.0]), [6.0, 10.0, 9.0])

    found = scores("forecasting", truth, answers, scale=scale)

    assert scale == pytest.approx(2.0)
    assert (found["mae"], found["mase"]) == (pytest.approx(1.0), pytest.approx(0.5))


def test_a_past_that_never_changes_gives_no_scale():
    assert error_of_naive(np.array([8.0, 9.0]), [8.0, 9.0]) is None
    assert metric_named("forecasting", "mase", scale=None).compute(np.ones(3), np.zeros(3)) is None


@given(st.integers(0, 2**32 - 1))
def test_the_margin_holds_as_often_as_it_says(seed):
    draw = np.random.default_rng(seed)
    held = [abs(draw.normal()) <= conformal_margin(abs(draw.normal(size=39)), 0.9) for _case in range(400)]

    assert 0.8 < np.mean(held) < 0.99


def test_too_few_periods_give_no_margin():
    assert conformal_margin(np.ones(8), 0.9) is None
    assert conformal_margin(np.arange(9.0), 0.9) == 8.0
