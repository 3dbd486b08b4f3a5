"""Hours that are counted, windows that are judged, alerts that open and close."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection

from apps.inference.drift.counting import count
from apps.inference.enums import Slot, Window
from apps.inference.models import DriftAlert, DriftReport, TrafficHour
from apps.inference.watching import add_traffic, end_of, forget_old_traffic, traffic_of, watch_models
from tests.inference.watch.factories import make_model, make_version, serve
from tests.inference.watch.test_comparing import PROFILE, SIGNATURE, answers, rows

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def version():
    model = make_model()
    version = make_version(model)
    serve(model, version)
    return version


def ask(version, at, *, size=600, slot=Slot.CHAMPION, **more):
    """So many rows asked at this instant."""
    counts = count(PROFILE, rows(size, seed=at.hour + size, **more), answers(size, at.hour), SIGNATURE)
    add_traffic(version_id=version.pk, slot=slot, at=at, rows=size, counts=counts)


def test_requests_of_one_hour_are_one_row_and_windows_are_sums(version):
    ask(version, NOON + timedelta(minutes=5))
    ask(version, NOON + timedelta(minutes=50), size=100)
    ask(version, NOON + HOUR, size=7)

    assert TrafficHour.objects.count() == 2
    assert traffic_of(version, slot=Slot.CHAMPION, since=NOON, until=NOON + HOUR)["rows"] == 700
    assert traffic_of(version, slot=Slot.CHAMPION, since=NOON, until=NOON + 2 * HOUR)["rows"] == 707
    assert traffic_of(version, slot=Slot.SHADOW, since=NOON, until=NOON + HOUR) is None


def test_one_strange_window_is_not_a_drift(version):
    ask(version, NOON)
    ask(version, NOON + HOUR, mean=60.0)

    watch_models(now=NOON + 2 * HOUR)

    report = DriftReport.objects.get(window=Window.HOUR)
    assert (report.rows, report.is_enough) == (600, True)
    assert {each["name"] for each in report.drifts if each["psi"] > 0.2} == {"age"}
    assert not DriftAlert.objects.exists()


def test_two_strange_windows_in_a_row_open_one_alert_which_a_usual_one_closes(version):
    for hours in range(3):
        ask(version, NOON + hours * HOUR, mean=60.0)
        watch_models(now=NOON + (hours + 1) * HOUR)

    alert = DriftAlert.objects.get(window=Window.HOUR)
    assert [each["name"] for each in alert.drifted] == ["age"]
    assert (alert.opened_at, alert.closed_at) == (NOON + 2 * HOUR, None)

    ask(version, NOON + 3 * HOUR)
    watch_models(now=NOON + 4 * HOUR)
    alert.refresh_from_db()
    assert alert.closed_at == NOON + 4 * HOUR


def test_few_rows_say_nothing(version):
    for hours in range(2):
        ask(version, NOON + hours * HOUR, size=400, mean=90.0)
        watch_models(now=NOON + (hours + 1) * HOUR)

    assert not DriftReport.objects.filter(window=Window.HOUR, is_enough=True).exists()
    assert not DriftAlert.objects.filter(window=Window.HOUR).exists()


def test_a_window_is_reported_on_once(version):
    ask(version, NOON)

    first, second = (watch_models(now=NOON + HOUR + timedelta(minutes=each)) for each in (1, 9))

    # An hour and a day; the week ended at midnight, before anything was asked.
    assert (first, second) == (2, 0)


def test_what_answers_beside_is_not_what_people_get(version):
    for hours in range(2):
        ask(version, NOON + hours * HOUR, slot=Slot.SHADOW, mean=90.0)

    assert watch_models(now=NOON + 2 * HOUR) == 0


def test_weeks_end_at_midnight_and_the_rest_at_the_hour():
    at = NOON + timedelta(minutes=17)

    assert end_of(Window.HOUR, at) == end_of(Window.DAY, at) == NOON
    assert end_of(Window.WEEK, at) == NOON.replace(hour=0)


def test_old_counts_are_forgotten(version):
    ask(version, NOON)
    watch_models(now=NOON + HOUR)

    assert forget_old_traffic(now=NOON + timedelta(days=300)) == 0
    assert forget_old_traffic(now=NOON + timedelta(days=500)) == 3
    assert not TrafficHour.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_processes_that_count_at_once_lose_nothing(version):
    def keep_asking():
        try:
            for _time in range(10):
                ask(version, NOON, size=10)
        finally:
            connection.close()

    threads = [Thread(target=keep_asking) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    hour = TrafficHour.objects.get()
    assert hour.rows == hour.counts["rows"] == 400
    assert sum(hour.counts["fields"]["kind"]["counts"].values()) == 400
