"""The days of the table of predictions: made ahead, dropped once nobody may keep them.

Rows whose day was not made fall into a table that takes the rest: none is lost if the clock stopped, and they are moved
once their day is made.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

TABLE = "inference_prediction"
REST = f"{TABLE}_rest"
AHEAD = timedelta(days=7)
NAME = re.compile(rf"{TABLE}_(\d{{8}})")


def make_ahead(*, now: datetime) -> int:
    """Make the days to come that are not there yet, and those of the rows that fell into the rest; how many."""
    today = now.astimezone(UTC).date()
    wanted = {today + timedelta(days=number) for number in range(AHEAD.days + 1)} | set(_days_of_rest())
    missing = sorted(wanted - set(days()))
    for day in missing:
        _make(day)
    return len(missing)


def days() -> list[date]:
    """Those that have a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE])
        found = [NAME.fullmatch(name.strip('"')) for (name,) in cursor.fetchall()]
    return sorted(datetime.strptime(match[1], "%Y%m%d").replace(tzinfo=UTC).date() for match in found if match)


def drop_before(day: date, *, dry_run: bool = False) -> int:
    """Drop the days before this one; how many."""
    old = [each for each in days() if each < day]
    if not dry_run:
        for each in old:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE {_name(each)}")
    return len(old)


def _make(day: date) -> None:
    """One transaction: whoever writes meanwhile waits for it, and finds the day."""
    name, bounds = _name(day), [day.isoformat() + "T00:00Z", (day + timedelta(days=1)).isoformat() + "T00:00Z"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {REST} WHERE predicted_at >= %s AND predicted_at < %s RETURNING *) "  # noqa: S608 -- our own names
            f"INSERT INTO {name} SELECT * FROM moved",
            bounds,
        )
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds)


def _days_of_rest() -> Iterator[date]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT (predicted_at AT TIME ZONE 'UTC')::date FROM {REST}")  # noqa: S608
        yield from [day for (day,) in cursor.fetchall()]


def _name(day: date) -> str:
    return f"{TABLE}_{day:%Y%m%d}"
