"""Several files: in a folder of the server, in a bucket; and which of them a run reads."""

import json
import os
from dataclasses import asdict

import pytest

from apps.collection.connectors.base import Part, Window
from apps.collection.connectors.file import FileConnector
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.exceptions import (
    FileChanged,
    FolderNotOpen,
    FolderNotThere,
    NoFileThere,
    OtherColumns,
    SeveralMembers,
    TooManyFiles,
)
from apps.collection.connectors.file.origins import base, bucket
from apps.collection.connectors.file.patterns import Pattern
from apps.collection.connectors.outbound import (
    AddressNotAllowed,
    NothingThere,
    SiteNotTrusted,
    SiteOutOfReach,
    SiteRefusesUs,
)
from apps.collection.exceptions import AuthError, Blocked
from tests.collection.connectors.storage import ACCESS_KEY, BUCKET, SECRET_KEY, running_storage
from tests.collection.connectors.wire import a_wire
from tests.collection.connectors.workbooks import xlsx, zipped
from tests.core.http.conftest import page, redirect

CONNECTOR = FileConnector()


def pinned(config: FileConfig, bookmark=None):
    """The parts as another process finds them, and the bookmark."""
    reading = CONNECTOR.partitions(config, config.name, Window(bookmark=bookmark))
    return [Part(**json.loads(json.dumps(asdict(part)))) for part in reading.parts], reading.bookmark


def rows_of(config: FileConfig, parts, cursor=None):
    return [row for part in parts for batch in CONNECTOR.read(config, part, cursor) for row in batch.rows.to_pylist()]


@pytest.fixture
def folder(tmp_path, settings):
    """A folder that the operator opened."""
    opened = tmp_path / "exports"
    opened.mkdir()
    settings.COLLECT_FOLDERS = [str(opened)]
    return opened


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("*.csv", ["a.csv", "é b.csv"], ["x/a.csv", ".a.csv", "a.csv.tmp", "a.CSV"]),
        ("**/*.csv", ["a.csv", "x/a.csv", "x/y/a.csv"], ["x/.git/a.csv", ".x/a.csv", "x/.a.csv"]),
        ("**", ["a", "x/y/a.b"], [".a", "x/.a", ".x/a"]),
        ("x/**/2024-??.csv", ["x/2024-01.csv", "x/y/2024-12.csv"], ["2024-01.csv", "x/2024-1.csv", "x/2024-1/2.csv"]),
        ("a[1].csv", ["a[1].csv"], ["a1.csv"]),
    ],
)
def test_a_star_stands_for_names_and_two_for_folders(pattern, matching, others):
    matches = Pattern(pattern)

    assert [name for name in [*matching, *others] if matches(name)] == matching


# --- Folders --------------------------------------------------------------------------------------
def test_each_file_of_a_folder_is_a_part_in_the_order_of_names(folder):
    (folder / "b.csv").write_text("x;y\n3;4\n")
    (folder / "a.csv").write_text("y;x\n2;1\n")
    (folder / "notes.txt").write_text("no table")
    config = FileConfig(folder=str(folder), files="*.csv", add_file_name=True)

    access = CONNECTOR.check(config)
    (stream,) = CONNECTOR.discover(config)
    parts, bookmark = pinned(config)

    assert access.is_well
    assert [column.name for column in stream.columns] == ["y", "x", "file"]
    assert [(part.key, part.details["file"]["name"]) for part in parts] == [("00000", "a.csv"), ("00001", "b.csv")]
    assert list(bookmark["files"]) == ["a.csv", "b.csv"]
    assert rows_of(config, parts) == [
        {"y": "2", "x": "1", "file": "a.csv", "_row": 1},
        {"x": "3", "y": "4", "file": "b.csv", "_row": 1},
    ]
    assert [row["file"] for batch in CONNECTOR.sample(config) for row in batch.rows.to_pylist()] == ["a.csv"]


def test_only_new_and_changed_files_are_read_after_a_bookmark(folder):
    for name in "abc":
        (folder / f"{name}.csv").write_text(f"x;y\n{name};1\n")
    config = FileConfig(folder=str(folder))
    _parts, bookmark = pinned(config)
    (folder / "a.csv").unlink()
    (folder / "b.csv").write_text("x;y\nb;2\n")
    (folder / "d.csv").write_text("x;y\nd;1\n")
    os.utime(folder / "b.csv", (1, 1))

    parts, later = pinned(config, bookmark)

    assert [(row["x"], row["y"]) for row in rows_of(config, parts)] == [("b", "2"), ("d", "1")]
    assert list(later["files"]) == ["b.csv", "c.csv", "d.csv"]
    assert pinned(config, later) == ([], later)


def test_a_file_with_other_columns_is_told_by_its_name(folder):
    (folder / "a.csv").write_text("x;y\n1;2\n")
    (folder / "b.csv").write_text("x;z\n1;2\n")
    config = FileConfig(folder=str(folder))
    parts, _bookmark = pinned(config)

    with pytest.raises(OtherColumns, match=r"b\.csv.*missing: y; added: z"):
        rows_of(config, parts)


def test_records_of_several_files_need_not_have_the_same_columns(folder):
    (folder / "a.jsonl").write_text('{"x":1,"y":2}\n')
    (folder / "b.jsonl").write_text('{"x":3,"z":4}\n')
    config = FileConfig(folder=str(folder))
    parts, _bookmark = pinned(config)

    assert rows_of(config, parts) == [
        {"x": "1", "y": "2", "_row": 1},
        {"x": "3", "z": "4", "y": None, "_row": 1},
    ]


def test_a_file_that_changes_after_the_run_began_is_never_read_as_if_it_were_the_same(folder):
    (folder / "a.csv").write_text("x;y\n1;2\n")
    config = FileConfig(folder=str(folder))
    parts, _bookmark = pinned(config)
    (folder / "a.csv").write_text("x;y\n3;4\n")

    with pytest.raises(FileChanged, match=r"a\.csv"):
        rows_of(config, parts)


def test_a_file_that_looks_the_same_is_not_gone_on_with_if_its_bytes_are_others(folder):
    path = folder / "a.csv"
    path.write_text("x;y\n1;2\n")
    config = FileConfig(folder=str(folder))
    (part,), _bookmark = pinned(config)
    (batch,) = CONNECTOR.read(config, part, None)
    known = path.stat()
    path.write_text("x;y\n3;4\n")
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))

    with pytest.raises(FileChanged):
        rows_of(config, [part], batch.cursor)


def test_a_folder_that_no_operator_opened_is_blocked(folder, settings, tmp_path):
    (tmp_path / "secret.csv").write_text("x;y\n1;2\n")
    for asked in (tmp_path, tmp_path / "nowhere", folder.parent / "exports-of-others"):
        with pytest.raises(FolderNotOpen) as caught:
            pinned(FileConfig(folder=str(asked)))
        assert isinstance(caught.value, Blocked)
    settings.COLLECT_FOLDERS = []

    access = CONNECTOR.check(FileConfig(folder=str(folder)))

    assert not access.is_well
    assert "COLLECT_FOLDERS" in access.message


def test_links_that_lead_out_are_not_followed_those_that_stay_are(folder, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.csv").write_text("x;y\ns;s\n")
    (folder / "real.csv").write_text("x;y\n1;2\n")
    (folder / "alias.csv").symlink_to(folder / "real.csv")
    (folder / "out.csv").symlink_to(tmp_path / "secret" / "s.csv")
    (folder / "gone.csv").symlink_to(folder / "nothing")
    (folder / "away").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe.csv")
    config = FileConfig(folder=str(folder))

    parts, bookmark = pinned(config)

    assert list(bookmark["files"]) == ["alias.csv", "real.csv"]
    assert [row["x"] for row in rows_of(config, parts)] == ["1", "1"]
    with pytest.raises(FolderNotOpen):
        pinned(FileConfig(folder=str(folder / "away")))


def test_a_link_that_turns_out_of_the_root_after_the_run_began_is_not_followed(folder, tmp_path):
    (folder / "a.csv").write_text("x;y\n1;2\n")
    config = FileConfig(folder=str(folder))
    parts, _bookmark = pinned(config)
    known = (folder / "a.csv").stat()
    secret = tmp_path / "secret.csv"
    secret.write_text("x;y\n3;4\n")
    os.utime(secret, ns=(known.st_atime_ns, known.st_mtime_ns))
    (folder / "a.csv").unlink()
    (folder / "a.csv").symlink_to(secret)

    with pytest.raises(FolderNotOpen):
        rows_of(config, parts)


def test_a_folder_that_is_not_there_or_has_nothing_is_told(folder):
    with pytest.raises(FolderNotThere):
        pinned(FileConfig(folder=str(folder / "2024")))
    with pytest.raises(NoFileThere, match=r"\*\.csv"):
        pinned(FileConfig(folder=str(folder), files="*.csv"))


def test_more_files_than_a_run_may_read_are_refused(folder, monkeypatch):
    for name in "abc":
        (folder / f"{name}.csv").write_text("x\n1\n")
    config = FileConfig(folder=str(folder))
    monkeypatch.setattr(base, "MAX_FILES", 2)

    with pytest.raises(TooManyFiles):
        base.capped(iter(base.FoundFile(name=name, fingerprint="", size=0) for name in "abc"), limit=2)
    assert len(pinned(config)[0]) == 3


@pytest.mark.parametrize("folder", ["../exports", "/srv/../etc", "", "."])
def test_a_folder_is_named_by_a_path_that_does_not_climb(folder):
    with pytest.raises(ValueError, match="Give the path of a file or a folder"):
        FileConfig(folder=folder)


def test_a_workbook_or_a_zip_of_one_file_may_be_in_a_folder(folder):
    table = [["x", "y"], ["1", "2"]]
    (folder / "a.xlsx").write_bytes(xlsx(table))
    (folder / "b.zip").write_bytes(zipped({"../../etc/b.csv": b"x;y\n3;4\n"}))
    (folder / "c.zip").write_bytes(zipped({"c.csv": b"x;y\n5;6\n", "d.csv": b"x;y\n7;8\n"}))
    config = FileConfig(folder=str(folder))
    (first, second, third), _bookmark = pinned(config)

    assert [row["x"] for row in rows_of(config, [first, second])] == ["1", "3"]
    with pytest.raises(SeveralMembers):
        rows_of(config, [third])


# --- Files at an address, again -------------------------------------------------------------------
@pytest.mark.usefixtures("open_loopback")
@pytest.mark.parametrize("headers", [{"ETag": '"v1"'}, {"Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}, {}])
def test_a_file_at_an_address_is_read_again_only_if_it_changed(site, headers):
    site.answers["/a.csv"] = page(b"x;y\n1;2\n", headers=headers)
    config = FileConfig(url=site.url("/a.csv"))
    parts, bookmark = pinned(config)

    unchanged, same = pinned(config, bookmark)
    later = {name: value.replace("v1", "v2").replace("2026", "2027") for name, value in headers.items()}
    site.answers["/a.csv"] = page(b"x;y\n3;4\n", headers=later)
    changed, _bookmark = pinned(config, same)

    assert (len(parts), unchanged, same) == (1, [], bookmark)
    assert rows_of(config, changed) == [{"x": "3", "y": "4", "_row": 1}]


@pytest.mark.usefixtures("open_loopback")
def test_a_site_that_says_that_nothing_changed_sends_nothing(site):
    site.answers["/a.csv"] = page(b"x;y\n1;2\n", headers={"ETag": '"v1"'})
    config = FileConfig(url=site.url("/a.csv"))
    _parts, bookmark = pinned(config)
    site.answers["/a.csv"] = page(b"", status=304)

    assert pinned(config, bookmark) == ([], bookmark)
    assert site.requests[-1].headers["If-None-Match"] == '"v1"'


@pytest.mark.usefixtures("open_loopback")
def test_a_format_of_which_the_beginning_tells_nothing_is_fetched_whole_to_be_discovered(site):
    site.answers["/a"] = page(xlsx([["x", "y"], ["1", "2"]]))
    config = FileConfig(url=site.url("/a"))

    access = CONNECTOR.check(config)
    asked = len(site.requests)
    (stream,) = CONNECTOR.discover(config)

    assert (access.is_well, asked) == (True, 1)
    assert [column.name for column in stream.columns] == ["x", "y"]


def test_a_file_that_was_sent_is_read_once_for_a_bookmark(uploaded):
    config = uploaded(b"x;y\n1;2\n")
    parts, bookmark = pinned(config)

    assert (len(parts), pinned(config, bookmark)) == (1, ([], bookmark))


# --- Buckets --------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def storage(tmp_path_factory):
    with running_storage(tmp_path_factory.mktemp("storage")) as running:
        yield running


@pytest.fixture
def stored(storage, settings, open_loopback):
    """The settings of a source that reads the bucket, to which our own port is open."""
    settings.OUTBOUND_ALLOWED_PORTS = [*settings.OUTBOUND_ALLOWED_PORTS, storage.port]

    def make(**options) -> FileConfig:
        given = {"endpoint": storage.url, "bucket": BUCKET, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
        return FileConfig(**given | options)

    return make


def test_each_file_of_a_bucket_is_a_part_in_the_order_of_names(storage, stored, monkeypatch):
    monkeypatch.setattr(bucket, "_PAGE", 2)
    for number in range(5):
        storage.put(f"many/é {number}+,.csv", b"x;y\n%d;a\n" % number)
    storage.put("many/2024/6.csv", b"x;y\n6;a\n")
    storage.put("many/notes.txt", b"none")
    config = stored(prefix="many/", files="**/*.csv", add_file_name=True)

    access = CONNECTOR.check(config)
    (stream,) = CONNECTOR.discover(config)
    parts, bookmark = pinned(config)
    rows = rows_of(config, parts)

    assert access.is_well
    assert [column.name for column in stream.columns] == ["x", "y", "file"]
    assert [row["x"] for row in rows] == ["6", "0", "1", "2", "3", "4"]
    assert rows[1]["file"] == "many/é 0+,.csv"
    assert len(bookmark["files"]) == 6


def test_only_new_and_changed_files_of_a_bucket_are_read_after_a_bookmark(storage, stored):
    for name in "abc":
        storage.put(f"new/{name}.csv", f"x;y\n{name};1\n".encode())
    config = stored(prefix="new/")
    _parts, bookmark = pinned(config)
    storage.delete("new/a.csv")
    storage.put("new/b.csv", b"x;y\nb;2\n")
    storage.put("new/d.csv", b"x;y\nd;1\n")

    parts, later = pinned(config, bookmark)

    assert [(row["x"], row["y"]) for row in rows_of(config, parts)] == [("b", "2"), ("d", "1")]
    assert list(later["files"]) == ["new/b.csv", "new/c.csv", "new/d.csv"]
    assert pinned(config, later) == ([], later)


def test_a_file_of_a_bucket_that_changes_after_the_run_began_is_not_read(storage, stored):
    storage.put("changed/a.csv", b"x;y\n1;2\n")
    storage.put("changed/b.csv", b"x;y\n1;2\n")
    config = stored(prefix="changed/")
    (first, second), _bookmark = pinned(config)
    storage.put("changed/a.csv", b"x;y\n3;4\n")
    storage.delete("changed/b.csv")

    for part in (first, second):
        with pytest.raises(FileChanged):
            rows_of(config, [part])


def test_a_part_of_a_bucket_is_gone_on_with_after_its_cursor(storage, stored):
    storage.put("resumed/a.jsonl", b'{"x":1}\n' * 400_000)
    config = stored(prefix="resumed/")
    (part,), _bookmark = pinned(config)
    batches = list(CONNECTOR.read(config, part, None))

    rest = rows_of(config, [part], batches[0].cursor)

    assert len(batches) > 1
    assert rest[0]["_row"] == batches[0].rows.num_rows + 1
    assert len(rest) == 400_000 - batches[0].rows.num_rows


def test_a_wrong_key_is_told_as_such(stored):
    config = stored(secret_key="another", prefix="many/")

    with pytest.raises(SiteRefusesUs) as caught:
        pinned(config)

    assert isinstance(caught.value, AuthError)
    assert "another" not in str(caught.value)
    assert not CONNECTOR.check(config).is_well


def test_a_bucket_that_is_not_there_is_told(stored):
    with pytest.raises(NothingThere):
        pinned(stored(bucket="nowhere"))


def test_a_storage_is_called_only_where_the_guard_allows(stored, settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = []

    with pytest.raises(AddressNotAllowed):
        pinned(stored())


def test_a_storage_that_sends_us_to_a_private_address_is_not_followed(site, open_loopback):
    bucket_path = f"/{BUCKET}"
    for path in (bucket_path, f"{bucket_path}/"):
        site.answers[path] = redirect("http://169.254.169.254/latest/meta-data", status=307)
    config = FileConfig(endpoint=site.url(""), bucket=BUCKET, access_key=ACCESS_KEY, secret_key=SECRET_KEY)

    with pytest.raises((AddressNotAllowed, SiteNotTrusted)):
        pinned(config)


def test_a_storage_that_dies_half_way_may_be_tried_again_and_every_record_is_read_once(storage, stored, settings):
    storage.put("dying/a.jsonl", b'{"x":1}\n' * 400_000)
    with a_wire(storage.port, cut_after=1_000_000) as wire:
        settings.OUTBOUND_ALLOWED_PORTS = [*settings.OUTBOUND_ALLOWED_PORTS, wire.port]
        config = stored(prefix="dying/", endpoint=f"http://127.0.0.1:{wire.port}")
        (part,), _bookmark = pinned(config)

        with pytest.raises(SiteOutOfReach):
            rows_of(config, [part])

    assert len(rows_of(stored(prefix="dying/"), [part])) == 400_000


def test_the_keys_of_a_bucket_are_shown_by_nothing(stored):
    config = stored(secret_key="kept-to-ourselves")

    assert "kept-to-ourselves" not in repr(config)
    assert "kept-to-ourselves" not in config.model_dump_json()
