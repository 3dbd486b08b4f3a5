"""Files of each format: told by their content, read whole, and again from any record on."""

import datetime as dt
import io
import json
import zlib
from decimal import Decimal

import fastavro
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from apps.collection.connectors.base import Window
from apps.collection.connectors.file import FileConnector
from apps.collection.connectors.file.exceptions import (
    DamagedFile,
    DecompressionBomb,
    EmptyFile,
    EncryptedFile,
    EntitiesRefused,
    NoRecordsThere,
    NoSuchSheet,
    RecordTooLong,
    TooLarge,
    TooManyCells,
    TruncatedFile,
)
from apps.collection.connectors.file.formats import avro, json_lines, json_tree, recordwise, workbook, xml
from apps.collection.connectors.file.formats import parquet as parquet_format
from apps.collection.connectors.texts import text_array
from apps.collection.exceptions import ConfigError
from tests.collection.connectors.workbooks import ods, xlsx

CONNECTOR = FileConnector()
# As files write them: without saying where in the world.
INSTANT = dt.datetime.fromisoformat("2024-12-31T08:30")
RECORDS = [{"id": number, "name": f"Zoé {number}", "tags": [{"b": number}], "rate": number / 4} for number in range(40)]
LANDED = [
    {"id": str(each["id"]), "name": each["name"], "tags": f'[{{"b":{each["id"]}}}]', "rate": str(each["rate"])}
    for each in RECORDS
]


def as_parquet(table: pa.Table, **options) -> bytes:
    made = io.BytesIO()
    parquet.write_table(table, made, **options)
    return made.getvalue()


def as_avro(records=RECORDS, *, codec: str = "null", schema=None, **options) -> bytes:
    schema = schema or {
        "type": "record",
        "name": "line",
        "fields": [
            {"name": "id", "type": "long"},
            {"name": "name", "type": "string"},
            {"name": "rate", "type": ["null", "double"]},
        ],
    }
    made = io.BytesIO()
    names = [field["name"] for field in schema["fields"]]
    records = [{name: record[name] for name in names} for record in records]
    fastavro.writer(made, schema, records, codec=codec, **options)
    return made.getvalue()


def as_xml(records=RECORDS, head: str = '<?xml version="1.0"?>') -> bytes:
    lines = "".join(f'<line id="{r["id"]}"><name>{r["name"]}</name><rate>{r["rate"]}</rate></line>' for r in records)
    return f"{head}<catalog><title>All</title><lines>{lines}</lines></catalog>".encode()


def as_lines(records=RECORDS) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


SHEET = [["id", "name", "rate"], *([r["id"], r["name"], r["rate"]] for r in RECORDS)]

FILES = {
    "json": json.dumps(RECORDS, indent=1).encode(),
    "json in an object": json.dumps({"meta": {"n": [1, 2]}, "data": {"items": RECORDS}}).encode(),
    "json in utf-16": json.dumps(RECORDS).encode("utf-16"),
    "jsonl": as_lines(),
    "parquet": as_parquet(pa.Table.from_pylist(RECORDS), row_group_size=15),
    "avro": as_avro(sync_interval=200),
    "xml": as_xml(),
    "xlsx": xlsx(SHEET),
    "ods": ods(SHEET),
}


@pytest.fixture
def read(uploaded):
    """What a run would read of these bytes: the stream, the rows, the rejected records as (row, reason, details)."""

    def read(content: bytes, name: str = "file", *, cursor=None, **options):
        config = uploaded(content, name, **options)
        (stream,) = CONNECTOR.discover(config)
        (part,) = CONNECTOR.partitions(config, stream.name, Window()).parts
        rows, rejected = [], []
        for batch in CONNECTOR.read(config, part, cursor):
            rows += batch.rows.to_pylist()
            rejected += [(each.row, str(each.reason), each.details) for each in batch.rejected]
            assert 0 <= batch.position <= part.size
        return stream, rows, rejected

    return read


@pytest.fixture
def small_steps(monkeypatch):
    """Batches of a few records, so that a small file has many."""
    monkeypatch.setattr(recordwise, "BATCH_RECORDS", 7)
    monkeypatch.setattr(parquet_format, "_BATCH", 7)
    monkeypatch.setattr(workbook, "_BATCH", 7)
    monkeypatch.setattr(xml, "_PIECE", 100)
    monkeypatch.setattr(xml, "_GROUP", 7)


# --- All of them ----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_each_format_is_told_by_its_content_and_read_whole(read, name):
    stream, rows, rejected = read(FILES[name], "no-ending")

    names = [column.name.removeprefix("@") for column in stream.columns]
    found = [{key.removeprefix("@"): value for key, value in row.items() if key != "_row"} for row in rows]
    # A workbook has one kind of number: those without decimals are written without them.
    is_workbook = stream.details["format"] == "workbook"
    landed = [row | {"rate": row["rate"].removesuffix(".0")} if is_workbook else row for row in LANDED]
    assert found == [{key: value for key, value in row.items() if key in names} for row in landed]
    assert [row["_row"] for row in rows] == list(range(1, 41))
    assert rejected == []
    assert stream.details["format"] == {"xlsx": "workbook", "ods": "workbook"}.get(name, name.split()[0])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.usefixtures("small_steps")
def test_each_format_is_gone_on_with_after_any_batch(uploaded, name):
    config = uploaded(FILES[name])
    (part,) = CONNECTOR.partitions(config, "", Window()).parts

    batches = list(CONNECTOR.read(config, part, None))
    rows = [row for batch in batches for row in batch.rows.to_pylist()]

    assert len(batches) > 4
    for rank, batch in enumerate(batches):
        rest = [row for each in CONNECTOR.read(config, part, batch.cursor) for row in each.rows.to_pylist()]
        assert rest == rows[sum(each.rows.num_rows for each in batches[: rank + 1]) :]


@pytest.mark.parametrize("name", FILES)
def test_a_sample_shows_the_first_records(uploaded, name):
    first = next(CONNECTOR.sample(uploaded(FILES[name])))

    assert first.rows.num_rows > 0


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_stops_before_its_end_is_told_or_loses_nothing(read, name):
    content = FILES[name][: len(FILES[name]) * 2 // 3]

    if name == "jsonl":
        _stream, rows, rejected = read(content)
        numbers = [row["_row"] for row in rows] + [row for row, _reason, _details in rejected]
        assert numbers == list(range(1, len(rows) + 2))
    else:
        with pytest.raises(ConfigError) as caught:
            read(content)
        assert caught.value.code in ("truncated_file", "truncated_archive", "damaged_file")


def test_a_format_may_be_told_where_the_content_misleads(read):
    _stream, rows, _rejected = read(b'{"a";"b"\n1;2\n', format="csv", header=True, quote="none")

    assert rows == [{'{"a"': "1", '"b"': "2", "_row": 1}]


def test_a_file_with_the_name_of_another_format_is_read_as_what_it_is(read):
    stream, rows, _rejected = read(b"a;b\n1;2\n", "table.json")

    assert "format" not in stream.details
    assert rows == [{"a": "1", "b": "2", "_row": 1}]


def test_the_name_of_the_file_is_a_column_where_one_asks_for_it(read):
    stream, rows, _rejected = read(b"a;File\n1;2\n", "mars.csv", add_file_name=True)

    assert [column.name for column in stream.columns] == ["a", "File", "file_2"]
    assert rows == [{"a": "1", "File": "2", "file_2": "mars.csv", "_row": 1}]


# --- JSON and JSON Lines --------------------------------------------------------------------------
def test_lines_that_are_no_records_are_set_aside_and_the_others_are_read(read):
    content = b'{"a":1}\n{"a":\n[1]\n\n{"a":"\xff"}\n{"a":"x\\u0000"}\nNaN\n{"a":2}'

    _stream, rows, rejected = read(content)

    assert [(row["a"], row["_row"]) for row in rows] == [("1", 1), ("2", 7)]
    assert [(row, reason) for row, reason, _details in rejected] == [
        (2, "not_a_record"),
        (3, "not_a_record"),
        (4, "invalid_encoding"),
        (5, "control_character"),
        (6, "not_a_record"),
    ]
    assert rejected[1][2] == {"found": "array"}


def test_records_need_not_all_have_the_same_columns(read):
    stream, rows, _rejected = read(b'{"a":1}\n{"b":null,"a":""}\n{"c":true}\n')

    assert stream.is_sparse
    assert rows == [
        {"a": "1", "b": None, "c": None, "_row": 1},
        {"a": "", "b": None, "c": None, "_row": 2},
        {"a": None, "b": None, "c": "true", "_row": 3},
    ]


def test_keys_that_cannot_be_columns_become_some(read):
    _stream, rows, _rejected = read(b'{"_row":1," ":2,"A":3,"a":4}\n{"_row":5}\n')

    assert rows[0] == {"_row_2": "1", "column_2": "2", "A": "3", "a_2": "4", "_row": 1}


def test_numbers_keep_every_digit(read):
    content = b'{"n":123456789012345678901234567890,"x":0.1234567890123456789,"s":"123456789012345678901"}\n{"n":1.5}\n'

    _stream, rows, _rejected = read(content)

    assert rows[0] == {
        "n": "123456789012345678901234567890",
        "x": "0.1234567890123456789",
        "s": "123456789012345678901",
        "_row": 1,
    }


def test_a_line_longer_than_any_record_is_set_aside(read, monkeypatch):
    monkeypatch.setattr(json_lines, "MAX_RECORD", 1000)
    content = b'{"a":1}\n{"a":"' + b"x" * 5_000_000 + b'"}\n{"a":3}\n'

    _stream, rows, rejected = read(content)

    assert [row["_row"] for row in rows] == [1, 3]
    assert [(row, reason) for row, reason, _details in rejected] == [(2, "cell_too_long")]


@pytest.mark.parametrize("size", range(1, 40))
def test_a_json_cut_anywhere_into_pieces_is_read_the_same(size):
    content = json.dumps({"a": [1, {"x": "]}"}], 'é\\"': 1.5, "d": {"items": RECORDS[:3], "z": 1}}).encode()
    pieces = [json_tree.Piece(content[i : i + size], i) for i in range(0, len(content), size)]
    text = json_tree.Text(pieces, is_whole=True)

    json_tree.enter(text, ("d", "items"))
    found = [item for items in json_tree.items(text, lambda data: json.loads(b"[%b]" % data)) for item in items]

    assert found == RECORDS[:3]


def test_the_list_that_goes_on_longest_is_that_of_the_records(read):
    content = json.dumps({"links": [{"rel": "next"}], "data": {"items": RECORDS}, "more": [{"a": 1}]}).encode()

    stream, rows, _rejected = read(content)

    assert stream.details["path"] == ["data", "items"]
    assert len(rows) == 40


def test_an_object_without_a_list_is_one_record(read):
    _stream, rows, _rejected = read(b'{"a": 1, "b": {"c": [1, 2]}}')

    assert rows == [{"a": "1", "b": '{"c":[1,2]}', "_row": 1}]


def test_a_path_that_leads_nowhere_is_told(read):
    with pytest.raises(NoRecordsThere, match=r"data\.rows"):
        read(b'{"data": {"items": [{"a": 1}]}}', records_path="data.rows")


def test_items_that_are_no_records_are_set_aside(read):
    _stream, rows, rejected = read(b'[{"a":1}, 2, {"a":3}, {"b" 4}, {"a":5}]')

    assert [(row["a"], row["_row"]) for row in rows] == [("1", 1), ("3", 3), ("5", 5)]
    assert [(row, details["found"]) for row, _reason, details in rejected] == [(2, "number"), (4, "invalid")]


def test_what_follows_a_list_is_not_passed_over_in_silence(read):
    with pytest.raises(DamagedFile, match="at: 10"):
        read(b'[{"a":1}]\n[{"a":2}]')


@pytest.mark.parametrize("content", [b"[]", b"[ ]\n", b'{"a": []', b"{"])
def test_a_json_without_a_record_is_told(read, content):
    with pytest.raises((EmptyFile, TruncatedFile, DamagedFile)):
        read(content, format="json")


def test_an_item_that_never_ends_does_not_fill_the_memory(read, monkeypatch):
    monkeypatch.setattr(json_tree, "MAX_ITEM", 1000)

    with pytest.raises(RecordTooLong):
        read(b'[{"a":1},{"a":"' + b"x" * 20_000_000 + b'"}]')


# --- XML ------------------------------------------------------------------------------------------
def test_attributes_repeated_elements_and_nil_have_their_columns(read):
    content = """<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="urn:x">
    <!-- a comment --><x:p id="1"><x:n>A &amp; B</x:n><t>1</t><t>2</t><o a="b"><q/></o><z xsi:nil="true"/></x:p>
    <x:p id="2"><x:n><![CDATA[<c>]]></x:n>tail</x:p></r>"""

    stream, rows, _rejected = read(content.encode())

    assert stream.details["path"] == ["r", "p"]
    assert rows == [
        {"@id": "1", "n": "A & B", "t": '["1","2"]', "o": '{"@a":"b","q":""}', "z": None, "#text": None, "_row": 1},
        {"@id": "2", "n": "<c>", "t": None, "o": None, "z": None, "#text": "tail", "_row": 2},
    ]


def test_the_path_of_the_elements_may_be_told(read):
    _stream, rows, _rejected = read(b"<r><a><b>1</b></a><c>2</c><c>3</c></r>", records_path="r/a")

    assert rows == [{"b": "1", "_row": 1}]


LAUGHS = "".join(f'<!ENTITY {to} "{f"&{of};" * 10}">' for of, to in zip("abcdefgh", "bcdefghi", strict=True))
LAUGHS = f'<!DOCTYPE l [<!ENTITY a "ha">{LAUGHS}]>'


@pytest.mark.parametrize(
    "content",
    [
        f"{LAUGHS}<l><p><n>&i;</n></p><p/></l>",
        '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l><p><n>&x;</n></p><p/></l>',
        "<l><p><n>&unknown;</n></p><p/></l>",
    ],
)
def test_entities_are_refused(read, content):
    with pytest.raises(EntitiesRefused):
        read(content.encode())


def test_a_document_type_without_entities_is_read(read):
    _stream, rows, _rejected = read(as_xml(head="<!DOCTYPE catalog>"))

    assert len(rows) == 40


def test_a_damage_in_an_xml_is_told_by_its_place(read):
    with pytest.raises(DamagedFile, match=r"at: 2:\d+"):
        read(b"<r><p><a>1</a></p>\n<p><a>1</b></p></r>")


def test_a_record_of_xml_that_never_ends_does_not_fill_the_memory(read, monkeypatch):
    monkeypatch.setattr(xml, "MAX_RECORD", 1_000_000)

    with pytest.raises(RecordTooLong):
        read(b"<r><p><a>1</a></p><p>" + b"<a>1</a>" * 400_000 + b"</p></r>")


# --- Workbooks ------------------------------------------------------------------------------------
def test_cells_land_as_the_workbook_shows_them(read):
    row = [1.0, 1.5, 552100554.0, "  01", True, dt.date(2024, 12, 31), INSTANT, None, "x"]

    stream, rows, _rejected = read(xlsx([[f"c{rank}" for rank in range(9)], row, row]))

    assert list(rows[0].values())[:9] == [
        "1", "1.5", "552100554", "  01", "true", "2024-12-31", "2024-12-31T08:30:00", None, "x",
    ]  # fmt: skip
    assert [column.proposed_type for column in stream.columns][5:7] == ["date", "datetime"]


def test_a_title_and_blank_rows_stand_above_a_table(read):
    table = [[None, "Report 2024"], [], [None, "name", "age"], [None, "Anne", 20], [], [None, "Zoé", 30]]

    for content in (xlsx(table), ods(table)):
        stream, rows, _rejected = read(content)

        assert stream.details["first_row"] == 3
        assert rows == [{"name": "Anne", "age": "20", "_row": 1}, {"name": "Zoé", "age": "30", "_row": 2}]


@pytest.mark.parametrize(("sheet", "expected"), [(None, "b"), ("Data", "c"), ("1", "a"), ("3", "c")])
def test_a_sheet_is_chosen_by_its_name_or_its_position(read, sheet, expected):
    sheets = [[[name], ["1"]] for name in "abc"]

    _stream, rows, _rejected = read(xlsx(*sheets, names=["Hidden", "First", "Data"], hidden=["Hidden"]), sheet=sheet)

    assert rows == [{expected: "1", "_row": 1}]


def test_a_sheet_that_is_not_there_is_told(read):
    with pytest.raises(NoSuchSheet, match="2024"):
        read(xlsx([["a"], ["1"]]), sheet="2024")


def test_the_row_of_the_names_may_be_told(read):
    _stream, rows, _rejected = read(xlsx([["x", "y"], ["a", "b"], ["1", "2"]]), header_row=2)

    assert rows == [{"a": "1", "b": "2", "_row": 1}]


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "content",
    [
        xlsx(FAR),
        xlsx(FAR.replace('"', "'").replace("r=", "r =")),
        xlsx([["a"]], **{"other/place.xml": FAR}),
        ods(
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float" '
            'office:value="1" table:number-columns-repeated="1000"/></table:table-row>'
        ),
        ods(
            '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
            '<table:table-row><table:table-cell table:number-columns-repeated="16000"/>'
            '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
        ),
    ],
)
def test_cells_that_stand_far_apart_do_not_fill_the_memory(read, content):
    with pytest.raises(TooManyCells):
        read(content)


def test_a_workbook_that_swells_is_refused_before_it_is_opened(read):
    with pytest.raises(DecompressionBomb):
        read(xlsx([["a"]], **{"xl/media/x.xml": "0" * 100_000_000}))


def test_empty_rows_below_a_table_are_no_cells(read):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    row = f"<table:table-row>{cell}</table:table-row>"
    empty = (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )

    _stream, rows, _rejected = read(ods(row.format("a") + row.format("1") + empty))

    assert rows == [{"a": "1", "_row": 1}]


def test_a_workbook_with_a_password_is_told(read):
    with pytest.raises(EncryptedFile):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x11" * 5000, xlsx("<row r='1'><c")])
def test_a_workbook_that_makes_no_sense_is_damaged_or_empty(read, content):
    with pytest.raises((DamagedFile, EmptyFile)):
        read(content)


# --- Parquet --------------------------------------------------------------------------------------
def test_values_of_parquet_land_as_iso_and_json_write_them(read):
    table = pa.table(
        {
            "i": pa.array([1, None], pa.int64()),
            "f": pa.array([1.0, 2.5]),
            "b": [True, False],
            "d": pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)),
            "day": pa.array([dt.date(2024, 12, 31), None]),
            "t": pa.array([INSTANT, None], pa.timestamp("ms")),
            "tz": pa.array([INSTANT.replace(microsecond=500_000), None], pa.timestamp("us", tz="UTC")),
            "bin": pa.array([b"\x01\xff", None]),
            "s": pa.array([{"x": [1]}, None]),
            "e": pa.array(["", "é"]).dictionary_encode(),
            "n": pa.nulls(2),
        }
    )

    _stream, rows, _rejected = read(as_parquet(table))

    assert rows[0] == {
        "i": "1", "f": "1.0", "b": "true", "d": "1.50", "day": "2024-12-31", "t": "2024-12-31T08:30:00",
        "tz": "2024-12-31T08:30:00.500000Z", "bin": "\\x01ff", "s": '{"x":[1]}', "e": "", "n": None, "_row": 1,
    }  # fmt: skip
    assert [name for name, value in rows[1].items() if value is None] == ["i", "d", "day", "t", "tz", "bin", "s", "n"]


def test_bytes_that_are_no_text_set_their_record_aside(read):
    broken = pa.Array.from_buffers(pa.string(), 3, pa.array([b"a", b"\xe9", b"c\0"], pa.binary()).buffers())

    _stream, rows, rejected = read(as_parquet(pa.table({"a": broken}), use_dictionary=False))

    assert [row["_row"] for row in rows] == [1]
    assert [(row, reason, details["byte"]) for row, reason, details in rejected] == [
        (2, "invalid_encoding", "0xe9"),
        (3, "control_character", "0x00"),
    ]


def test_a_text_said_once_for_many_rows_does_not_fill_the_memory(read):
    bomb = pa.table({"a": pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), ["x" * 1_000_000])})
    content = as_parquet(bomb)

    assert len(content) < 100_000
    with pytest.raises(TooLarge):
        read(content)


@pytest.mark.parametrize("at", [4, 40, -30, -9])
def test_a_parquet_with_wrong_bytes_is_damaged(read, at):
    content = bytearray(FILES["parquet"])
    content[at : at + 8] = b"\xff" * len(content[at : at + 8])

    with pytest.raises((DamagedFile, TruncatedFile)):
        read(b"PAR1" + bytes(content[4:]))


# --- Avro -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("codec", ["deflate", "bzip2", "xz", "zstandard"])
def test_blocks_of_avro_may_be_compressed(read, codec):
    _stream, rows, _rejected = read(as_avro(codec=codec, sync_interval=200))

    assert [row["name"] for row in rows] == [record["name"] for record in RECORDS]


def test_blocks_of_avro_may_be_compressed_by_snappy(read):
    plain = as_avro()
    head, sync = plain[: plain.rindex(plain[-16:], 0, -16)], plain[-16:]
    body = plain[len(head) + 16 : -16]
    source = avro._Source.__new__(avro._Source)
    source._pieces, source._data, source._at = iter(()), body, 0
    count, size = source.long(), source.long()
    data = source.read(size)
    packed = pa.Codec("snappy").compress(data, asbytes=True) + zlib.crc32(data).to_bytes(4, "big")
    head = head.replace(b"\x08null", b"\x0csnappy")

    _stream, rows, _rejected = read(head + sync + avro_long(count) + avro_long(len(packed)) + packed + sync)

    assert len(rows) == 40


def avro_long(number: int) -> bytes:
    number, written = number << 1, bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def test_a_block_of_avro_that_swells_is_refused(read):
    records = [{"id": 1, "name": "x" * 60_000_000, "rate": None}]

    with pytest.raises(DecompressionBomb):
        read(as_avro(records, codec="deflate"))


def test_records_of_avro_that_take_no_byte_are_refused(read):
    schema = {"type": "record", "name": "n", "fields": [{"name": "a", "type": "null"}]}
    plain = as_avro([{"a": None}], schema=schema)
    head, sync = plain[:-18], plain[-16:]

    with pytest.raises(DecompressionBomb):
        read(head + avro_long(10**12) + avro_long(0) + sync)


def test_dates_of_avro_land_as_iso_writes_them(read):
    schema = {
        "type": "record",
        "name": "n",
        "fields": [
            {"name": "day", "type": {"type": "int", "logicalType": "date"}},
            {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        ],
    }

    _stream, rows, _rejected = read(as_avro([{"day": dt.date(2024, 12, 31), "price": Decimal("1.50")}], schema=schema))

    assert rows == [{"day": "2024-12-31", "price": "1.50", "_row": 1}]


def test_a_damaged_block_of_avro_is_told(read):
    content = bytearray(FILES["avro"])
    content[-10] ^= 0xFF

    with pytest.raises(DamagedFile, match=r"Avro.*at: \d+"):
        read(bytes(content))


# --- Doubles --------------------------------------------------------------------------------------
@given(st.lists(st.one_of(st.floats(), st.integers(-(10**18), 10**18).map(float)), min_size=1, max_size=20))
def test_doubles_are_written_together_as_they_are_one_by_one(values):
    assert text_array(values).to_pylist() == [repr(value) for value in values]
