"""Rhythms: what people choose, what cron says, and what both are called."""

from datetime import time

import pytest

from apps.collection.rhythms import Every, Rhythm


@pytest.mark.parametrize(
    ("cron", "every", "said"),
    [
        ("0 * * * *", Every.HOUR, "Each hour, at minute 0"),
        ("15 * * * *", Every.HOUR, "Each hour, at minute 15"),
        ("30 6 * * *", Every.DAY, "Each day at 06:30"),
        ("0 7 * * 1-5", Every.WORKDAY, "From Monday to Friday at 07:00"),
        ("0 7 * * 1", Every.WEEK, "Each Monday at 07:00"),
        ("0 7 * * 0", Every.WEEK, "Each Sunday at 07:00"),
        ("5 23 28 * *", Every.MONTH, "Day 28 of each month at 23:05"),
        ("0 4 L * *", Every.MONTH, "The last day of each month at 04:00"),
    ],
)
def test_a_rhythm_that_people_know_is_named_and_written_back_as_it_was(cron, every, said):
    rhythm = Rhythm.of(cron)

    made = Rhythm.made(every=rhythm.every, at=rhythm.at, weekday=rhythm.weekday, day=rhythm.day)

    assert (rhythm.every, str(rhythm)) == (every, said)
    assert made.cron == cron


@pytest.mark.parametrize(
    "cron",
    [
        "*/5 * * * *",
        "0 6,18 * * *",
        "0 6 1 1 *",
        "0 6 30 * *",
        "0 6 1 * 1",
        "0 24 * * *",
        "75 * * * *",
        "",
        "0 6 * * 7",
    ],
)
def test_any_other_cron_is_shown_as_it_is(cron):
    rhythm = Rhythm.of(cron)

    assert (rhythm.every, rhythm.cron) == (Every.OTHER, cron)
    assert cron in str(rhythm)


def test_spaces_of_a_cron_mean_nothing():
    assert Rhythm.of("  0  6 * *   * ").every == Every.DAY
    assert Rhythm.made(every=Every.OTHER, at=time(0), weekday=0, day="1", cron=" 0  6 * * * ").cron == "0 6 * * *"
