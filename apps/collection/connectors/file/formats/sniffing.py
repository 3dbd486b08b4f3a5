"""Telling the format of a file by its content first, then, where several could be, by the end of its name."""

import re

from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.formats import avro, parquet
from apps.collection.connectors.file.formats.workbook_size import OLE
from apps.collection.connectors.file.zips import is_workbook

# What is written in binary has marks that nothing else begins with.
_MARKS = [(parquet.MAGIC, Format.PARQUET), (avro.MAGIC, Format.AVRO), (OLE, Format.WORKBOOK)]
_LINES = (".jsonl", ".ndjson", ".jsonlines", ".ldjson")
_XML = re.compile(rb"\s*<(?:\?xml\b|!--|!DOCTYPE\s|[A-Za-z_])", re.IGNORECASE)
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_JSON = re.compile(rb'\s*(?:\{\s*["}]|\[\s*[\[{\]])')
_LINE_OF_JSON = re.compile(rb"\s*\{[^\n]*\}\s*\n\s*[{\[]")


def sniffed(sample: bytes, *, name: str) -> Format:
    """The format of what begins so, decompressed: CSV where nothing says another."""
    for mark, found in _MARKS:
        if sample.startswith(mark):
            return found
    if is_workbook(sample):
        return Format.WORKBOOK
    text = _text(sample)
    if _JSON.match(text):
        return Format.JSON_LINES if _are_lines(text, name) else Format.JSON
    if _XML.match(text) and not _HTML.match(text):
        return Format.XML
    return Format.CSV


def _are_lines(text: bytes, name: str) -> bool:
    stem = name.lower()
    for ending in (".gz", ".bz2", ".xz", ".zst"):
        stem = stem.removesuffix(ending)
    if text.lstrip()[:1] == b"[":
        return False
    return stem.endswith(_LINES) or _LINE_OF_JSON.match(text) is not None


def _text(sample: bytes) -> bytes:
    """Without the mark that UTF-8 may begin with; UTF-16 as far as it is ASCII."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return sample[2:].replace(b"\0", b"")
    return sample.removeprefix(b"\xef\xbb\xbf")
