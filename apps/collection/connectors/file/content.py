"""A file at hand: what formats are given to read, wherever it comes from."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from apps.collection.connectors.file.exceptions import NestedArchive
from apps.collection.connectors.file.unpacking import PIECE, Piece, beginning, unpacked, unpacked_file
from apps.collection.connectors.file.zips import ZIP, is_workbook, is_zip, wanted_members

SAMPLE = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Content:
    """The file at `path`, or the file `member` of the zip that is there; `name` is the one that people know.

    It holds `limit` bytes at most, decompressed, and `size` as it is kept. Where it is not whole, it is the beginning
    of one, cut anywhere.
    """

    path: Path
    name: str
    limit: int
    size: int
    member: str = ""
    is_whole: bool = True

    def pieces(self, piece: int = PIECE) -> Iterator[Piece]:
        """Its bytes from the start. Raises the errors of `unpacked`."""
        return unpacked(self.path, limit=self.limit, piece=piece, member=self.member)

    def file(self) -> AbstractContextManager[Path]:
        """A path at which it is, decompressed."""
        return unpacked_file(self.path, limit=self.limit, member=self.member)

    def beginning(self) -> tuple[bytes, bool]:
        """Its first bytes, SAMPLE at most, and whether that is all of it."""
        if self.member:
            pieces = self.pieces(SAMPLE)
            data = next(pieces, Piece(b"", 0)).data
            return data, len(data) < SAMPLE
        with self.path.open("rb") as file:
            data, is_whole = beginning(file.read(SAMPLE), size=SAMPLE)
        if not data and self.is_whole:  # a block of bzip2 may be longer than that
            data = next(self.pieces(SAMPLE), Piece(b"", 0)).data
            is_whole = len(data) < SAMPLE
        return data, is_whole and self.is_whole

    def tables(self, pattern: str | None) -> "list[Content]":
        """The files to read that are in it, if it is a zip of files; else itself.

        Raises NestedArchive, and the errors of `wanted_members`.
        """
        sample, _is_whole = self.beginning()
        if not is_zip(sample) or is_workbook(sample):
            return [self]
        with self.path.open("rb") as file:
            if self.member or not is_zip(file.read(len(ZIP))):
                raise NestedArchive
        entries = wanted_members(self.path, pattern, limit=self.limit)
        found = [replace(self, member=entry.filename, size=entry.compress_size) for entry in entries]
        for each in found:
            each.tables(None)
        return found

    @property
    def told(self) -> str:
        """The name that people know it by, that of the file of the zip if it is one."""
        return self.member or self.name
