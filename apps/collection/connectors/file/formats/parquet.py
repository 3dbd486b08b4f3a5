"""Parquet, batch by batch, a row group at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from apps.collection.connectors.base import ROW, Batch, Cursor
from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.detection import MAX_COLUMNS, MAX_RECORDS, columns_like
from apps.collection.connectors.file.exceptions import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    TooLarge,
    TooManyColumns,
    TruncatedFile,
)
from apps.collection.connectors.file.formats.base import Described
from apps.collection.connectors.file.naming import unique_names
from apps.core.numbers import format_size

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

MAGIC = b"PAR1"
_ENCRYPTED = b"PARE"
_BATCH = 16_384
_BUFFER = 1024 * 1024
# What the texts of a batch may add up to: those that are said once in the file, for many rows, swell here.
_MAX_BATCH_BYTES = 256 * 1024 * 1024


class Parquet:
    format = Format.PARQUET
    needs_whole = True

    def describe(self, content: Content, config: FileConfig, *, is_thorough: bool) -> Described:
        with _opened(content) as file:
            names = file.schema_arrow.names
            if not names:
                raise EmptyFile(name=content.told)
            if len(names) > MAX_COLUMNS:
                raise TooManyColumns(found=len(names), limit=MAX_COLUMNS)
            columns = unique_names(names, width=len(names))
            first = next(file.iter_batches(batch_size=MAX_RECORDS), None)
            texts = [column.to_pylist() for column in _texts(first)] if first is not None else []
        rows = [[value or "" for value in row] for row in zip(*texts, strict=True)]
        return Described(layout={"format": str(self.format)}, columns=columns_like(columns, rows))

    def read(self, content: Content, layout: dict[str, Any], cursor: Cursor | None) -> Iterator[Batch]:
        import pyarrow as pa

        from apps.collection.connectors.file.formats.checking import set_aside

        done = int(cursor["row"]) if cursor else 0
        with _opened(content) as file:
            columns = unique_names(file.schema_arrow.names, width=len(file.schema_arrow.names))
            total = max(file.metadata.num_rows, 1)
            size = content.size
            before, groups = _groups_after(file.metadata, done)
            for found in file.iter_batches(batch_size=_BATCH, row_groups=groups) if groups else ():
                end = before + found.num_rows
                if end > done:
                    start = max(before, done)
                    texts = _texts(found.slice(start - before))
                    numbers = pa.array(range(start + 1, end + 1), pa.int64())
                    rows = pa.RecordBatch.from_arrays([*texts, numbers], names=[*columns, ROW])
                    kept, rejected = set_aside(rows)
                    yield Batch(rows=kept, cursor={"row": end}, rejected=tuple(rejected), position=size * end // total)
                before = end


@contextmanager
def _opened(content: Content) -> "Iterator[parquet.ParquetFile]":
    """Raises DamagedFile, TruncatedFile, EncryptedFile or TooLarge."""
    import pyarrow as pa
    from pyarrow import parquet

    with content.file() as path:
        with path.open("rb") as opened:
            head = opened.read(len(MAGIC))
            opened.seek(-min(len(MAGIC), opened.seek(0, 2)), 2)
            tail = opened.read()
        if _ENCRYPTED in (head, tail):
            raise EncryptedFile
        if tail != MAGIC:
            raise TruncatedFile(format="Parquet")
        try:
            metadata = parquet.read_metadata(path)
            _check_size(metadata, content.limit)
            options = {"pre_buffer": False, "buffer_size": _BUFFER, "read_dictionary": _said_once(metadata)}
            with parquet.ParquetFile(path, metadata=metadata, **options) as file:
                yield file
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno:
                raise  # the disk's own fault
            raise DamagedFile(format="Parquet", at="–") from None


def _check_size(metadata: "parquet.FileMetaData", limit: int) -> None:
    sizes = [metadata.row_group(rank).total_byte_size for rank in range(metadata.num_row_groups)]
    if sum(sizes) > limit:
        raise TooLarge(limit=format_size(limit))


def _said_once(metadata: "parquet.FileMetaData") -> list[str]:
    """The columns of texts that are written once for all the rows that have them.

    They are read as they are written, to be measured before each row has its own: a megabyte may stand for terabytes.
    """
    found = set()
    for group in range(metadata.num_row_groups):
        for rank in range(metadata.num_columns):
            column = metadata.row_group(group).column(rank)
            if column.physical_type == "BYTE_ARRAY" and column.has_dictionary_page and "." not in column.path_in_schema:
                found.add(column.path_in_schema)
    return sorted(found)


def _groups_after(metadata: "parquet.FileMetaData", done: int) -> tuple[int, list[int]]:
    """How many rows stand before the first group that is not wholly read, and that group with those after it."""
    before = 0
    for rank in range(metadata.num_row_groups):
        rows = metadata.row_group(rank).num_rows
        if before + rows > done:
            return before, list(range(rank, metadata.num_row_groups))
        before += rows
    return before, []


def _texts(batch: "pa.RecordBatch") -> "list[pa.Array]":
    from apps.collection.connectors.file.formats.arrow_texts import as_texts

    if sum(map(_swollen, batch.columns)) > _MAX_BATCH_BYTES:
        raise TooLarge(limit=format_size(_MAX_BATCH_BYTES))
    return [as_texts(column) for column in batch.columns]


def _swollen(column: "pa.Array") -> int:
    """How many bytes a column takes once each row has its own value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    return pc.sum(pc.binary_length(column.dictionary).cast(pa.int64()).take(column.indices)).as_py() or 0
