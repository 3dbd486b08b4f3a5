"""Compressed files: read as if they were not, and told where they are cut, damaged or made to swell."""

import bz2
import gzip
import lzma
import zipfile
from functools import partial

import pytest
import zstandard

from apps.collection.connectors.base import Window
from apps.collection.connectors.file import FileConnector, unpacking, zips
from apps.collection.connectors.file.exceptions import (
    DamagedArchive,
    DecompressionBomb,
    EncryptedFile,
    NestedArchive,
    NoSuchMember,
    OtherColumns,
    SeveralMembers,
    TooLarge,
    TooManyEntries,
    TruncatedArchive,
)
from apps.collection.connectors.file.unpacking import unpacked
from tests.collection.connectors.workbooks import xlsx, zipped

CONNECTOR = FileConnector()
TABLE = b"x;y\n" + b"".join(b"%d;%d\n" % (number, number**7) for number in range(20_000))
PACKERS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": partial(lzma.compress, preset=1),
    "zstd": zstandard.compress,
    "zip": lambda content: zipped({"folder/table.csv": content}),
}


@pytest.fixture
def read(uploaded):
    def read(content: bytes, name: str = "table.csv", **options):
        config = uploaded(content, name, **options)
        CONNECTOR.discover(config)
        parts = CONNECTOR.partitions(config, "", Window()).parts
        assert len({part.key for part in parts}) == len(parts)
        found = []
        for part in parts:
            for batch in CONNECTOR.read(config, part, None):
                assert 0 <= batch.position <= part.size
                found += batch.rows.to_pylist()
        return found

    return read


@pytest.mark.parametrize("kind", PACKERS)
def test_a_compressed_file_is_read_as_if_it_were_not(read, kind):
    rows = read(PACKERS[kind](TABLE))

    assert len(rows) == 20_000
    assert rows[-1] == {"x": "19999", "y": str(19_999**7), "_row": 20_000}


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd"])
def test_several_streams_in_a_row_are_one_file(read, kind):
    pack = PACKERS[kind]

    assert len(read(pack(TABLE[:100_000]) + pack(b"") + pack(TABLE[100_000:]))) == 20_000


@pytest.mark.parametrize("kind", PACKERS)
def test_a_compressed_file_that_stops_before_its_end_is_told(read, kind):
    with pytest.raises(TruncatedArchive):
        read(PACKERS[kind](TABLE)[:-1000])


@pytest.mark.parametrize("kind", PACKERS)
def test_a_damaged_compressed_file_is_told(read, kind):
    content = bytearray(PACKERS[kind](TABLE))
    middle = len(content) // 2
    content[middle : middle + 100] = b"\xff" * 100

    with pytest.raises(DamagedArchive):
        read(bytes(content))


@pytest.mark.parametrize("kind", PACKERS)
def test_a_file_that_swells_too_much_is_refused_on_the_way(read, kind, monkeypatch):
    monkeypatch.setattr(unpacking, "_UNSUSPECTED", 1024 * 1024)

    with pytest.raises(DecompressionBomb):
        read(PACKERS[kind](b"a;b\n" + b"1;2\n" * 1_000_000))


@pytest.mark.parametrize("kind", PACKERS)
def test_a_file_that_holds_more_than_is_accepted_is_refused_on_the_way(read, kind, settings):
    settings.COLLECT_MAX_FILE_BYTES = len(TABLE) - 1

    with pytest.raises(TooLarge):
        read(PACKERS[kind](TABLE))


@pytest.mark.parametrize("inner", ["gzip", "zstd", "zip"])
@pytest.mark.parametrize("outer", ["gzip", "xz", "zip"])
def test_an_archive_in_an_archive_is_refused(read, inner, outer):
    with pytest.raises(NestedArchive):
        read(PACKERS[outer](PACKERS[inner](TABLE)))


@pytest.mark.parametrize("outer", PACKERS)
def test_a_workbook_may_be_compressed(read, outer):
    assert read(PACKERS[outer](xlsx([["x", "y"], ["1", "2"]]))) == [{"x": "1", "y": "2", "_row": 1}]


def test_pieces_have_all_the_same_size(tmp_path):
    path = tmp_path / "packed"
    path.write_bytes(bz2.compress(TABLE))

    sizes = [len(piece.data) for piece in unpacked(path, limit=10**9, piece=1000)]

    assert set(sizes[:-1]) == {1000}
    assert sum(sizes) == len(TABLE)


# --- Zips -----------------------------------------------------------------------------------------
SEVERAL = {"b.csv": b"x;y\n3;4\n", "a.csv": b"y;x\n2;1\n", "readme.md": b"# none", "__MACOSX/._a.csv": b"\0"}


def test_the_files_of_a_zip_that_are_asked_for_are_as_many_parts(read):
    rows = read(zipped(SEVERAL), members="*.csv", add_file_name=True)

    assert rows == [
        {"y": "2", "x": "1", "file": "a.csv", "_row": 1},
        {"x": "3", "y": "4", "file": "b.csv", "_row": 1},
    ]


def test_one_file_of_a_zip_may_be_asked_for(read):
    assert read(zipped(SEVERAL), members="b.csv") == [{"x": "3", "y": "4", "_row": 1}]


def test_nothing_is_chosen_among_several(read):
    with pytest.raises(SeveralMembers, match="3 files"):
        read(zipped(SEVERAL))
    with pytest.raises(NoSuchMember):
        read(zipped(SEVERAL), members="*.xlsx")
    with pytest.raises(NoSuchMember):
        read(zipped({}))


def test_files_of_a_zip_with_other_columns_are_told_before_the_run(read):
    with pytest.raises(OtherColumns, match=r"z\.csv"):
        read(zipped({"a.csv": b"x;y\n1;2\n", "z.csv": b"x;z\n1;2\n"}), members="*.csv")


def test_the_names_of_a_zip_are_never_paths(read, tmp_path):
    names = ["../../out.csv", "/etc/out.csv", "C:\\out.csv"]

    for name in names:
        assert read(zipped({name: b"x;y\n1;2\n"})) == [{"x": "1", "y": "2", "_row": 1}]
    assert not list(tmp_path.rglob("out.csv"))


def test_a_zip_with_a_password_is_told(read):
    content = bytearray(zipped({"a.csv": TABLE}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1

    with pytest.raises(EncryptedFile):
        read(bytes(content))


def test_a_zip_of_too_many_files_is_refused_before_they_are_listed(read, monkeypatch):
    monkeypatch.setattr(zips, "MAX_ENTRIES", 10)

    with pytest.raises(TooManyEntries):
        read(zipped({f"{number}.csv": b"x\n1\n" for number in range(11)}), members="*.csv")


def test_files_of_a_zip_that_add_up_too_far_are_refused(read, settings):
    settings.COLLECT_MAX_FILE_BYTES = 100_000

    with pytest.raises(TooLarge):
        read(zipped({"a.csv": TABLE[:60_000], "b.csv": TABLE[:60_000]}), members="*.csv")


def test_a_file_of_a_zip_that_says_less_than_it_holds_gives_no_more(read):
    content = bytearray(zipped({"a.csv": b"x;y\n" + b"1;2\n" * 1000}, compression=zipfile.ZIP_DEFLATED))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")

    with pytest.raises(DamagedArchive):
        read(bytes(content))
