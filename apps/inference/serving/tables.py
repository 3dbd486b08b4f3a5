"""A file that somebody sent from a page, made the table that workers answer: the fields of a model as columns of texts,
then its own columns as they were sent, which are given back with the answers.

The readers of collection read it: any delimiter and encoding that they tell, JSON Lines, Parquet, a workbook. A record
that they cannot read keeps its place in UNREAD, with the reason: rows are counted as people count them. What people
write otherwise than programs is put right: a comma in the numbers of a file cut by semicolons, midnight after a date.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from apps.collection.connectors.base import ROW
from apps.collection.connectors.base import Batch as Read
from apps.collection.connectors.file.choices import Delimiter
from apps.collection.connectors.file.config import FileConfig, Upload
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.exceptions import TooLarge
from apps.collection.connectors.file.formats import format_of
from apps.collection.connectors.file.looking import looked_at
from apps.collection.exceptions import CollectionError
from apps.inference.encoding import Array
from apps.inference.enums import FieldType
from apps.inference.exceptions import BatchRefused
from apps.inference.receiving import MOST_BYTES, told_too_large
from apps.inference.serving.checking import listed
from apps.inference.serving.vectors import SENT, UNREAD
from apps.inference.signature import Field, Signature

LEFT_OUT = b"left_out"
_COMMA = r"^([+-]?\d+),(\d+)$"
_MIDNIGHT = r"[T ]00:00(:00(\.0+)?)?$"


def rewrite(path: Path, *, name: str, signature: Signature, into: Path) -> int:
    """Write the table of a file, and tell how many rows it has, those that could not be read among them.

    Raises BatchRefused: it is no file that is read, it is empty, or has not the columns that it needs.
    """
    try:
        return _rewritten(path, name, signature, into)
    except TooLarge:
        raise BatchRefused(told_too_large()) from None
    except CollectionError as error:
        raise BatchRefused(error.message) from None


def _rewritten(path: Path, name: str, signature: Signature, into: Path) -> int:
    with path.open("rb") as file:
        sent = Upload(digest=file_digest(file, "sha256").hexdigest(), name=name)
    config = FileConfig(upload=sent, header=True)
    (content,) = Content(path=path, name=name, limit=MOST_BYTES, size=path.stat().st_size).tables(None)
    found = looked_at(content, config, is_thorough=True)
    names = [column.name for column in found.columns]
    fields = _fields_of(signature, names)
    is_french = found.layout.get("delimiter") == Delimiter.SEMICOLON
    kept = json.dumps([each for each in names if each not in fields.values()])
    columns = (*fields, UNREAD, *(f"{SENT}{each}" for each in names))
    schema = pa.schema([(each, pa.string()) for each in columns], {LEFT_OUT: kept.encode()})
    count = 0
    with pq.ParquetWriter(into, schema) as writer:
        for read in format_of(found.layout).read(content, found.layout, None):
            writer.write_batch(_in_place(read, count, fields, signature, schema, is_french=is_french))
            count = read.cursor["row"]
    if not count:
        raise BatchRefused(_("The file has the names of its columns, and no row."))
    return count


def _fields_of(signature: Signature, names: Sequence[str]) -> dict[str, str]:
    """The column of each field that a file has, found by the name of the field or, else, by what people call it.

    Raises BatchRefused if those of some fields that must be filled are not there.
    """
    known = {name.casefold(): name for name in reversed(names)}
    asked = {
        field.name: known.get(field.name.casefold()) or known.get(field.title.casefold()) for field in signature.fields
    }
    missing = [field.name for field in signature.fields if field.is_required and not asked[field.name]]
    if missing:
        told = {"missing": listed(missing), "found": listed(names)}
        raise BatchRefused(_("Columns are missing: %(missing)s. The file has: %(found)s.") % told)
    return {field: column for field, column in asked.items() if column}


def _in_place(
    read: Read, before: int, fields: Mapping[str, str], signature: Signature, schema: pa.Schema, *, is_french: bool
) -> pa.RecordBatch:
    """What was read after `before` rows, each row where it stood: null, with the reason, if it could not be read."""
    count = read.cursor["row"] - before
    ranks: Array = np.full(count, -1)
    ranks[read.rows.column(ROW).to_numpy() - before - 1] = np.arange(read.rows.num_rows)
    places, nothing = pa.array(ranks, mask=ranks < 0), pa.nulls(count, pa.string())
    unread: list[str | None] = [None] * count
    for each in read.rejected:
        unread[each.row - before - 1] = str(each.reason)
    there = set(read.rows.schema.names)
    sent = {
        name: pc.cast(read.rows.column(name), pa.string()).take(places) if name in there else nothing
        for name in (each.removeprefix(SENT) for each in schema.names if each.startswith(SENT))
    }
    cleaned = [_cleaned(signature.field(field), sent[name], is_french=is_french) for field, name in fields.items()]
    return pa.RecordBatch.from_arrays([*cleaned, pa.array(unread, pa.string()), *sent.values()], schema=schema)


def _cleaned(field: Field, values: Any, *, is_french: bool) -> Any:
    """Texts as the model reads them, whoever wrote them."""
    if field.type == FieldType.TEXT:
        return values
    values = pc.utf8_trim_whitespace(values)
    if field.type == FieldType.DATE:
        return pc.replace_substring_regex(values, _MIDNIGHT, "")
    if is_french and field.type == FieldType.NUMBER:
        return pc.replace_substring_regex(values, _COMMA, r"\1.\2")
    return values
