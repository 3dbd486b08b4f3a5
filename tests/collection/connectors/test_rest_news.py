"""Only what is new: from where the last run read, up to when this one starts, and nothing lost in between."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.collection.connectors.base import Window
from apps.collection.connectors.rest import RestConnector
from apps.collection.connectors.rest.bounds import pin
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.exceptions import BoundNotUsable, CursorFieldMissing, CursorFieldUnclear
from tests.collection.connectors.api import Api, as_json

REST = RestConnector()
NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
INSTANT = "2024-05-01T10:00:00Z"


def run(config: RestConfig, window: Window | None = None):
    """What a run reads, and the bookmark that the runner would keep of it."""
    reading = REST.partitions(config, config.name, window or Window())
    batches = list(REST.read(config, reading.parts[0], None))
    highs = [batch.high for batch in batches if batch.high is not None]
    bookmark = dict(reading.bookmark or {}) | ({"high": max(highs)} if highs else {})
    return [int(row["id"]) for batch in batches for row in batch.rows.to_pylist()], bookmark


def dated(rank: int, at: datetime) -> dict:
    return {"id": rank, "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "name": "x"}


def heeding(api: Api):
    """Serve the records that are not before `since`, as an API does that knows of it."""

    def answer(params):
        rows = [row for row in api.rows if str(row.get("at") or "9") >= params.get("since", "")]
        start = int(params.get("offset", 0))
        return as_json({"items": rows[start : start + 10]})

    return api.serve("/table", answer)


@pytest.mark.parametrize("is_heeded", [True, False])
def test_the_next_run_reads_from_the_highest_value_included(api: Api, is_heeded):
    now = datetime.now(UTC)
    api.rows = [dated(rank, now - timedelta(hours=30 - rank)) for rank in range(1, 26)]
    options = {"since_param": "since"} if is_heeded else {}
    config = RestConfig(url=heeding(api), pagination="offset", cursor_field="at", **options)

    first, bookmark = run(config)
    api.rows += [dated(rank, now - timedelta(minutes=60 - rank)) for rank in range(26, 31)]
    api.asked.clear()
    second, after = run(config, Window(bookmark=bookmark))

    assert first == list(range(1, 26))
    assert second == list(range(25, 31))
    assert after["high"] > bookmark["high"]
    asked = {params.get("since") for params in api.asked[1:]}
    assert asked == ({api.rows[24]["at"]} if is_heeded else {None})


def test_the_lag_reads_again_what_may_have_come_late(api: Api):
    now = datetime.now(UTC)
    api.rows = [dated(rank, now - timedelta(hours=30 - rank)) for rank in range(1, 26)]
    config = RestConfig(url=heeding(api), pagination="offset", cursor_field="at", since_param="since", lag=7200)
    _found, bookmark = run(config)

    found, _bookmark = run(config, Window(bookmark=bookmark))

    assert found == [23, 24, 25]


def test_what_comes_while_a_run_reads_is_for_the_next_one(api: Api):
    now = datetime.now(UTC)
    api.rows = [dated(1, now - timedelta(hours=1)), dated(2, now + timedelta(minutes=5))]
    config = RestConfig(url=heeding(api), pagination="offset", cursor_field="at")

    found, bookmark = run(config)

    assert found == [1]
    assert bookmark["high"].startswith(api.rows[0]["at"][:19])


@pytest.mark.parametrize("value", [None, "soon", "9999-12-31T00:00:00Z", "2101-01-01T00:00:00Z"])
def test_a_value_that_says_nothing_does_not_keep_its_record_out_nor_move_the_bookmark(api: Api, value):
    now = datetime.now(UTC)
    api.rows = [dated(1, now - timedelta(hours=1)), {"id": 2, "at": value}, {"id": 3}]
    config = RestConfig(url=heeding(api), pagination="offset", cursor_field="at")
    first, bookmark = run(config)

    second, after = run(config, Window(bookmark=bookmark))

    assert first == second == [1, 2, 3]
    assert after["high"] == bookmark["high"] < "2100"


def test_a_run_that_finds_nothing_new_keeps_the_bookmark(api: Api):
    now = datetime.now(UTC)
    api.rows = [dated(rank, now - timedelta(hours=5)) for rank in range(1, 4)]
    config = RestConfig(url=heeding(api), pagination="offset", cursor_field="at", since_param="since")
    _found, bookmark = run(config)
    api.rows = []

    found, after = run(config, Window(bookmark=bookmark))

    assert (found, after) == ([], bookmark)


def test_a_backfill_reads_between_its_two_bounds_included(api: Api):
    api.rows = [dated(rank, datetime(2024, 5, rank, 10, tzinfo=UTC)) for rank in range(1, 26)]
    config = RestConfig(
        url=heeding(api), pagination="offset", cursor_field="at", since_param="since", until_param="until"
    )
    api.asked.clear()

    found, _bookmark = run(config, Window(since="2024-05-05", until="2024-05-07"))

    assert found == [5, 6, 7]
    assert api.asked[-1]["since"] == "2024-05-05T00:00:00Z"
    assert api.asked[-1]["until"] == "2024-05-08T00:00:00Z"


def test_numbers_are_read_from_the_highest_one(api: Api):
    config = RestConfig(url=api.serve("/table", api.by_offset), pagination="offset", cursor_field="id", lag=2)
    first, bookmark = run(config)
    assert (first, bookmark) == (list(range(1, 26)), {"high": 25})

    second, _bookmark = run(config, Window(bookmark=bookmark))

    assert second == [23, 24, 25]


def test_the_highest_value_is_kept_through_an_interruption(api: Api, monkeypatch):
    monkeypatch.setattr("apps.collection.connectors.rest.reading.BATCH_RECORDS", 10)
    api.rows.reverse()
    config = RestConfig(url=api.serve("/table", api.by_offset), pagination="offset", cursor_field="id")
    part = REST.partitions(config, config.name, Window()).parts[0]

    first = next(REST.read(config, part, None))
    rest = list(REST.read(config, part, first.cursor))

    assert [batch.high for batch in rest] == [25, 25]


def test_a_field_that_no_record_has_is_an_error_that_says_what_they_have(api: Api):
    config = RestConfig(url=api.serve("/table", api.by_offset), pagination="offset", cursor_field="updated_at")

    with pytest.raises(CursorFieldMissing) as raised:
        run(config)

    assert raised.value.details == {"field": "updated_at", "found": "id, name, score"}


def test_a_field_that_cannot_be_compared_is_an_error(api: Api):
    config = RestConfig(url=api.serve("/table", api.by_offset), pagination="offset", cursor_field="name")

    with pytest.raises(CursorFieldUnclear):
        run(config)


def test_a_bound_that_is_not_one_is_an_error(api: Api):
    config = RestConfig(url=api.serve("/table", api.by_offset), pagination="offset", cursor_field="id")

    with pytest.raises(BoundNotUsable):
        run(config, Window(since="yesterday"))


def bounds(like, *, high=None, now=NOW, window=None, **settings):
    config = RestConfig(url="https://example.org", cursor_field="at", since_param="a", until_param="b", **settings)
    window = window or Window(bookmark={"high": high} if high is not None else None)
    return pin(config, values=[None, like], window=window, now=now).params(config)


@pytest.mark.parametrize(
    ("like", "high", "said", "expected"),
    [
        (INSTANT, None, {}, {"b": "2024-06-01T12:00:00Z"}),
        (INSTANT, "2024-05-01T10:00:00.250000+00:00", {}, {"a": "2024-05-01T10:00:00Z", "b": "2024-06-01T12:00:00Z"}),
        ("2024-05-01T10:00:00.123Z", "2024-05-01T10:00:00.250000+00:00", {}, {"a": "2024-05-01T10:00:00.250Z"}),
        ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00+00:00", {}, {"a": "2024-05-01T10:00:00+00:00"}),
        ("2024-05-01 10:00:00", "2024-05-01T10:00:00+00:00", {}, {"a": "2024-05-01 10:00:00"}),
        (INSTANT, "2024-05-01T10:00:00+00:00", {"lag": 60}, {"a": "2024-05-01T09:59:00Z"}),
        (INSTANT, "2024-05-01T10:00:00+00:00", {"bound_format": "date"}, {"a": "2024-05-01", "b": "2024-06-01"}),
        (INSTANT, "2024-05-01T10:00:00+00:00", {"bound_format": "seconds"}, {"a": 1714557600, "b": 1717243200}),
        (INSTANT, "2024-05-01T10:00:00+00:00", {"bound_format": "milliseconds"}, {"a": 1714557600000}),
        ("2024-05-01", "2024-05-01", {"lag": 2}, {"a": "2024-04-29"}),
        ("2024-05-01", "2024-05-01", {"bound_format": "instant"}, {"a": "2024-05-01T00:00:00Z"}),
        (1714557600, 1714557600, {"cursor_kind": "seconds", "lag": 60}, {"a": 1714557540, "b": 1717243200}),
        (
            1714557600000,
            1714557600000,
            {"cursor_kind": "milliseconds", "lag": 60, "bound_format": "instant"},
            {"a": "2024-05-01T09:59:00Z"},
        ),
        (41, 41, {"lag": 1}, {"a": 40}),
        ("41", 41, {}, {"a": 41}),
    ],
)
def test_bounds_are_written_as_the_records_are_or_as_asked(like, high, said, expected):
    params = bounds(like, high=high, **said)

    assert params | expected == params


def test_an_instant_without_an_offset_is_not_taken_for_the_future_by_a_clock_elsewhere():
    assert bounds("2024-06-01 14:00:00")["b"] == "2024-06-02 02:00:00"


def test_numbers_have_no_upper_bound():
    assert bounds(41) == {}
