"""What has no key is read once, in one go, when the run starts, and kept in the lake: from there it can be read again.

Nothing in the source says where a reading of it stopped, and its next answer may come in another order. So the copy is
what is cut into batches; it goes with the run, as a file that was downloaded does.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from django.conf import settings
from pyarrow import parquet

from apps.collection.connectors.base import ROW, Batch, Cursor, Rejected
from apps.collection.connectors.file.fetching import check_kept, keep_file, kept
from apps.collection.connectors.sql.exceptions import SnapshotTooLarge
from apps.collection.connectors.sql.pieces import Piece
from apps.collection.connectors.sql.selecting import Selection
from apps.collection.connectors.sql.systems.base import Session
from apps.collection.enums import RejectionReason
from apps.core.numbers import format_size


def take_snapshot(session: Session, selection: Selection) -> dict[str, Any]:
    """Copy what is selected into the lake; under what digest, and how many records. Raises SnapshotTooLarge."""
    config, limit = session.config, settings.COLLECT_MAX_FILE_BYTES
    statement = selection.statement(config, written=session.driver.written)
    found = session.driver.pieces(session, statement, selection.names, key=0, size=config.batch_rows, first=1)
    # Beside the lake, so that moving the file there copies nothing.
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.MEDIA_ROOT, prefix=".incoming-") as directory:
        path, count = Path(directory) / "snapshot", 0
        with parquet.ParquetWriter(path, _schema(selection.names), compression="zstd", use_dictionary=False) as writer:
            for piece in found:
                writer.write_batch(_with_rejected(piece, selection.names))
                count += piece.count
                if path.stat().st_size > limit:
                    raise SnapshotTooLarge(limit=format_size(limit))
        size = path.stat().st_size
        return {"digest": keep_file(path), "name": f"{config.stream}.parquet", "size": size, "rows": count}


def read_snapshot(snapshot: dict[str, Any], cursor: Cursor | None) -> Iterator[Batch]:
    """The batches as they came, after those that the cursor says are consumed."""
    digest, name = snapshot["digest"], snapshot["name"]
    with kept(digest=digest, name=name) as path:
        check_kept(path, digest=digest, name=name)
        with parquet.ParquetFile(path) as file:
            done = cursor["row"] if cursor else 0
            for group in range(cursor["group"] if cursor else 0, file.num_row_groups):
                table = file.read_row_group(group).combine_chunks()
                done += len(table)
                yield _batch(table, cursor={"row": done, "group": group + 1})


def _schema(names: list[str]) -> pa.Schema:
    # By their rank: a source may have given a column any name.
    return pa.schema(
        [*((f"{rank}:{name}", pa.string()) for rank, name in enumerate(names)), (ROW, pa.int64()), ("", pa.string())]
    )


def _with_rejected(piece: Piece, names: list[str]) -> pa.RecordBatch:
    """The records of a batch, then those rejected, told in the last column."""
    kept, refused = piece.rows.num_rows, len(piece.rejected)
    columns = [pa.concat_arrays([column, pa.nulls(refused, column.type)]) for column in piece.rows.columns[:-1]]
    numbers = pa.array([each.row for each in piece.rejected], pa.int64())
    told = [json.dumps({"reason": each.reason, "details": each.details, "text": each.text}) for each in piece.rejected]
    arrays = [
        *columns,
        pa.concat_arrays([piece.rows.column(ROW), numbers]),
        pa.concat_arrays([pa.nulls(kept, pa.string()), pa.array(told, pa.string())]),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=_schema(names))


def _batch(table: pa.Table, *, cursor: Cursor) -> Batch:
    told = table.column(table.num_columns - 1)
    names = [name.partition(":")[2] for name in table.schema.names[:-2]]
    refused = table.filter(told.is_valid())
    rejected = tuple(
        Rejected(row=row, reason=RejectionReason(each["reason"]), details=each["details"], text=each["text"])
        for row, text in zip(refused.column(-2).to_pylist(), refused.column(-1).to_pylist(), strict=True)
        for each in [json.loads(text)]
    )
    rows = table.filter(told.is_null())
    arrays = [rows.column(rank).combine_chunks() for rank in range(table.num_columns - 1)]
    batch = pa.RecordBatch.from_arrays(arrays, names=[*names, ROW])
    return Batch(rows=batch, cursor=cursor, rejected=rejected, position=cursor["row"])
