"""Runs that read what is new, and backfills."""

from dataclasses import replace
from typing import ClassVar

import pytest
from django.utils import timezone

from apps.collection.collecting import collect
from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.base import Batch, Part, Reading, SourceColumn, Stream
from apps.collection.connectors.texts import text_batch
from apps.collection.enums import LoadMode, RunMode, RunState
from apps.collection.exceptions import NotIncremental
from apps.collection.models import Run
from apps.collection.requesting import request_run
from tests.collection.factories import SourceFactory
from tests.collection.running import collected
from tests.collection.tiny import TINY, Tiny

pytestmark = pytest.mark.django_db(transaction=True)


class News(Tiny):
    """Records numbered from 1; those above the bookmark are new. `shown` says how many there are now."""

    shown: ClassVar[int] = 5

    def discover(self, config):
        return [Stream(name="all", columns=(SourceColumn(name="id"), SourceColumn(name="value")), is_sparse=True)]

    def partitions(self, config, stream, window):
        since = int(window.since or (window.bookmark or {}).get("high", 0))
        until = int(window.until or self.shown)
        return Reading(parts=(Part(key="new", details={"since": since, "until": until}),), bookmark={"of": "news"})

    def read(self, config, part, cursor):
        ids = [*range(max(part.details["since"], 1), part.details["until"] + 1)]
        records = [{"id": number, "value": f"seen among {self.shown}"} for number in ids]
        batch = text_batch(records, ["id", "value"], rows=range(1, len(ids) + 1))
        yield Batch(rows=batch, cursor={"done": True}, high=max(ids, default=None))


@pytest.fixture
def news(monkeypatch):
    connector = News()
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, connector)
    return connector


@pytest.fixture
def source(news):
    return SourceFactory(mode=LoadMode.INCREMENTAL, key_columns=["id"], config={})


def collected_again(source, news, *, shown, **window):
    news.shown = shown
    return collect(run_id=request_run(source=source, by=None, **window).pk)


def test_the_first_run_reads_everything_and_the_next_what_came_since(source, news, lake_folder):
    first = collected_again(source, news, shown=5)
    second = collected_again(source, news, shown=8)
    third = collected_again(source, news, shown=8)

    assert [run.mode for run in (first, second, third)] == [RunMode.FULL, RunMode.INCREMENTAL, RunMode.INCREMENTAL]
    assert [run.rows_kept for run in (first, second, third)] == [5, 4, 1]  # the lower bound is included
    assert third.bookmark == {"of": "news", "high": 8}
    assert set(source.feeding_runs()) == {first, second, third}


def test_a_run_that_failed_leaves_the_bookmark_where_it_was(source, news):
    collected_again(source, news, shown=5)
    failed = request_run(source=source, by=None)
    Run.objects.filter(pk=failed.pk).update(state=RunState.FAILED, finished_at=timezone.now(), bookmark={"high": 99})

    assert collected_again(source, news, shown=7).rows_kept == 3


def test_a_backfill_reads_its_window_and_moves_nothing(source, news):
    collected_again(source, news, shown=9)

    backfill = collected_again(source, news, shown=9, since="2", until="4")
    after = collected_again(source, news, shown=10)

    assert (backfill.mode, backfill.rows_kept) == (RunMode.BACKFILL, 3)
    assert after.rows_kept == 2


def test_when_the_full_run_is_forgotten_everything_is_read_again(source, news):
    full = collected_again(source, news, shown=5)
    collected_again(source, news, shown=6)
    Run.objects.filter(pk=full.pk).update(segments_deleted_at=timezone.now())

    assert not source.feeding_runs().exists()
    assert collected_again(source, news, shown=6).mode == RunMode.FULL


def test_what_is_read_whole_each_time_has_no_backfill():
    with pytest.raises(NotIncremental):
        request_run(source=SourceFactory(), by=None, since="2020-01-01")


def test_the_key_of_a_run_is_pinned_with_it(source, news):
    run = collected_again(source, news, shown=5)

    assert run.plan["key"] == ["id"]


def test_other_settings_read_everything_again(source, news):
    collected_again(source, news, shown=5)
    source.config = {"batch": 7}
    source.save()

    assert collected_again(source, news, shown=5).mode == RunMode.FULL


def test_everything_can_be_asked_for_again(source, news):
    collected_again(source, news, shown=5)
    full = collected_again(source, news, shown=6, is_full=True)

    assert (full.mode, full.rows_kept) == (RunMode.FULL, 6)
    assert list(source.feeding_runs()) == [full]


def test_a_source_that_cannot_say_what_is_new_is_told_so(monkeypatch):
    run = collected(mode=LoadMode.INCREMENTAL, key_columns=["name"])

    assert (run.state, run.error_code) == (RunState.FAILED, "source_not_incremental")


def test_a_run_of_what_is_new_may_find_nothing(source, news):
    collected_again(source, news, shown=5)
    monkey = news.partitions
    news.partitions = lambda config, stream, window: replace(monkey(config, stream, window), parts=())

    assert collected_again(source, news, shown=5).state == RunState.SUCCEEDED
