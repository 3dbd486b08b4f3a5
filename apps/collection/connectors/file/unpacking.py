"""The bytes of a file, piece by piece, decompressed if they are: told by the first bytes, not by the name."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

from apps.collection.connectors.file.compressions import damages, inflated, inflated_beginning, is_compressed
from apps.collection.connectors.file.exceptions import (
    DamagedArchive,
    DecompressionBomb,
    NestedArchive,
    TooLarge,
    TruncatedArchive,
)
from apps.collection.connectors.file.zips import opened_member
from apps.core.numbers import format_size

# One piece makes one block of records, hence a batch: large enough to cost little, small enough to hold ten of them.
PIECE = 4 * 1024 * 1024
# Repetitive tables reach 100; DEFLATE cannot pass 1032. A small file may do what it likes.
MAX_RATIO = 250
_UNSUSPECTED = 64 * 1024 * 1024
_MAGIC = 8


class Piece(NamedTuple):
    """Some bytes, and how far in the file as it is kept they lead."""

    data: bytes
    position: int


def unpacked(path: Path, *, limit: int, piece: int = PIECE, member: str = "") -> Iterator[Piece]:
    """The content of the file, or of a file of a zip, by pieces of the same size, up to `limit` bytes.

    Raises TruncatedArchive, DamagedArchive, DecompressionBomb, NestedArchive or TooLarge.
    """
    with path.open("rb") as file, ExitStack() as stack:
        if member:
            opened, start = stack.enter_context(opened_member(file, member))
            yield from _bounded(opened, file, limit, piece, start=start)
            return
        beginning = file.read(_MAGIC)
        file.seek(0)
        yield from _bounded(inflated(file, beginning) if is_compressed(beginning) else file, file, limit, piece)


@contextmanager
def unpacked_file(path: Path, *, limit: int, member: str = "") -> Iterator[Path]:
    """A path at which the content is, decompressed: for formats that are not read from their start to their end."""
    with path.open("rb") as file:
        is_packed = bool(member) or is_compressed(file.read(_MAGIC))
    if not is_packed:
        yield path
        return
    with TemporaryDirectory() as directory:
        copy = Path(directory) / "content"
        with copy.open("wb") as file:
            file.writelines(piece.data for piece in unpacked(path, limit=limit, member=member))
        yield copy


def beginning(data: bytes, *, size: int) -> tuple[bytes, bool]:
    """What the first bytes of a file hold, decompressed if need be, up to `size`; and whether that is the whole file.

    A file of which `size` bytes or more are given is taken for longer. Raises DamagedArchive or NestedArchive.
    """
    is_whole = len(data) < size
    if not is_compressed(data):
        return data[:size], is_whole
    try:
        opened = inflated_beginning(data, size=size)
    except damages():
        raise DamagedArchive(at=len(data)) from None
    _refuse_nested(opened)
    return opened, is_whole and len(opened) < size


def _bounded(opened: BinaryIO, file: BinaryIO, limit: int, piece: int, *, start: int = 0) -> Iterator[Piece]:
    total = 0
    try:
        while data := opened.read(piece):
            if not total and opened is not file:
                _refuse_nested(data)
            total += len(data)
            position = file.tell() - start
            if total > _UNSUSPECTED and total > MAX_RATIO * position:
                raise DecompressionBomb(ratio=MAX_RATIO)
            if total > limit:
                raise TooLarge(limit=format_size(limit))
            yield Piece(data, position)
    except EOFError:
        raise TruncatedArchive(at=file.tell()) from None
    except damages() as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the disk's own fault
        raise DamagedArchive(at=file.tell()) from None


def _refuse_nested(data: bytes) -> None:
    if is_compressed(data):
        raise NestedArchive
