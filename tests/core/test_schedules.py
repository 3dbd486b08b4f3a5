"""What the clock starts: when, once, and whatever happens to its neighbours."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.core.schedules import (
    LAST_TICK,
    InvalidSchedule,
    dispatch_schedules,
    last_tick,
    next_run,
    upcoming_runs,
    validate_cron,
    validate_time_zone,
)
from tests.core.testapp.models import Chore, Errand

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def chore(cron="0 * * * *", **fields):
    return Chore.objects.create(**{"cron": cron, "is_scheduled": True, "time_zone": "UTC", **fields})


def hours_of(runs):
    return [run.strftime("%d %H:%M %Z") for run in runs]


def test_the_next_run_is_strictly_after_the_instant_and_in_the_zone_of_the_schedule():
    run = next_run("0 9 * * *", "Europe/Paris", after=datetime(2026, 1, 5, 8, tzinfo=UTC))

    assert run == datetime(2026, 1, 6, 9, tzinfo=PARIS)
    assert run.tzinfo == PARIS


def test_in_spring_a_run_at_an_hour_that_does_not_exist_comes_when_that_hour_is_skipped():
    runs = upcoming_runs("30 2 * * *", "Europe/Paris", after=datetime(2026, 3, 28, 12, tzinfo=PARIS), count=2)

    assert hours_of(runs) == ["29 03:00 CEST", "30 02:30 CEST"]


def test_in_autumn_a_run_at_an_hour_that_comes_twice_runs_the_first_time_only():
    runs = upcoming_runs("30 2 * * *", "Europe/Paris", after=datetime(2026, 10, 24, 12, tzinfo=PARIS), count=2)

    assert hours_of(runs) == ["25 02:30 CEST", "26 02:30 CET"]


def test_in_autumn_a_daily_run_does_not_come_back_during_the_repeated_hour():
    between = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 in Paris, the second time

    run = next_run("30 2 * * *", "Europe/Paris", after=between)

    assert hours_of([run]) == ["26 02:30 CET"]


def test_an_hourly_run_comes_each_real_hour_of_the_longest_night():
    runs = upcoming_runs("0 * * * *", "Europe/Paris", after=datetime(2026, 10, 25, 1, tzinfo=PARIS), count=4)

    assert hours_of(runs) == ["25 02:00 CEST", "25 02:00 CET", "25 03:00 CET", "25 04:00 CET"]


def test_an_hourly_run_comes_each_real_hour_of_the_shortest_night():
    runs = upcoming_runs("0 * * * *", "Europe/Paris", after=datetime(2026, 3, 29, 0, 30, tzinfo=PARIS), count=3)

    assert hours_of(runs) == ["29 01:00 CET", "29 03:00 CEST", "29 04:00 CEST"]


@given(
    after=st.datetimes(
        datetime(2024, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
        datetime(2030, 1, 1),  # noqa: DTZ001
        timezones=st.sampled_from([PARIS, UTC, ZoneInfo("Asia/Tokyo")]),
    ),
    cron=st.sampled_from(["30 2 * * *", "*/7 * * * *", "0 1-3 * * SUN", "15,45 2 25-31 * *", "0 0 1 * *"]),
    zone=st.sampled_from(["Europe/Paris", "UTC", "America/New_York", "Australia/Lord_Howe"]),
)
def test_runs_always_go_forward(after, cron, zone):
    first, second = upcoming_runs(cron, zone, after=after, count=2)

    assert after.astimezone(UTC) < first.astimezone(UTC) < second.astimezone(UTC)


@pytest.mark.parametrize("cron", ["", "hello", "* * * *", "* * * * * *", "60 * * * *", "0 0 30 2 *", "@daily"])
def test_a_schedule_that_cannot_be_read_or_never_comes_is_refused(cron):
    with pytest.raises(ValidationError):
        validate_cron(cron)


@pytest.mark.parametrize("zone", ["", "Paris", "../../etc/passwd", "UTC+1"])
def test_a_time_zone_that_does_not_exist_is_refused(zone):
    with pytest.raises(ValidationError):
        validate_time_zone(zone)
    with pytest.raises(InvalidSchedule):
        next_run("0 9 * * *", zone, after=NOW)


def test_a_page_is_told_the_next_five_runs_and_none_of_a_paused_or_broken_row():
    row = Chore(cron="0 9 * * *", time_zone="UTC", is_scheduled=True)

    assert [run.day for run in row.upcoming(after=NOW)] == [3, 4, 5, 6, 7]
    assert Chore(cron="0 9 * * *", time_zone="UTC").upcoming(after=NOW) == []
    assert Chore(cron="nonsense", time_zone="UTC", is_scheduled=True).upcoming(after=NOW) == []


@pytest.mark.django_db
def test_a_row_without_a_schedule_cannot_be_scheduled():
    with pytest.raises(IntegrityError), transaction.atomic():
        chore(cron="")


@pytest.mark.django_db
def test_a_new_row_is_planned_then_started_when_due():
    row = chore()

    assert dispatch_schedules(now=NOW) == 0
    row.refresh_from_db()
    assert row.next_run_at == datetime(2026, 3, 2, 13, tzinfo=UTC)

    assert dispatch_schedules(now=NOW + HOUR) == 1
    row.refresh_from_db()
    assert row.next_run_at == datetime(2026, 3, 2, 14, tzinfo=UTC)
    errand = Errand.objects.get()
    assert (errand.due_at, errand.started_at) == (datetime(2026, 3, 2, 13, tzinfo=UTC), NOW + HOUR)


@pytest.mark.django_db
def test_a_row_is_not_started_twice_in_the_same_hour():
    chore()
    dispatch_schedules(now=NOW)

    started = [dispatch_schedules(now=NOW + HOUR), dispatch_schedules(now=NOW + HOUR + MINUTE)]

    assert started == [1, 0]


@pytest.mark.django_db
def test_runs_missed_while_the_platform_was_down_are_caught_up_once():
    chore()
    dispatch_schedules(now=NOW)

    started = [dispatch_schedules(now=NOW + 9 * HOUR), dispatch_schedules(now=NOW + 9 * HOUR + MINUTE)]

    assert started == [1, 0]
    assert Errand.objects.count() == 1


@pytest.mark.django_db
def test_a_row_that_was_paused_does_not_catch_up_when_it_resumes():
    row = chore()
    dispatch_schedules(now=NOW)
    Chore.objects.update(is_scheduled=False)
    paused = dispatch_schedules(now=NOW + 9 * HOUR)
    Chore.objects.update(is_scheduled=True)

    resumed = dispatch_schedules(now=NOW + 9 * HOUR)

    assert (paused, resumed) == (0, 0)
    row.refresh_from_db()
    assert row.next_run_at == datetime(2026, 3, 2, 22, tzinfo=UTC)


@pytest.mark.django_db
def test_a_schedule_edited_by_any_means_is_planned_again():
    row = chore()
    dispatch_schedules(now=NOW)
    Chore.objects.update(cron="30 6 * * *", time_zone="Europe/Paris")

    dispatch_schedules(now=NOW)

    row.refresh_from_db()
    assert row.next_run_at == datetime(2026, 3, 3, 6, 30, tzinfo=PARIS)


@pytest.mark.django_db
def test_an_invalid_row_shows_its_error_once_and_blocks_no_other(caplog):
    broken, sound = chore(), chore()
    Chore.objects.filter(pk=broken.pk).update(cron="nonsense at all times now")

    dispatch_schedules(now=NOW)
    dispatch_schedules(now=NOW + HOUR)

    broken.refresh_from_db()
    assert broken.schedule_error
    assert broken.next_run_at is None
    assert [errand.chore for errand in Errand.objects.all()] == [sound]
    assert [record.getMessage() for record in caplog.records] == ["schedule_failed"]


@pytest.mark.django_db
def test_a_repaired_row_runs_again_and_forgets_its_error():
    row = chore()
    Chore.objects.update(cron="nonsense at all times now")
    dispatch_schedules(now=NOW)
    Chore.objects.update(cron="0 * * * *")

    dispatch_schedules(now=NOW)

    row.refresh_from_db()
    assert row.schedule_error == ""
    assert dispatch_schedules(now=NOW + HOUR) == 1


@pytest.mark.django_db
def test_a_run_that_a_rule_refuses_is_skipped_and_the_reason_shown():
    row = chore(obstacle="rule")
    dispatch_schedules(now=NOW)

    started = dispatch_schedules(now=NOW + HOUR)

    row.refresh_from_db()
    assert started == 0
    assert row.schedule_error == "rule_violation"
    assert row.next_run_at == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert not Errand.objects.exists()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_why_a_start_failed_is_told_in_the_language_of_whoever_reads(language):
    row = Chore(schedule_error="invalid_schedule")

    with translation.override(language):
        told, expected = row.schedule_problem, translation.gettext("The schedule cannot be read")

    assert told == expected
    assert (told == "The schedule cannot be read") == (language == "en")


@pytest.mark.django_db
def test_a_run_that_fails_unexpectedly_stays_due_records_nothing_and_tells_only_its_type():
    row, sound = chore(obstacle="bug"), chore()
    dispatch_schedules(now=NOW)

    dispatch_schedules(now=NOW + HOUR)

    row.refresh_from_db()
    assert row.schedule_error == "ZeroDivisionError"
    assert row.next_run_at == datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert [errand.chore for errand in Errand.objects.all()] == [sound]
    Chore.objects.update(obstacle="")
    assert dispatch_schedules(now=NOW + HOUR + MINUTE) == 1


@pytest.mark.django_db
def test_dispatching_leaves_the_proof_that_the_clock_is_alive():
    cache.delete(LAST_TICK)
    assert last_tick() is None

    dispatch_schedules(now=NOW)

    assert last_tick() == NOW


@pytest.mark.django_db(transaction=True)
def test_dispatchers_that_run_together_start_each_row_once():
    for _ in range(10):
        chore()
    dispatch_schedules(now=NOW)
    barrier = threading.Barrier(4)

    def dispatch(index):
        try:
            barrier.wait()
            return dispatch_schedules(now=NOW + HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(dispatch, range(4)))

    assert sum(started) == 10
    assert Errand.objects.count() == 10
