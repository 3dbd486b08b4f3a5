"""Workbooks: Excel (xlsx, xlsm, xlsb, xls) and OpenDocument (ods), one sheet of them, read by calamine.

calamine holds the whole sheet, so what it will hold is measured first (see `workbook_size`). A cell that is empty is
null; a number without decimals lands without them, as the workbook shows it; dates land as ISO texts.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from apps.collection.connectors.base import Batch, Cursor
from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.detection import MAX_COLUMNS, MAX_RECORDS, columns_like, names_columns
from apps.collection.connectors.file.exceptions import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    NoSuchSheet,
    TooManyColumns,
)
from apps.collection.connectors.file.formats.base import Described
from apps.collection.connectors.file.formats.workbook_size import OLE, check_size
from apps.collection.connectors.file.naming import unique_names

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_BATCH = 10_000
# Rows in which the table is looked for.
_FIRST = 1_000
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
# Beyond it a double has no decimals left, and not every whole number either.
_EXACT = 1e15

Row = list[Any]


class Workbook:
    format = Format.WORKBOOK
    needs_whole = True

    def describe(self, content: Content, config: FileConfig, *, is_thorough: bool) -> Described:
        with _opened_sheet(content, config.sheet) as sheet:
            first = list(islice(sheet.iter_rows(), _FIRST + (config.header_row or 0)))
            name = sheet.name
        left = min((rank for row in first for rank, cell in enumerate(row) if _is_there(cell)), default=0)
        start, header, width = _table_start([[_text(cell) for cell in row[left:]] for row in first], config)
        if width == 0:
            raise EmptyFile(name=content.told)
        if width > MAX_COLUMNS:
            raise TooManyColumns(found=width, limit=MAX_COLUMNS)
        rows = [
            [_text(cell) or "" for cell in row[left : left + width]]
            for row in first[start:]
            if any(map(_is_there, row))
        ]
        given = list(config.column_names or (rows[0] if header and rows else ()))
        names = unique_names(given, width=width)
        layout = {
            "format": str(self.format),
            "sheet": name,
            "first_row": start + 1,
            "first_column": left + 1,
            "header": header,
            "columns": list(names),
        }
        return Described(layout=layout, columns=columns_like(names, rows[header : MAX_RECORDS + header]))

    def read(self, content: Content, layout: dict[str, Any], cursor: Cursor | None) -> Iterator[Batch]:
        done = int(cursor["row"]) if cursor else 0
        columns: list[str] = layout["columns"]
        size = content.size
        with _opened_sheet(content, layout["sheet"], is_name=True) as sheet:
            total = max(sheet.total_height, 1)
            rows = islice(sheet.iter_rows(), layout["first_row"] - 1, None)
            left = layout["first_column"] - 1
            records = (row[left:] for row in rows if any(map(_is_there, row)))
            number = len(list(islice(records, done + layout["header"]))) - layout["header"]
            while found := list(islice(records, _BATCH)):
                yield _batch(found, number, columns, position=min(size, size * (number + len(found)) // total))
                number += len(found)


@contextmanager
def _opened_sheet(content: Content, wanted: str | None, *, is_name: bool = False) -> "Iterator[CalamineSheet]":
    """Raises DamagedFile, EncryptedFile, NoSuchSheet, and the errors of `check_size`."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    with content.file() as path:
        with path.open("rb") as file:
            if file.read(len(OLE)) == OLE and _PASSWORD in file.read():
                raise EncryptedFile
        check_size(path, limit=content.limit, name=content.told)
        try:
            with CalamineWorkbook.from_path(path) as workbook:
                sheet = workbook.get_sheet_by_name(_sheet_name(workbook, wanted, is_name=is_name))
        except PasswordError:
            raise EncryptedFile from None
        except CalamineError:
            raise DamagedFile(format="Excel, OpenDocument", at="–") from None
        except BaseException as error:
            # What Rust raises where it gives up is no Exception, so that nobody mistakes it for one.
            if type(error).__name__ != "PanicException":
                raise
            raise DamagedFile(format="Excel, OpenDocument", at="–") from None
        yield sheet


def _sheet_name(workbook: Any, wanted: str | None, *, is_name: bool) -> str:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    names: list[str] = workbook.sheet_names
    if wanted in names:
        return wanted
    if wanted and not is_name and wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    if wanted or not names:
        raise NoSuchSheet(sheet=wanted or "1")
    shown = [
        each.name
        for each in workbook.sheets_metadata
        if each.visible == SheetVisibleEnum.Visible and each.typ == SheetTypeEnum.WorkSheet
    ]
    return shown[0] if shown else names[0]


def _table_start(rows: list[list[str | None]], config: FileConfig) -> tuple[int, bool, int]:
    """The row with which the table begins, whether it names the columns, and how many those are.

    Above a table stand titles and remarks, on merged cells: rows with fewer cells than those below.
    """
    width = len(config.column_names or ()) or max(map(_width, rows), default=0)
    if config.header_row:
        names = rows[config.header_row - 1] if config.header_row <= len(rows) else []
        return config.header_row - 1, True, _width(names) and max(width, _width(names))
    filled = [sum(cell is not None for cell in row) for row in rows]
    enough = max(filled, default=0) * 0.6
    start = next((rank for rank, count in enumerate(filled) if count and count >= enough), 0)
    start += config.skip_lines or 0
    if config.header is not None:
        return start, config.header, width
    table = [[cell or "" for cell in row[:width]] for row in rows[start:] if any(row)]
    return start, bool(table) and names_columns(table), width


def _width(row: list[str | None]) -> int:
    return max((rank for rank, cell in enumerate(row, 1) if cell is not None), default=0)


def _batch(found: list[Row], before: int, columns: list[str], *, position: int) -> Batch:
    import pyarrow as pa

    from apps.collection.connectors.base import ROW
    from apps.collection.connectors.file.formats.checking import set_aside

    width = len(columns)
    texts = [[_text(row[rank]) if rank < len(row) else None for row in found] for rank in range(width)]
    end = before + len(found)
    arrays = [pa.array(cells, pa.string()) for cells in texts]
    rows = pa.RecordBatch.from_arrays([*arrays, pa.array(range(before + 1, end + 1), pa.int64())], [*columns, ROW])
    kept, rejected = set_aside(rows)
    return Batch(rows=kept, cursor={"row": end}, rejected=tuple(rejected), position=position)


def _is_there(cell: Any) -> bool:
    return bool(cell != "")


def _text(cell: Any) -> str | None:
    match cell:
        case "":
            return None
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < _EXACT:
            return str(int(cell))
        case int() | float():
            return repr(cell)
        case dt.datetime() | dt.date() | dt.time():
            return cell.isoformat()
    from apps.collection.connectors.texts import as_text

    return as_text(cell)
