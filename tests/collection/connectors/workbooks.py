"""Workbooks made by hand, from what the two standards ask for and no more: `xlsx(rows)`, `ods(rows)`.

A cell is None, a text, a number, a boolean, a date or an instant.
"""

import datetime as dt
import io
import zipfile
from xml.sax.saxutils import escape

_EPOCH = dt.datetime.fromisoformat("1899-12-30")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx(*sheets, names=(), hidden=(), **others: str) -> bytes:
    """A workbook of these sheets, each a list of rows, or the XML of its rows; `others` are files that it holds too."""
    names = names or [f"Sheet{rank}" for rank in range(1, len(sheets) + 1)]
    states = ("visible", "hidden")
    listed = "".join(
        f'<sheet name="{name}" sheetId="{rank}" r:id="rId{rank}" state="{states[name in hidden]}"/>'
        for rank, name in enumerate(names, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{rank}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{rank}.xml"/>'
        for rank in range(1, len(sheets) + 1)
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}<Relationship '
        f'Id="rId99" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>'
        '<xf numFmtId="22"/></cellXfs></styleSheet>',
    }
    for rank, rows in enumerate(sheets, 1):
        inside = rows if isinstance(rows, str) else "".join(map(_xlsx_row, range(1, len(rows) + 1), rows))
        files[f"xl/worksheets/sheet{rank}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{inside}</sheetData></worksheet>'
        )
    return zipped({name: f'<?xml version="1.0"?>{text}' for name, text in files.items()} | others)


def ods(rows) -> bytes:
    """An OpenDocument sheet of these rows, or of the XML of its rows."""
    inside = rows if isinstance(rows, str) else "".join(map(_ods_row, rows))
    namespace = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{namespace}:office:1.0" '
        f'xmlns:table="{namespace}:table:1.0" xmlns:text="{namespace}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Feuille1">{inside}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{namespace}:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": manifest}, stored="mimetype")


def zipped(files, *, stored: str = "", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == stored else None)
    return made.getvalue()


def _xlsx_row(number: int, row) -> str:
    cells = "".join(_xlsx_cell(f"{_letters(rank)}{number}", cell) for rank, cell in enumerate(row))
    return f'<row r="{number}">{cells}</row>'


def _xlsx_cell(at: str, cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return f'<c r="{at}" t="b"><v>{int(cell)}</v></c>'
        case str():
            return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
        case dt.datetime():
            return f'<c r="{at}" s="2"><v>{(cell - _EPOCH) / dt.timedelta(days=1)!r}</v></c>'
        case dt.date():
            return f'<c r="{at}" s="1"><v>{(cell - _EPOCH.date()).days}</v></c>'
    return f'<c r="{at}"><v>{cell!r}</v></c>'


def _ods_row(row) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case str():
            return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
        case dt.date():
            return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
    return f'<table:table-cell office:value-type="float" office:value="{cell!r}"/>'


def _letters(rank: int) -> str:
    letters = ""
    rank += 1
    while rank:
        rank, digit = divmod(rank - 1, 26)
        letters = chr(65 + digit) + letters
    return letters
