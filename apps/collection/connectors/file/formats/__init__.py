"""The formats of files. One more is one more module here, with one class, named below, and a line in `sniffing`."""

from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.formats.avro import Avro
from apps.collection.connectors.file.formats.base import FileFormat
from apps.collection.connectors.file.formats.json import Json
from apps.collection.connectors.file.formats.json_lines import JsonLines
from apps.collection.connectors.file.formats.parquet import Parquet
from apps.collection.connectors.file.formats.text import TextTable
from apps.collection.connectors.file.formats.workbook import Workbook
from apps.collection.connectors.file.formats.xml import Xml

_ALL: tuple[FileFormat, ...] = (TextTable(), Json(), JsonLines(), Workbook(), Parquet(), Xml(), Avro())
FORMATS = {each.format: each for each in _ALL}


def format_of(layout: dict[str, object]) -> FileFormat:
    """The format of what has this layout. That of a table in text does not say it: it was the only one, once."""
    return FORMATS[Format(str(layout.get("format", Format.CSV)))]
