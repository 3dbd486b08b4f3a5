"""The ways of compressing one file, told by its first bytes, not by its name: gzip, bzip2, xz and zstd.

Each is read by the same loop, over objects that never give more at once than they are asked for: a bomb swells by small
steps, which are counted. A file may be several streams, one after the other, as `cat` and parallel compressors make.
"""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol
from zipfile import BadZipFile

# A step of zstd has no bound but that of its input: four bytes may stand for 128 KiB.
_STEP, _ZSTD_STEP = 64 * 1024, 1024
_GIVEN = 256 * 1024
# What a stream may ask to hold in memory: more than the highest level of each tool does.
_MEMORY = 256 * 1024 * 1024


class Stream(Protocol):
    """One compressed stream, as the standard library opens them."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Zlib:
    """gzip, with the interface of the others."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, max_length)


class _Zstd:
    """zstd, with the interface of the others; its steps are bounded by what it is given."""

    def __init__(self) -> None:
        import zstandard

        self._stream = zstandard.ZstdDecompressor(max_window_size=_MEMORY // 2).decompressobj()

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    @property
    def needs_input(self) -> bool:
        return True

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._stream.decompress(data)


def _xz() -> Stream:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)


GZIP = b"\x1f\x8b"
_KINDS: dict[bytes, tuple[Callable[[], Stream], int]] = {
    GZIP: (_Zlib, _STEP),
    b"BZh": (bz2.BZ2Decompressor, _STEP),
    b"\xfd7zXZ\x00": (_xz, _STEP),
    b"\x28\xb5\x2f\xfd": (_Zstd, _ZSTD_STEP),
}


def damages() -> tuple[type[Exception], ...]:
    """What the readers of damaged streams raise; EOFError is apart: a file that stops."""
    import zstandard

    return zlib.error, OSError, lzma.LZMAError, zstandard.ZstdError, BadZipFile


def is_compressed(beginning: bytes) -> bool:
    return beginning.startswith(tuple(_KINDS))


def inflated(file: BinaryIO, beginning: bytes) -> BinaryIO:
    """What a compressed file, which begins so, holds. Raises EOFError or one of `damages` as it is read."""
    return io.BufferedReader(_Inflated(file, beginning), buffer_size=_GIVEN)


def inflated_beginning(data: bytes, *, size: int) -> bytes:
    """What the first bytes of a compressed file hold, up to `size`: where they stop short is no error."""
    found = b""
    try:
        for chunk in _chunks(io.BytesIO(data), data):
            found += chunk
            if len(found) >= size:
                break
    except EOFError:
        pass
    return found[:size]


class _Inflated(io.RawIOBase):
    def __init__(self, file: BinaryIO, beginning: bytes) -> None:
        self._chunks = _chunks(file, beginning)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader gives
        if not self._left:
            self._left = next(self._chunks, b"")
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def _chunks(file: BinaryIO, beginning: bytes) -> Iterator[bytes]:
    make, step = next(kind for magic, kind in _KINDS.items() if beginning.startswith(magic))
    stream, data = make(), b""
    while True:
        if stream.eof:
            # Zeros may follow a stream: tapes and xz pad with them.
            data = (stream.unused_data or file.read(step)).lstrip(b"\0")
            while not data and (more := file.read(step)):
                data = more.lstrip(b"\0")
            if not data:
                return
            stream = make()
        elif stream.needs_input:
            data = file.read(step)
            if not data:
                raise EOFError
        else:
            data = b""
        if found := stream.decompress(data, _GIVEN):
            yield found
