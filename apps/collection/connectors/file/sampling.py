"""The first records of a file, read as a run would read them, from its first bytes alone: nothing is kept."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from apps.collection.connectors.base import Batch
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.detection import SAMPLE, detect
from apps.collection.connectors.file.fetching import first_bytes, kept
from apps.collection.connectors.file.unpacking import beginning


def first_batches(config: FileConfig) -> Iterator[Batch]:
    """The batches of the first SAMPLE bytes. The record that the sample cuts is left out, whatever becomes of it."""
    # Here, because it imports pyarrow: a process which only shows sources has no use for it.
    from apps.collection.connectors.file.reading import read_batches

    if config.upload:
        with kept(digest=config.upload.digest, name=config.upload.name) as path, path.open("rb") as file:
            data = file.read(SAMPLE)
    else:
        data = first_bytes(config.url or "", size=SAMPLE)
    sample, is_whole = beginning(data, size=SAMPLE)
    layout = detect(sample, config=config, is_whole=is_whole).layout
    with TemporaryDirectory() as directory:
        path = Path(directory) / "sample"
        path.write_bytes(sample)
        for batch in read_batches(path, layout, limit=SAMPLE):
            yield batch if is_whole else _without_last(batch)


def _without_last(batch: Batch) -> Batch:
    last = batch.cursor["row"]
    rows = batch.rows
    if rows.num_rows and rows.column(rows.num_columns - 1)[-1].as_py() == last:
        rows = rows.slice(0, rows.num_rows - 1)
    return replace(batch, rows=rows, rejected=tuple(each for each in batch.rejected if each.row != last))
