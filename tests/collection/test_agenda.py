"""What the clock will start: pure, at an instant that is given."""

from datetime import UTC, datetime, timedelta

from apps.collection.agenda import LINES_OF_ONE_SOURCE, runs_to_come
from apps.collection.models import Source

NOW = datetime(2026, 11, 19, 9, 14, tzinfo=UTC)
DAY = timedelta(days=1)


def source(name, cron, **fields):
    return Source(name=name, cron=cron, time_zone="UTC", is_scheduled=True, **fields)


def test_the_nearest_come_first():
    due = runs_to_come([source("Soir", "0 20 * * *"), source("Midi", "0 12 * * *")], now=NOW, within=DAY)

    assert [(each.source.name, each.at.hour) for each in due] == [("Midi", 12), ("Soir", 20)]


def test_what_is_later_is_left_out():
    assert runs_to_come([source("Mois", "0 0 1 * *")], now=NOW, within=DAY) == []


def test_a_source_that_runs_all_the_time_is_one_line():
    (due,) = runs_to_come([source("Minute", "* * * * *")], now=NOW, within=DAY)

    assert due.is_first_of_many
    assert due.at == NOW + timedelta(minutes=1)


def test_a_source_that_runs_a_few_times_is_as_many_lines():
    due = runs_to_come([source("Jour", "0 6 * * *")], now=NOW, within=7 * DAY)

    assert len(due) == LINES_OF_ONE_SOURCE
    assert not any(each.is_first_of_many for each in due)


def test_a_schedule_that_cannot_be_read_starts_nothing():
    assert runs_to_come([source("Faux", "tous les jours")], now=NOW, within=DAY) == []
