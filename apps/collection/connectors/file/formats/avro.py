"""Avro: blocks of records that their schema, at the head of the file, tells how to read.

fastavro opens a block whole, whatever it swells to; so blocks are opened here, by steps that are counted, and handed to
it uncompressed. A block that is wanted no more is passed over by the count of records at its head.
"""

import bz2
import io
import lzma
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.exceptions import DamagedFile, DecompressionBomb, TruncatedFile
from apps.collection.connectors.file.formats.recordwise import Group, RecordFormat
from apps.collection.connectors.file.unpacking import MAX_RATIO

MAGIC = b"Obj\x01"
MAX_BLOCK = 128 * 1024 * 1024
_MAX_HEADER = 4 * 1024 * 1024
_SYNC = 16
# What a block may swell to without being suspected.
_UNSUSPECTED = 16 * 1024 * 1024


class Avro(RecordFormat):
    format = Format.AVRO
    is_sparse = False

    def locate(self, content: Content, config: FileConfig) -> dict[str, Any]:
        return {}

    def groups(self, content: Content, layout: dict[str, Any], *, done: int) -> Iterator[Group]:
        source = _Source(content)
        try:
            yield from _groups(source, done)
        except _Damage:
            raise DamagedFile(format="Avro", at=source.position) from None
        except EOFError:
            if content.is_whole:
                raise TruncatedFile(format="Avro") from None


class _Damage(Exception):
    """Bytes that are not what Avro writes."""


class _Source:
    """The bytes of a file that is read once, and how far in it they lead."""

    def __init__(self, content: Content) -> None:
        self._pieces = content.pieces()
        self._data, self._at, self.position = b"", 0, 0

    def read(self, size: int) -> bytes:
        """So many bytes. Raises EOFError if there are not."""
        while len(self._data) - self._at < size:
            piece = next(self._pieces, None)
            if piece is None:
                raise EOFError
            self._data, self._at, self.position = self._data[self._at :] + piece.data, 0, piece.position
        self._at += size
        return self._data[self._at - size : self._at]

    def long(self) -> int:
        """A number as Avro writes it: seven bits a byte, the sign last."""
        number = shift = 0
        while True:
            (byte,) = self.read(1)
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (number >> 1) ^ -(number & 1)
            shift += 7
            if shift > 63:
                raise _Damage

    def is_over(self) -> bool:
        try:
            self.read(1)
        except EOFError:
            return True
        self._at -= 1
        return False


def _groups(source: _Source, done: int) -> Iterator[Group]:
    from fastavro import parse_schema

    codec, schema, sync = _header(source)
    try:
        parsed = parse_schema(schema)
    except Exception:
        raise _Damage from None
    _refuse_empty_items(schema)
    before = skipped = 0
    while not source.is_over():
        count, size = source.long(), source.long()
        if count < 0 or not 0 <= size <= MAX_BLOCK:
            raise _Damage
        packed, mark = source.read(size), source.read(_SYNC)
        if mark != sync:
            raise _Damage
        before += count
        if before <= done:
            skipped += count
            continue
        data = _unpacked(packed, codec)
        if count > len(data):  # records that take no byte at all: as many as one likes
            raise DecompressionBomb(ratio=MAX_RATIO)
        yield Group(_records(data, count, parsed), source.position, skipped=skipped)
        skipped = 0


def _header(source: _Source) -> tuple[str, Any, bytes]:
    import orjson

    if source.read(len(MAGIC)) != MAGIC:
        raise _Damage
    told: dict[str, bytes] = {}
    while count := source.long():
        if count < 0:
            source.long()
        for _entry in range(abs(count)):
            name, value = (source.read(_length(source)) for _each in range(2))
            told[name.decode("utf-8", "replace")] = value
    codec = told.get("avro.codec", b"null").decode("ascii", "replace")
    try:
        schema = orjson.loads(told.get("avro.schema", b""))
    except orjson.JSONDecodeError:
        raise _Damage from None
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise _Damage
    return codec, schema, source.read(_SYNC)


def _length(source: _Source) -> int:
    length = source.long()
    if not 0 <= length <= _MAX_HEADER:
        raise _Damage
    return length


def _unpacked(packed: bytes, codec: str) -> bytes:
    """A block decompressed, by a bounded step. Raises DecompressionBomb."""
    limit = min(MAX_BLOCK, max(_UNSUSPECTED, MAX_RATIO * len(packed)))
    try:
        match codec:
            case "null":
                return packed
            case "deflate":
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit + 1)
            case "bzip2":
                data = bz2.BZ2Decompressor().decompress(packed, limit + 1)
            case "xz":
                data = lzma.LZMADecompressor(memlimit=2 * MAX_BLOCK).decompress(packed, limit + 1)
            case "zstandard":
                data = _bounded_read(packed, limit + 1)
            case "snappy":
                data = _snappy(packed, limit)
            case _:
                raise _Damage
    except (zlib.error, OSError, lzma.LZMAError, ValueError, EOFError):
        raise _Damage from None
    if len(data) > limit:
        raise DecompressionBomb(ratio=MAX_RATIO)
    return data


def _bounded_read(packed: bytes, size: int) -> bytes:
    import zstandard

    try:
        with zstandard.ZstdDecompressor(max_window_size=MAX_BLOCK).stream_reader(packed) as reader:
            return reader.read(size)
    except zstandard.ZstdError:
        raise ValueError from None


def _snappy(packed: bytes, limit: int) -> bytes:
    """Snappy says at its head what it swells to; pyarrow is told, and never writes more. A CRC follows."""
    import pyarrow as pa

    source = io.BytesIO(packed)
    size = shift = 0
    while True:
        (byte,) = source.read(1) or b"\x80"
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 or shift > 35:
            break
    if size > limit:
        raise DecompressionBomb(ratio=MAX_RATIO)
    try:
        data: bytes = pa.Codec("snappy").decompress(packed[:-4], decompressed_size=size, asbytes=True)
    except pa.ArrowException:
        raise ValueError from None
    if zlib.crc32(data) != int.from_bytes(packed[-4:], "big"):
        raise ValueError
    return data


def _records(data: bytes, count: int, schema: Any) -> list[Any]:
    from fastavro import schemaless_reader

    source: BinaryIO = io.BytesIO(data)
    try:
        records = [schemaless_reader(source, schema, None) for _record in range(count)]
    except Exception:
        raise _Damage from None
    if source.read(1):
        raise _Damage
    return records


def _refuse_empty_items(schema: Any) -> None:
    """A list of items that take no byte may have a billion of them in ten."""
    if isinstance(schema, dict):
        if schema.get("type") == "array" and schema.get("items") in ("null", {"type": "null"}):
            raise DecompressionBomb(ratio=MAX_RATIO)
        for each in schema.values():
            _refuse_empty_items(each)
    elif isinstance(schema, list):
        for each in schema:
            _refuse_empty_items(each)
