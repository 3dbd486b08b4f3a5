"""How much room a workbook will take, measured before calamine opens it: it makes room for every cell of the rectangle
that holds those of a sheet, and a process that asks for more memory than there is dies at once.

Two cells, at both ends of a sheet, stand for seventeen thousand million. In OpenDocument one row may be said to come a
million times.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipFile

from apps.collection.connectors.file.exceptions import DecompressionBomb, NotACsv, TooLarge, TooManyCells
from apps.collection.connectors.file.unpacking import MAX_RATIO
from apps.collection.connectors.file.zips import entries, is_zip, opened_zip
from apps.core.numbers import format_size

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# 32 bytes each, whatever it holds: half a gigabyte.
MAX_CELLS = 16_000_000
# Of what is not a cell: styles, texts, pictures.
MAX_BYTES = 1024 * 1024 * 1024
MAX_OLE_BYTES = 256 * 1024 * 1024
_UNSUSPECTED = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_BINARY, _ODS_CONTENT = "xl/workbook.bin", "content.xml"
# Where a cell is, and where a row is. A cell that does not say it comes after the one before.
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\sr\s*=\s*["']([A-Za-z]{1,3})\d""")
_CELL_ANYWHERE = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr\s*=\s*["'](\d{1,9})""")
_ROW_OF_CELL = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]{1,3}(\d{1,9})""")
_ODS_TAG = re.compile(
    rb"<table:table-row\b(?P<row>[^>]*)>|<table:(?:covered-)?table-cell\b(?P<cell>[^>]*)>|<table:table\b"
)
_REPEATED_ROWS = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d{1,9})""")
_REPEATED_COLUMNS = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d{1,9})""")


def check_size(path: Path, *, limit: int, name: str) -> None:
    """Raises TooLarge, TooManyCells or DecompressionBomb, and the errors of `entries`."""
    with path.open("rb") as file:
        if not is_zip(file.read(4)):
            if file.seek(0, 2) > MAX_OLE_BYTES:
                raise TooLarge(limit=format_size(MAX_OLE_BYTES))
            return
    found = entries(path, limit=min(limit, MAX_BYTES))
    if any(e.file_size > _UNSUSPECTED and e.file_size > MAX_RATIO * max(e.compress_size, 1) for e in found):
        raise DecompressionBomb(ratio=MAX_RATIO)
    if any(entry.filename == _BINARY for entry in found):
        raise NotACsv(name=name, format="xlsb")
    is_office = all(entry.filename != _ODS_CONTENT for entry in found)
    with path.open("rb") as file, opened_zip(file) as archive:
        for entry in found:
            # Of xlsx any file may be a sheet: which ones are, another of them says.
            if is_office and entry.filename.endswith(".xml"):
                with archive.open(entry) as sheet:
                    _check_xlsx(sheet)  # type: ignore[arg-type]  # it reads as a file does
            elif entry.filename == _ODS_CONTENT:
                _check_ods(archive, entry.filename)


def _check_xlsx(sheet: BinaryIO) -> None:
    columns: set[bytes] = set()
    rows = cells = 0
    for chunk in _tags(sheet):
        columns.update(_CELL.findall(chunk))
        cells += len(_CELL_ANYWHERE.findall(chunk))
        rows = max([rows, *map(int, _ROW.findall(chunk)), *_rows_of_cells(chunk)])
        width = max(map(_column, columns), default=1)
        if cells > MAX_CELLS or max(rows, 1) * width > MAX_CELLS:
            raise TooManyCells(limit=MAX_CELLS)


def _rows_of_cells(chunk: bytes) -> list[int]:
    """The rows that cells say they are in, which need not be that of the row around them: the last ones are enough."""
    return [int(each) for each in set(_ROW_OF_CELL.findall(chunk))]


def _check_ods(archive: ZipFile, name: str) -> None:
    """Add up the cells of each sheet, those said to be repeated among them, as far as the last one with a value."""
    with archive.open(name) as file:
        rows = last = width = repeated = column = 0
        for chunk in _tags(file):  # type: ignore[arg-type]  # it reads as a file does
            for tag in _ODS_TAG.finditer(chunk):
                if tag["cell"] is not None:
                    column += _number(_REPEATED_COLUMNS, tag["cell"])
                    if b"value" in tag["cell"]:
                        last, width = rows + repeated, max(width, column)
                elif tag["row"] is not None:
                    rows, repeated, column = rows + repeated, _number(_REPEATED_ROWS, tag["row"]), 0
                else:
                    rows = last = width = repeated = 0
                if last * width > MAX_CELLS:
                    raise TooManyCells(limit=MAX_CELLS)


def _tags(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of an XML by chunks that cut no tag in two."""
    rest = b""
    while data := file.read(_CHUNK):
        data = rest + data
        end = data.rfind(b"<")
        rest = data[max(end, 0) :]
        if len(rest) > _CHUNK:  # no tag is that long: what it says is not looked for
            rest = b""
        if end > 0:
            yield data[:end]
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _number(pattern: re.Pattern[bytes], tag: bytes) -> int:
    found = pattern.search(tag)
    return int(found[1]) if found else 1
