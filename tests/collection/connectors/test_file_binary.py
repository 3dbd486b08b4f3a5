"""Parquet and Avro: their values in text, their blocks, their damages."""

import datetime as dt
import zlib
from decimal import Decimal

import pyarrow as pa
import pytest

from apps.collection.connectors.file.exceptions import (
    DamagedFile,
    DecompressionBomb,
    TooLarge,
    TruncatedFile,
)
from apps.collection.connectors.file.formats import avro
from tests.collection.connectors.formats import FILES, INSTANT, RECORDS, as_avro, as_parquet, read

__all__ = ["read"]


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
