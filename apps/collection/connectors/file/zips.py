"""The files of a zip: which there are, which are wanted. Their names choose and tell; none is ever a path.

What is refused here is told before anything is decompressed: too many files, encryption, sizes that add up too far.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from apps.collection.connectors.file.exceptions import (
    DamagedArchive,
    EncryptedFile,
    NoSuchMember,
    SeveralMembers,
    TooLarge,
    TooManyEntries,
    TruncatedArchive,
)
from apps.collection.connectors.file.patterns import Pattern
from apps.core.numbers import format_size

ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
MAX_ENTRIES = 10_000
# What the list of files may weigh, which is read whole: names of a thousand bytes.
_MAX_LIST = MAX_ENTRIES * 1024
_END = struct.Struct("<4s4H2LH")
_ENCRYPTED = 0x1
# What the first file of a workbook is called, whichever program wrote it; and how an OpenDocument one begins.
_WORKBOOK_PARTS = (b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
# What archivers add for themselves.
_NOT_CONTENT = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def is_zip(beginning: bytes) -> bool:
    return beginning.startswith((ZIP, _EMPTY_ZIP))


def is_workbook(sample: bytes) -> bool:
    """Whether a zip that begins so is a workbook rather than an archive of files."""
    if not is_zip(sample):
        return False
    length = int.from_bytes(sample[26:28], "little")
    first = sample[30 : 30 + length]
    is_office = first.startswith(_WORKBOOK_PARTS) and b"word/" not in sample and b"ppt/" not in sample
    return is_office or sample[30:].startswith(_OPEN_DOCUMENT)


@contextmanager
def opened_zip(file: BinaryIO) -> Iterator[ZipFile]:
    """Raises TruncatedArchive, DamagedArchive or TooManyEntries."""
    size = _check_list(file)
    try:
        with ZipFile(file) as archive:
            yield archive
    except (BadZipFile, NotImplementedError, struct.error):
        raise DamagedArchive(at=size) from None


def entries(path: Path, *, limit: int) -> list[ZipInfo]:
    """What a zip holds, without folders and what archivers add; `limit` is for the sum of their sizes.

    Raises the errors of `opened_zip`, EncryptedFile or TooLarge.
    """
    with path.open("rb") as file, opened_zip(file) as archive:
        found = [
            entry
            for entry in archive.infolist()
            if not entry.is_dir() and not entry.filename.startswith(_NOT_CONTENT[0])
            if entry.filename.rpartition("/")[2] not in _NOT_CONTENT
        ]
    if any(entry.flag_bits & _ENCRYPTED for entry in found):
        raise EncryptedFile
    if sum(entry.file_size for entry in found) > limit:
        raise TooLarge(limit=format_size(limit))
    return found


def wanted_members(path: Path, pattern: str | None, *, limit: int) -> list[ZipInfo]:
    """Those to read, in order of their names: the only one, or those that the pattern names.

    Raises the errors of `entries`, NoSuchMember, or SeveralMembers where nothing says which.
    """
    # A name said twice is read as `ZipFile` reads it: the last one.
    found = {entry.filename: entry for entry in entries(path, limit=limit)}
    names = sorted(filter(Pattern(pattern), found) if pattern else found)
    if not names:
        raise NoSuchMember
    if len(names) > 1 and not pattern:
        raise SeveralMembers(found=len(names))
    return [found[name] for name in names]


@contextmanager
def opened_member(file: BinaryIO, name: str) -> Iterator[tuple[BinaryIO, int]]:
    """What a file of a zip holds, and where in the zip it begins.

    Raises NoSuchMember, EncryptedFile and the errors of `opened_zip`.
    """
    with opened_zip(file) as archive:
        try:
            entry = archive.getinfo(name)
        except KeyError:
            raise NoSuchMember from None
        if entry.flag_bits & _ENCRYPTED:
            raise EncryptedFile
        with archive.open(entry) as opened:
            yield opened, file.tell()  # type: ignore[misc]  # it reads as a file does


def _check_list(file: BinaryIO) -> int:
    """Read the end of the zip, which says how many files it lists: `ZipFile` would make an object of each first."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_536 - _END.size))
    tail = file.read()
    at = tail.rfind(_EMPTY_ZIP)
    if at < 0 or len(tail) - at < _END.size:
        raise TruncatedArchive(at=size)
    _magic, _disk, _start, _here, count, weight, _offset, _comment = _END.unpack_from(tail, at)
    # 0xFFFF is how a zip of more files than that says it.
    if count > MAX_ENTRIES or weight > _MAX_LIST:
        raise TooManyEntries(limit=MAX_ENTRIES)
    return size
