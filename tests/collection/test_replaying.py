"""Records of different shapes, and those that were set aside, read again."""

from io import BytesIO

import pytest

from apps.collection.collecting import collect
from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.base import Batch, SourceColumn, Stream
from apps.collection.connectors.texts import text_batch
from apps.collection.enums import RunState
from apps.collection.exceptions import RunNotReplayable
from apps.collection.models import Run
from apps.collection.requesting import replay_rejections, request_run
from apps.collection.sourcing import change_source, create_source, keep_upload, open_source
from tests.collection.running import collected, landed
from tests.collection.tiny import TINY, Tiny

pytestmark = pytest.mark.django_db(transaction=True)


# --- Records of different shapes ------------------------------------------------------------------
class Sparse(Tiny):
    def discover(self, config):
        return [Stream(name="all", columns=(SourceColumn(name="a"), SourceColumn(name="b")), is_sparse=True)]

    def read(self, config, part, cursor):
        yield Batch(rows=text_batch([{"a": 1}], ["a"], rows=[1]), cursor={"row": 1})
        yield Batch(rows=text_batch([{"a": 2, "c": True}], ["a", "c"], rows=[2]), cursor={"row": 2})


def test_records_that_lack_columns_or_bring_others_land_all_the_same(monkeypatch, lake_folder):
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Sparse())

    run = collected()

    first, second = landed([run], lake_folder)
    assert (first["a"], first["b"], second["c"]) == ("1", None, "true")
    assert run.new_columns == ["c"]


def test_a_column_that_comes_here_and_there_holds_nothing(monkeypatch):
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Sparse())
    source = collected().source

    def read(self, config, part, cursor):
        yield Batch(rows=text_batch([{"a": 1, "b": 2}], ["a", "b"], rows=[1]), cursor={"row": 1})

    monkeypatch.setattr(Sparse, "read", read)

    again = collect(run_id=request_run(source=source, by=None).pk)

    assert (again.state, again.judged.warnings) == (RunState.SUCCEEDED, [])


def test_a_new_column_does_not_land_where_columns_were_chosen(monkeypatch, lake_folder):
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, Sparse())

    run = collected(columns=["a"])

    assert set(landed([run], lake_folder)[1]) == {"a", "_run", "_part", "_seq", "_row"}


# --- Replaying the quarantine ---------------------------------------------------------------------
@pytest.fixture
def misread():
    """A run of a file whose encoding was said wrong: one record in three is in quarantine."""
    lines = [f"{number};Besançon" if number % 3 == 0 else f"{number};Dole" for number in range(1, 31)]
    content = ("id;ville\n" + "\n".join(lines) + "\n").encode("cp1252")
    stored = keep_upload(file=BytesIO(content), name="villes.csv")
    config = {"upload": {"digest": stored.digest, "name": stored.name}, "encoding": "utf-8"}
    asked = {"purpose": "Testing", "legal_basis": "no_personal_data", "max_rejected_share": 50}
    source = open_source(source=create_source(name="Villes", kind="file", config=config, by=None, **asked), by=None)
    return collect(run_id=request_run(source=source, by=None).pk)


def test_what_was_set_aside_is_read_again_with_better_settings_and_added(misread, lake_folder):
    assert (misread.rows_kept, misread.rows_rejected) == (20, 10)
    config = misread.source.config | {"encoding": "windows-1252"}
    change_source(source=misread.source, changes={"config": config}, by=None)

    replay = collect(run_id=replay_rejections(run=misread, by=None).pk)

    assert (replay.mode, replay.state, replay.rows_kept, replay.rows_rejected) == ("replay", "succeeded", 10, 0)
    rows = landed([misread, replay], lake_folder)
    assert sorted(int(row["id"]) for row in rows) == [*range(1, 31)]
    assert list(misread.source.feeding_runs()) == [replay, misread]


def test_what_was_replayed_or_is_no_longer_used_is_not_replayed_again(misread):
    config = misread.source.config | {"encoding": "windows-1252"}
    change_source(source=misread.source, changes={"config": config}, by=None)
    collect(run_id=replay_rejections(run=misread, by=None).pk)

    with pytest.raises(RunNotReplayable):
        replay_rejections(run=misread, by=None)
    collect(run_id=request_run(source=misread.source, by=None).pk)
    with pytest.raises(RunNotReplayable):
        replay_rejections(run=Run.objects.get(pk=misread.pk), by=None)


@pytest.mark.parametrize("change", [{"header": False}, {"skip_lines": 3}, {"quote": "single"}])
def test_records_that_are_no_longer_cut_the_same_are_not_replayed(misread, change):
    config = misread.source.config | {"encoding": "windows-1252"} | change
    change_source(source=misread.source, changes={"config": config}, by=None)

    replay = collect(run_id=replay_rejections(run=misread, by=None).pk)

    assert (replay.state, replay.error_code, replay.rows_kept) == (RunState.FAILED, "source_not_replayable", 0)


def test_only_a_run_that_passed_with_rejects_is_replayed():
    with pytest.raises(RunNotReplayable):
        replay_rejections(run=collected(), by=None)
