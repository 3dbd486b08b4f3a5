"""The bytes of a file, piece by piece, decompressed if they are gzip's: told by the first bytes, not by the name."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.template.defaultfilters import filesizeformat

from apps.collection.connectors.file.exceptions import DamagedArchive, DecompressionBomb, TooLarge, TruncatedArchive

GZIP = b"\x1f\x8b"
# One piece makes one block of records, hence a batch: large enough to cost little, small enough to hold ten of them.
PIECE = 2 * 1024 * 1024
# Repetitive tables reach 100; DEFLATE cannot pass 1032. A small file may do what it likes.
MAX_RATIO = 250
_UNSUSPECTED = 64 * 1024 * 1024


class Piece(NamedTuple):
    """Some bytes, and how far in the file as it is kept they lead."""

    data: bytes
    position: int


def unpacked(path: Path, *, limit: int, piece: int = PIECE) -> Iterator[Piece]:
    """The content of the file by pieces of the same size, up to `limit` bytes.

    Raises TruncatedArchive, DamagedArchive, DecompressionBomb or TooLarge.
    """
    with path.open("rb") as file:
        is_compressed = file.read(len(GZIP)) == GZIP
        file.seek(0)
        if not is_compressed:
            yield from _bounded(file, file, limit, piece)
            return
        with gzip.GzipFile(fileobj=file) as opened:
            try:
                yield from _bounded(opened, file, limit, piece)  # type: ignore[arg-type]  # it reads as a file does
            except EOFError:
                raise TruncatedArchive(at=file.tell()) from None
            except (gzip.BadGzipFile, zlib.error):
                raise DamagedArchive(at=file.tell()) from None


def _bounded(opened: BinaryIO, file: BinaryIO, limit: int, piece: int) -> Iterator[Piece]:
    total = 0
    while data := opened.read(piece):
        total += len(data)
        position = file.tell()
        if total > _UNSUSPECTED and total > MAX_RATIO * position:
            raise DecompressionBomb(ratio=MAX_RATIO)
        if total > limit:
            raise TooLarge(limit=str(filesizeformat(limit)))
        yield Piece(data, position)


def beginning(data: bytes, *, size: int) -> tuple[bytes, bool]:
    """What the first bytes of a file hold, decompressed if need be, up to `size`; and whether that is the whole file.

    A file of which `size` bytes or more are given is taken for longer. Raises DamagedArchive.
    """
    is_whole = len(data) < size
    if not data.startswith(GZIP):
        return data[:size], is_whole
    opened, left = b"", data
    while left.startswith(GZIP) and len(opened) < size:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            opened += member.decompress(left, size - len(opened))
        except zlib.error:
            raise DamagedArchive(at=len(data) - len(left)) from None
        left = member.unused_data
    return opened, is_whole and len(opened) < size
