"""A forecast is trained on the periods of a dataset, from its rows to its report."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.inference.declaring import create_model
from apps.inference.enums import Period
from apps.inference.evaluating import Report
from apps.inference.exceptions import ModelRefused
from apps.inference.forms.written import read_spec, write_spec
from apps.inference.frames import read_series
from apps.inference.series import day_of
from tests.inference.train_factories import A_WEEK, forecast, make_model, trained, visits, visits_dataset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]


def report_of(training) -> Report:
    return Report.from_json(training.evaluation.report)


def test_a_week_is_learnt_and_foretold_better_than_the_week_before_says():
    dataset = visits_dataset()
    spec = forecast(dataset.slug, gates=[{"metric": "mase", "at_most": 0.95}])

    done = trained(make_model(spec))

    assert (done.state, done.error_code) == ("passed", "")
    report, version = report_of(done), done.version
    mase = report.score("mase")
    assert mase.model.low < mase.model.value < mase.model.high < 1
    assert mase.over_baseline.is_better
    assert mase.over_baseline.is_sure
    assert report.score("mae").baseline.value > report.score("mae").model.value
    assert [field.name for field in version.signed.fields] == [
        "made_on",
        *(f"people_{each}" for each in (7, 14, 21, 28)),
    ]
    assert (version.signed.output.name, version.signed.output.unit, version.format) == ("people", "people", "onnx")
    assert "made_on" not in version.profile["fields"]
    assert [check.name for check in done.judged.warnings] == []


def test_its_report_tells_what_happened_and_what_was_foretold_of_the_latest_days():
    dataset = visits_dataset(*visits(400))

    report = report_of(trained(make_model(forecast(dataset.slug))))

    told, yesterday = report.forecast, timezone.now().date() - timedelta(days=1)
    last = yesterday - timedelta(days=yesterday.weekday() == 6)  # nobody comes on Sundays
    assert (told.period, told.season, told.coverage) == ("day", 7, 0.9)
    assert told.periods[-1].day == last.isoformat()
    assert len(told.periods) == report.data.rows_test
    assert 0 < told.margin < max(A_WEEK)
    within = [abs(each.truth - each.answer) <= told.margin for each in told.periods]
    assert 0.9 <= sum(within) / len(within) < 0.95
    assert report.data.split == "time"


def test_days_without_a_row_count_for_nought_and_today_does_not_count():
    rows = visits(10)
    today = {**rows[-1], "ticket": "T99999", "made_on": timezone.now().date().isoformat()}
    dataset = visits_dataset(*rows, today)
    spec = forecast(dataset.slug, said={"aggregate": "count"}, target={"label": "Visits"})

    series = read_series(dataset.current_version, spec, spec.forecast)

    found = {day_of(rank, Period.DAY): series.at(rank) for rank in series.ranks}
    assert set(found.values()) == {0.0, 2.0}
    assert {day.weekday() for day, number in found.items() if not number} == {6}
    assert timezone.now().date() not in found


def test_a_condition_and_a_query_choose_the_rows_that_periods_are_made_of():
    dataset = visits_dataset(*visits(30))
    few = {"dataset": dataset.slug, "entity": "visit", "where": "email = '0@b.example'"}
    joined = {"dataset": dataset.slug, "query": "SELECT made_on, people * 2 AS twice FROM visit;"}
    counted = forecast(dataset.slug, said={"aggregate": "count"}, target={}, data=few)
    doubled = forecast(dataset.slug, target={"name": "twice"}, data=joined)
    plain = forecast(dataset.slug)

    one, two, three = (read_series(dataset.current_version, spec, spec.forecast) for spec in (counted, doubled, plain))

    assert set(one.values) <= {0.0, 1.0}
    assert two.values == tuple(2 * value for value in three.values)


def test_a_history_that_is_too_short_is_told():
    dataset = visits_dataset(*visits(30))

    done = trained(make_model(forecast(dataset.slug)))

    assert (done.state, done.error_code) == ("failed", "training_too_few_rows")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"said": {"time": "people"}, "target": {"name": "ticket"}}, "forecast.time"),
        ({"said": {"time": "gone"}}, "forecast.time"),
        ({"target": {"name": "email"}}, "target.name"),
        ({"slices": ["email"]}, "slices[0]"),
        ({"metric": "accuracy"}, "metric"),
        ({"estimator": {"name": "naive_bayes"}}, "estimator.name"),
    ],
)
def test_what_does_not_fit_the_dataset_is_told_where_it_is(changes, place):
    dataset = visits_dataset(*visits(3))

    with pytest.raises(ModelRefused) as refusal:
        create_model(slug="visits", name="Visits", spec=forecast(dataset.slug, **changes), by=None)

    assert place in [fault.place for fault in refusal.value.faults]


def test_the_catalogue_gives_it_the_estimators_of_numbers():
    dataset = visits_dataset(*visits(120))
    trees = {"name": "gradient_boosting_regressor", "search": {"max_iter": [20, 40]}}

    done = trained(make_model(forecast(dataset.slug, estimator=trees, metric="mase", split={"test_share": 0.4})))

    assert done.error_code == ""
    assert len(report_of(done).trials) == 2
    assert all(trial.score for trial in report_of(done).trials)


def test_a_year_of_months_is_enough_to_judge_by_and_a_season_gives_nothing_away():
    months = [(2021 + at // 12, 1 + at % 12) for at in range(62)]
    rows = [
        {"ticket": f"T{at}", "made_on": f"{year}-{month:02d}-15", "people": str(10 * month), "email": ""}
        for at, (year, month) in enumerate(months)
    ]
    dataset = visits_dataset(*rows)
    said = {"period": "month", "horizon": 3}

    done = trained(make_model(forecast(dataset.slug, said=said, split={"test_share": 0.28})))

    checks = {check.name: check for check in done.judged.checks}
    assert (done.rows_train + done.rows_test, done.rows_test) == (50, 13)
    assert (checks["test_rows"].passed, checks["test_rows"].expected) == (True, "12")
    assert (checks["train_rows"].passed, checks["train_rows"].expected) == (True, "24")
    assert "one_field_tells" not in checks
    # What comes again for sure is said by the season before: nothing is better.
    assert not checks["better_than_baseline"].passed
    assert report_of(done).score("mase") is None


def test_a_forecast_is_written_in_yaml_and_read_again():
    spec = forecast("visits", said={"lags": [7, 14]}, gates=[{"metric": "mase", "at_most": 1}])

    assert read_spec(write_spec(spec)) == spec
    assert "features" not in write_spec(spec)
