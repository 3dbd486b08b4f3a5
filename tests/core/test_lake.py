"""The lake, on a real disk and on a storage without paths: whole files or none, whoever dies in the middle."""

import hashlib
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

from apps.core import lake
from config.settings.environment import VAR_DIR

NAME = "runs/12/all-000001.parquet"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)

# Writes a file in two halves and, between them, says so and waits to be killed.
WRITER = """
import django
django.setup()
from apps.core import lake
with lake.writing({name!r}) as draft, draft.path.open("wb") as file:
    file.write(b"half")
    file.flush()
    print("half", flush=True)
    input()
"""


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    """A lake of this test's own, on the disk."""
    settings.STORAGES = settings.STORAGES | {
        "lake": {"BACKEND": "apps.core.lake.LakeStorage", "OPTIONS": {"location": tmp_path / "media" / "lake"}}
    }
    return tmp_path / "media" / "lake"


@pytest.fixture
def _without_paths(settings):
    settings.STORAGES = settings.STORAGES | {"lake": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


@pytest.fixture(params=["folder", "_without_paths"], ids=["on the disk", "without paths"])
def _each_storage(request):
    request.getfixturevalue(request.param)


def write(content: bytes, name: str = NAME) -> lake.Stored:
    with lake.writing(name) as draft:
        draft.path.write_bytes(content)
    return draft.stored


def read(name: str = NAME) -> bytes:
    with lake.reading(name) as path:
        return path.read_bytes()


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_suite_and_the_processes_that_it_starts_keep_their_lake_out_of_the_instance(media_root):
    assert Path(lake.storage().location) == media_root / "lake"
    assert os.environ["MEDIA_ROOT"] == str(django_settings.MEDIA_ROOT) == str(media_root)
    assert not media_root.is_relative_to(VAR_DIR / "media")


@pytest.mark.usefixtures("_each_storage")
def test_a_file_is_told_with_its_size_and_digest_then_read_as_it_was_written():
    stored = write(b"rows")

    assert stored == lake.Stored(name=NAME, size=4, sha256=hashlib.sha256(b"rows").hexdigest())
    assert read() == b"rows"


@pytest.mark.usefixtures("_each_storage")
def test_work_done_again_replaces_what_it_did():
    write(b"first")

    stored = write(b"again")

    assert stored.name == NAME
    assert read() == b"again"
    assert lake.storage().listdir("runs/12") == ([], [Path(NAME).name])


@pytest.mark.usefixtures("_each_storage")
def test_a_writing_that_fails_leaves_what_was_there():
    write(b"first")

    drafts = []

    def fail() -> None:
        with lake.writing(NAME) as draft:
            drafts.append(draft)
            draft.path.write_bytes(b"second")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert read() == b"first"
    assert lake.storage().listdir("runs/12") == ([], [Path(NAME).name])
    assert not hasattr(drafts[0], "stored")


@pytest.mark.usefixtures("_each_storage")
def test_a_file_that_is_not_there_is_told():
    with pytest.raises(FileNotFoundError), lake.reading("runs/12/absent.parquet"):
        pass


@pytest.mark.usefixtures("_each_storage")
def test_a_folder_is_not_a_file():
    write(b"rows")

    with pytest.raises((FileNotFoundError, IsADirectoryError)), lake.reading("runs/12"):
        pass


@pytest.mark.usefixtures("_each_storage")
def test_deleting_again_is_no_error():
    write(b"rows")

    lake.delete([NAME, "runs/12/absent.parquet"])
    lake.delete([NAME])

    assert not lake.storage().exists(NAME)


def test_a_name_that_leads_out_of_the_lake_is_refused(folder):
    with pytest.raises(SuspiciousFileOperation):
        write(b"rows", "../elsewhere")

    assert not (folder.parent / "elsewhere").exists()


def test_what_a_reader_opened_stays_whole_while_it_is_replaced(folder):
    write(b"first")

    with lake.reading(NAME) as path, path.open("rb") as reader:
        write(b"again")

        assert reader.read() == b"first"


def test_files_are_not_for_everyone_to_read(folder):
    write(b"rows")

    assert stat.S_IMODE((folder / NAME).stat().st_mode) == django_settings.FILE_UPLOAD_PERMISSIONS == 0o640


def test_a_file_saved_by_django_is_whole_even_if_it_was_read_before(folder):
    content = ContentFile(b"rows")
    content.read(2)

    saved = [lake.storage().save(NAME, content) for _time in range(2)]

    assert saved == [NAME, NAME]
    assert read() == b"rows"


def test_the_file_and_every_new_folder_are_on_the_disk_before_the_writing_ends(folder, monkeypatch):
    synced = []
    monkeypatch.setattr(lake, "_sync", lambda path: synced.append((path, (folder / NAME).exists())))

    write(b"rows")

    (draft, was_there), *folders = synced
    assert draft.parent == folder / "runs" / "12"
    assert not was_there
    assert all(is_there for _path, is_there in folders)
    assert {path for path, _ in folders} == {folder / "runs" / "12", folder / "runs", folder, *folder.parents[:2]}


def test_in_a_folder_that_is_there_only_the_file_and_its_folder_are_synced(folder, monkeypatch):
    write(b"rows")
    synced = []
    monkeypatch.setattr(lake, "_sync", synced.append)

    write(b"again")

    assert synced[1:] == [folder / "runs" / "12"]


@pytest.mark.processes
def test_a_killed_writer_leaves_nothing_under_the_final_name_and_the_next_one_succeeds(folder):
    environment = os.environ | {"MEDIA_ROOT": str(folder.parent)}
    code = WRITER.format(name=NAME)
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout.readline() == b"half\n"

        writer.send_signal(signal.SIGKILL)

    (left,) = files_in(folder)
    assert left.endswith(".tmp")
    with pytest.raises(FileNotFoundError):
        read()
    write(b"whole")
    assert read() == b"whole"
    assert files_in(folder) == {left, NAME}


def test_what_killed_writers_left_is_swept_and_nothing_else(folder):
    write(b"rows")
    write(b"rows", "runs/13/.hidden.tmp.parquet")
    before = files_in(folder)
    for name, age in ((".dead.1.tmp", 2 * DAY), (".alive.2.tmp", DAY / 2)):
        path = folder / "runs" / "12" / name
        path.touch()
        os.utime(path, times=((NOW - age).timestamp(),) * 2)

    swept = lake.sweep(now=NOW)

    assert swept == 1
    assert files_in(folder) == before | {"runs/12/.alive.2.tmp"}
    assert lake.sweep(now=NOW) == 0


def test_a_lake_that_holds_nothing_yet_is_swept_too(folder):
    assert lake.sweep(now=NOW) == 0


@pytest.mark.usefixtures("_without_paths")
def test_a_storage_without_paths_has_no_drafts_to_sweep():
    write(b"rows")

    assert lake.sweep(now=NOW + DAY) == 0
    assert read() == b"rows"
