"""What was collected goes when its time is over, whatever dies on the way."""

import os
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.models import AuditEvent
from apps.collection import retention
from apps.collection.collecting import collect
from apps.collection.connectors.file.fetching import lake_name
from apps.collection.enums import RunState
from apps.collection.exceptions import RunNotRetryable
from apps.collection.models import Rejection, Run, Segment, StoredFile
from apps.collection.requesting import retry_run
from apps.collection.retention import UNUSED_FILES_ARE_KEPT_FOR, Forgotten, forget_old_runs
from apps.collection.sourcing import keep_upload
from tests.collection.factories import RunFactory, SourceFactory

pytestmark = pytest.mark.django_db(transaction=True)

CONFIG = {"rows": 10, "rejected": [3]}


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def collected(**fields):
    source = SourceFactory(**{"config": CONFIG, "max_rejected_share": 50, "retention_days": 30} | fields)
    return collect(run_id=RunFactory(source=source).pk)


def later(**delay):
    return timezone.now() + timedelta(**delay)


def files_of(lake_folder):
    return sorted(path.name for path in lake_folder.rglob("*") if path.is_file())


def test_what_was_collected_goes_after_the_retention_of_its_source(lake_folder):
    run = collected()

    forgotten = forget_old_runs(now=later(days=30, seconds=1))

    run.refresh_from_db()
    assert forgotten == Forgotten(runs=1, files=0)
    assert (Segment.objects.count(), Rejection.objects.count(), files_of(lake_folder)) == (0, 0, [])
    assert not (lake_folder / "runs" / str(run.pk)).exists()
    assert (run.state, run.rows_kept, run.rows_rejected) == (RunState.SUCCEEDED, 9, 1)
    assert run.segments_deleted_at
    assert not run.source.feeding_runs().exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.details) == ("collected_data_deleted", {"segments": 3, "rejections": 1})


def test_nothing_goes_before(lake_folder):
    collected()

    forgotten = forget_old_runs(now=later(days=29))

    assert forgotten == Forgotten()
    assert (Segment.objects.count(), Rejection.objects.count(), len(files_of(lake_folder))) == (3, 1, 3)


def test_each_source_has_its_own_retention():
    short, long = collected(retention_days=10), collected(retention_days=100)

    forget_old_runs(now=later(days=11))

    assert (short.segments.count(), long.segments.count()) == (0, 3)


def test_a_run_that_goes_on_is_never_forgotten():
    RunFactory(state=RunState.RUNNING, requested_at=later(days=-900))

    assert forget_old_runs(now=later(days=900)) == Forgotten()


def test_a_run_that_was_forgotten_is_not_retried():
    run = collected(config=CONFIG | {"breaks_after": 1})
    forget_old_runs(now=later(days=31))

    with pytest.raises(RunNotRetryable):
        retry_run(run=run, by=None)


def test_forgetting_twice_is_forgetting_once():
    collected()

    counts = [forget_old_runs(now=later(days=31)).runs for _time in range(2)]

    assert counts == [1, 0]


def test_the_files_that_a_dying_process_left_go_with_the_next_pass(lake_folder, monkeypatch):
    run = collected()
    with monkeypatch.context() as dying:
        dying.setattr(retention, "delete_files_of_run", lambda _pk: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            forget_old_runs(now=later(days=31))
    assert Run.objects.get(pk=run.pk).segments_deleted_at
    assert len(files_of(lake_folder)) == 3

    forget_old_runs(now=later(days=31))

    assert files_of(lake_folder) == []


def test_the_files_of_a_run_that_is_gone_go_and_those_of_others_stay(lake_folder):
    kept = collected()
    orphan = lake_folder / "runs" / "999999" / "all-000000.parquet"
    orphan.parent.mkdir()
    orphan.write_bytes(b"rows")

    forget_old_runs(now=timezone.now())

    assert not orphan.parent.exists()
    assert len(files_of(lake_folder)) == kept.segments.count() == 3


def test_what_a_killed_process_was_writing_goes_with_its_run(lake_folder):
    run = collected()
    (lake_folder / "runs" / str(run.pk) / ".p0-000003.parquet.0a1b.tmp").write_bytes(b"half a fi")

    forget_old_runs(now=later(days=31))

    assert files_of(lake_folder) == []


# --- Received files -------------------------------------------------------------------------------
PAST = UNUSED_FILES_ARE_KEPT_FOR + timedelta(hours=1)


def test_a_file_that_nothing_uses_goes_after_a_while(lake_folder):
    keep_upload(file=BytesIO(b"a;b\n1;2\n"), name="a.csv")

    counts = [forget_old_runs(now=now).files for now in (timezone.now(), timezone.now() + PAST)]

    assert counts == [0, 1]
    assert not StoredFile.objects.exists()
    assert files_of(lake_folder) == []


def test_a_file_that_is_sent_again_begins_its_while_again():
    stored = keep_upload(file=BytesIO(b"a;b\n1;2\n"), name="a.csv")
    StoredFile.objects.update(stored_at=timezone.now() - PAST)
    keep_upload(file=BytesIO(b"a;b\n1;2\n"), name="a.csv")

    forget_old_runs(now=timezone.now())

    assert StoredFile.objects.filter(pk=stored.pk).exists()


def test_a_file_stays_as_long_as_a_source_is_set_to_read_it_or_a_run_that_is_kept_has():
    of_source = keep_upload(file=BytesIO(b"a;b\n1;2\n"), name="a.csv")
    of_run = keep_upload(file=BytesIO(b"a;b\n3;4\n"), name="b.csv")
    run = collected(retention_days=30)
    run.source.files.add(of_source)
    run.files.add(of_run)

    forget_old_runs(now=timezone.now() + PAST)
    before = set(StoredFile.objects.all())
    forget_old_runs(now=later(days=31))

    assert before == {of_source, of_run}
    assert set(StoredFile.objects.all()) == {of_source}


def test_a_file_that_no_row_names_goes_once_it_is_old(lake_folder):
    paths = [lake_folder / lake_name(digest * 64) for digest in "ab"]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"downloaded, then killed")
    old = (timezone.now() - PAST).timestamp()
    os.utime(paths[0], (old, old))

    forget_old_runs(now=timezone.now())

    assert [path.exists() for path in paths] == [False, True]


def test_what_a_killed_process_was_downloading_goes_once_it_is_old(settings):
    folders = [settings.MEDIA_ROOT / name for name in (".incoming-old", ".incoming-new")]
    for folder in folders:
        folder.mkdir()
        (folder / "file").write_bytes(b"half a fi")
    old = (timezone.now() - PAST).timestamp()
    os.utime(folders[0], (old, old))

    forget_old_runs(now=timezone.now())

    assert [folder.exists() for folder in folders] == [False, True]


@pytest.mark.parametrize(("arguments", "left", "said"), [([], 3, "to delete"), (["--write"], 0, "deleted")])
def test_the_command_only_counts_unless_it_is_told_to_write(arguments, left, said):
    run = collected()
    Run.objects.update(finished_at=later(days=-31))
    out = StringIO()

    call_command("forget_old_runs", *arguments, stdout=out)

    assert run.segments.count() == left
    assert out.getvalue().startswith("1 runs and 0 received files " + said)
