"""Every good record arrives as it is written, every bad one is set aside with its number and its reason."""

import csv
import gzip
import io
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.collection.connectors.base import ROW
from apps.collection.connectors.file import records
from apps.collection.connectors.file.config import Layout
from apps.collection.connectors.file.exceptions import DamagedArchive, DecompressionBomb, TooLarge, TruncatedArchive
from apps.collection.connectors.file.reading import read_batches
from apps.collection.connectors.file.unpacking import unpacked

LIMIT = 10**9


@pytest.fixture
def read(tmp_path):
    """What reading gives: the rows as (number, cell, cell…), the rejected records as (number, reason, text)."""

    def read(content: bytes, layout: Layout, **options):
        path = tmp_path / "table"
        path.write_bytes(content)
        return contents(read_batches(path, layout, limit=LIMIT, **options))

    return read


def contents(batches):
    rows, rejected = [], []
    for batch in batches:
        columns = [column.to_pylist() for column in batch.rows.columns]
        rows += zip(columns[-1], *columns[:-1], strict=True)
        rejected += [(record.row, record.reason.value, record.text) for record in batch.rejected]
        assert batch.rows.schema.names[-1] == ROW
    return rows, rejected


def test_cells_arrive_as_text_as_they_are_written(read, layout):
    rows, rejected = read(b' 01;NULL\n"";\n"a;""b""";5" pipe\n', layout("x", "y"))

    assert rows == [(1, " 01", "NULL"), (2, "", ""), (3, 'a;"b"', '5" pipe')]
    assert rejected == []


def test_records_are_numbered_without_the_header_the_skipped_lines_and_the_blank_ones(read, layout):
    content = b'Title "of 2024\n\n"a\nb";c\n1;2\n\n3\n4;5;6\n\n7;8'

    rows, rejected = read(content, layout("a b", "c", header=True, skip_lines=2))

    assert rows == [(1, "1", "2"), (4, "7", "8")]
    assert rejected == [(2, "too_few_columns", "3"), (3, "too_many_columns", "4;5;6")]


def test_a_ragged_record_that_holds_a_wrong_byte_does_not_take_the_file_with_it(read, layout):
    rows, rejected = read(b"1;2\n\xff\n3;4\n", layout("a", "b"))

    assert rows == [(1, "1", "2"), (3, "3", "4")]
    assert rejected == [(2, "invalid_encoding", r"\xff")]


@pytest.mark.parametrize(
    ("encoding", "cell", "byte"),
    [("utf-8", b"caf\xe9", "0xe9"), ("windows-1252", b"caf\x81", "0x81"), ("shift_jis", b"caf\xa0", "0xa0")],
)
def test_a_character_that_the_encoding_does_not_have_is_told_by_its_column_and_its_byte(
    tmp_path, layout, encoding, cell, byte
):
    path = tmp_path / "table"
    path.write_bytes(b"1;2;3\n4;" + cell + b";5\n")

    (batch,) = read_batches(path, layout("a", "b", "c", encoding=encoding), limit=LIMIT)

    assert batch.rows.num_rows == 1
    assert [(each.row, each.reason, each.details) for each in batch.rejected] == [
        (2, "invalid_encoding", {"column": "b", "byte": byte, "encoding": encoding})
    ]


def test_a_nul_is_a_control_character(read, layout):
    rows, rejected = read(b"1;a\0b\n2;c\n", layout("a", "b"))

    assert rows == [(2, "2", "c")]
    assert rejected == [(1, "control_character", r"1;a\x00b")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # Up to the end of the file; up to another quote; up to a cell that seems to close it; closed too early.
        (b'1;a\n2;"b\n3;c\n4;d\n', [(2, '2;"b')]),
        (b'1;a\n2;"b\n3;c\n4;"d"\n', [(2, '2;"b')]),
        (b'1;a\n2;"b\n3;x"y\n4;d\n', [(2, '2;"b')]),
        (b'1;a\n2;"Chez Paul" bar\n3;c\n4;d\n', [(2, '2;"Chez Paul" bar')]),
    ],
)
def test_a_quote_that_is_not_closed_takes_no_good_line_with_it(read, layout, content, expected):
    rows, rejected = read(content, layout("a", "b"))

    assert rejected == [(number, "unclosed_quote", text) for number, text in expected]
    assert [row[0] for row in rows] == [number for number in (1, 2, 3, 4) if number not in dict(expected)]


def test_quotes_may_be_part_of_the_values(read, layout):
    rows, rejected = read(b'1;"b\n2;"Chez Paul" bar\n', layout("a", "b", quote="none"))

    assert rows == [(1, "1", '"b'), (2, "2", '"Chez Paul" bar')]
    assert rejected == []


@pytest.mark.parametrize("opening", [b"", b'"'])
def test_a_record_larger_than_any_table_has_does_not_fill_the_memory(read, layout, monkeypatch, opening):
    monkeypatch.setattr(records, "MAX_RECORD", 1000)
    content = b"1;a\n2;" + opening + b"b" * 10_000 + b"\n3;c\n"

    rows, rejected = read(content, layout("a", "b"), piece=300)

    assert rows == [(1, "1", "a"), (3, "3", "c")]
    assert [(number, reason) for number, reason, _text in rejected] == [(2, "cell_too_long")]


def test_a_quote_left_open_on_more_lines_than_a_cell_may_have_gives_them_back(read, layout, monkeypatch):
    monkeypatch.setattr(records, "MAX_RECORD", 1000)
    lines = b"".join(b"%d;x\n" % number for number in range(2, 500))

    rows, rejected = read(b'1;"a\n' + lines, layout("a", "b"), piece=300)

    assert rejected == [(1, "unclosed_quote", '1;"a')]
    assert [row[0] for row in rows] == list(range(2, 500))


def test_runs_of_blanks_are_one_delimiter(read, layout):
    content = b'  a \t b\n1   2\n  3 4  \n \n5\n"6  6" 7\n'

    rows, rejected = read(content, layout("a", "b", delimiter="spaces", header=True))

    assert rows == [(1, "1", "2"), (2, "3", "4"), (4, "6  6", "7")]
    assert rejected == [(3, "too_few_columns", "5")]


def test_one_column_may_hold_every_delimiter(read, layout):
    rows, rejected = read(b'a,b;c|d\te f\n\n"g\nh"\n', layout("a", delimiter="none"))

    assert rows == [(1, "a,b;c|d\te f"), (2, "g\nh")]
    assert rejected == []


def test_a_file_of_nothing_but_bad_records_gives_them_all(read, layout):
    rows, rejected = read(b"1\n2\n", layout("a", "b"))

    assert rows == []
    assert [number for number, *_ in rejected] == [1, 2]


def test_batches_are_bounded_in_records(tmp_path, layout):
    path = tmp_path / "table"
    path.write_bytes(b"x;y\n" * 25)

    batches = list(read_batches(path, layout("a", "b"), limit=LIMIT, batch_records=10))

    assert [batch.rows.num_rows for batch in batches] == [10, 10, 5]
    assert [batch.cursor for batch in batches] == [{"row": 10}, {"row": 20}, {"row": 25}]
    assert batches[-1].position == 100


# --- Any file, any cut ----------------------------------------------------------------------------
CELL = st.text(st.sampled_from("aé€;\"'\n\r ,\t\0x"), max_size=6)
TABLE = st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=12)
ENCODINGS = st.sampled_from(["utf-8", "windows-1252", "utf-16", "utf-16-le", "gb18030"])


@given(table=TABLE, encoding=ENCODINGS, piece=st.integers(1, 40), cut=st.integers(0, 14))
def test_reading_goes_on_where_it_stopped(tmp_path_factory, table, encoding, piece, cut):
    path = tmp_path_factory.mktemp("any") / "table"
    path.write_bytes("\n".join(";".join(cells) for cells in table).encode(encoding))
    layout = Layout(
        encoding=encoding, delimiter="semicolon", quote="double", skip_lines=0, header=False, columns=("a", "b")
    )
    whole = contents(read_batches(path, layout, limit=LIMIT, piece=piece, batch_records=3))

    before, after = [], []
    for batch in read_batches(path, layout, limit=LIMIT, piece=piece, batch_records=3):
        (before if batch.cursor["row"] <= cut else after).append(batch)
    cursor = before[-1].cursor if before else None
    resumed = list(read_batches(path, layout, cursor=cursor, limit=LIMIT, piece=piece, batch_records=3))

    assert contents([*before, *resumed]) == whole
    numbers = sorted([row[0] for row in whole[0]] + [record[0] for record in whole[1]])
    assert numbers == list(range(1, len(numbers) + 1))
    # However the file comes, the records are the same: pieces are only a matter of memory.
    assert contents(read_batches(path, layout, limit=LIMIT, cursor={"row": cut}))[0] == [
        row for row in whole[0] if row[0] > cut
    ]


CLEAN = st.lists(
    st.lists(st.text(st.sampled_from("aé€;\"'\n ,\tx"), min_size=1, max_size=6), min_size=2, max_size=2), max_size=12
)


@given(table=CLEAN, encoding=ENCODINGS, piece=st.integers(1, 40), dialect=st.sampled_from([";\n", ",\r\n", "\t\n"]))
def test_what_a_good_writer_writes_is_read_as_it_was(tmp_path_factory, table, encoding, piece, dialect):
    written = io.StringIO()
    csv.writer(written, delimiter=dialect[0], lineterminator=dialect[1:]).writerows(table)
    path = tmp_path_factory.mktemp("good") / "table"
    path.write_bytes(written.getvalue().encode(encoding))
    delimiter = {";": "semicolon", ",": "comma", "\t": "tab"}[dialect[0]]
    layout = Layout(
        encoding=encoding, delimiter=delimiter, quote="double", skip_lines=0, header=False, columns=("a", "b")
    )

    rows, rejected = contents(read_batches(path, layout, limit=LIMIT, piece=piece))

    assert rejected == []
    assert rows == [(number, *cells) for number, cells in enumerate(table, 1)]


# --- Compressed files -----------------------------------------------------------------------------
def test_gzip_is_told_by_its_bytes_and_its_members_follow_each_other(read, layout):
    content = gzip.compress(b"1;2\n3") + gzip.compress(b";4\n")

    assert read(content, layout("a", "b")) == ([(1, "1", "2"), (2, "3", "4")], [])


def test_a_truncated_archive_is_told_with_the_place_where_it_stops(read, layout):
    content = gzip.compress(b"".join(b"%d;%d\n" % (number, number**3) for number in range(2000)))[:-100]

    with pytest.raises(TruncatedArchive) as caught:
        read(content, layout("a", "b"))

    assert caught.value.details == {"at": len(content)}


def test_a_damaged_archive_is_no_bug(read, layout):
    content = bytearray(gzip.compress(b"".join(b"%d;%d\n" % (number, number**3) for number in range(2000))))
    content[200:210] = b"0123456789"

    with pytest.raises(DamagedArchive):
        read(bytes(content), layout("a", "b"))


def test_a_file_that_swells_without_reason_is_refused(tmp_path):
    path = tmp_path / "table"
    path.write_bytes(gzip.compress(bytes(70_000_000)))

    with pytest.raises(DecompressionBomb):
        deque(unpacked(path, limit=LIMIT), maxlen=0)


def test_no_more_is_read_than_is_accepted(tmp_path, layout):
    path = tmp_path / "table"
    path.write_bytes(gzip.compress(b"1;2\n" * 1000))

    with pytest.raises(TooLarge):
        list(read_batches(path, layout("a", "b"), limit=3_999))
