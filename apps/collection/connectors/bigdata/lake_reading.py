"""Reading a part of a lake: file after file, row group after row group, the columns and the rows that are wanted.

Files do not change once written, and Arrow gives the rows of a row group in their order: the cursor is the file, the
row group, and how many rows of it were given. A file that is not what it was when the run began stops the run.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from apps.collection.connectors.base import ROW, Batch, Cursor, Part, Rejected
from apps.collection.connectors.bigdata.arrow_texts import as_texts
from apps.collection.connectors.bigdata.conditions import Condition
from apps.collection.connectors.bigdata.config import BigDataConfig
from apps.collection.connectors.bigdata.exceptions import FileChanged
from apps.collection.connectors.bigdata.folders import find_folder
from apps.collection.connectors.bigdata.lake import Lake, LakeFile, fragment_of
from apps.collection.connectors.bigdata.lake_columns import expression
from apps.collection.enums import RejectionReason
from apps.collection.exceptions import Transient

SAMPLE = 50
# A row group is read by pieces of its columns, not whole: some are a gigabyte.
_SCAN = ds.ParquetFragmentScanOptions(use_buffered_stream=True, buffer_size=1024 * 1024, pre_buffer=False)
# The default pool keeps, for each of Arrow's threads, what another freed: 60 MB more, where 15 are in use.
_POOL = pa.system_memory_pool()


@dataclass(frozen=True)
class Groups:
    """How many row groups a file has, and those that the conditions leave, by rank; `rows` are those of the latter."""

    groups: int = 0
    kept: int = 0
    rows: int = 0
    ids: tuple[int, ...] = ()

    @classmethod
    def total(cls, found: Iterable["Groups"]) -> Self:
        listed = list(found)
        return cls(*(sum(getattr(each, name) for each in listed) for name in ("groups", "kept", "rows")))


def row_groups_of(folder: Path, file: LakeFile, schema: pa.Schema, conditions: Iterable[Condition]) -> Groups | None:
    """What its end says of a file, nothing else read; None if it is not a whole Parquet file."""
    fragment = fragment_of(folder, file, schema)
    try:
        total = fragment.metadata.num_row_groups
        found = fragment.split_by_row_group(expression(conditions, schema), schema=schema)
        kept = [group for each in found for group in each.row_groups]
    except FileNotFoundError:
        raise FileChanged(name=file.name) from None
    except (pa.ArrowException, OSError) as error:
        _raise_if_disk(error)
        return None
    return Groups(total, len(kept), sum(group.num_rows for group in kept), tuple(group.id for group in kept))


def read_part(config: BigDataConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
    """Raises FileChanged."""
    details = part.details
    reader = _Reader(
        folder=find_folder(config.folder or ""),
        files=[LakeFile(*each) for each in details["files"]],
        schema=pa.ipc.read_schema(pa.py_buffer(base64.b64decode(details["schema"]))),
        columns=details["columns"],
        conditions=[Condition(column, operator, tuple(values)) for column, operator, values in details["conditions"]],
        size=config.rows_per_fetch,
    )
    return reader.batches(cursor or {"row": 0, "file": 0, "group": 0, "given": 0})


def sample(config: BigDataConfig) -> Iterator[Batch]:
    """The first rows of the first files."""
    lake = Lake.of(config)
    conditions = lake.conditions()
    reader = _Reader(
        folder=lake.folder,
        files=lake.kept(conditions),
        schema=lake.schema,
        columns=lake.columns,
        conditions=conditions,
        size=SAMPLE,
    )
    return reader.batches({"row": 0, "file": 0, "group": 0, "given": 0})


@dataclass(kw_only=True)
class _Piece:
    """Some rows as text, those that could not be read, and where to go on from."""

    rows: pa.RecordBatch | None
    count: int
    wrong: dict[int, str] = field(default_factory=dict)
    damage: str = ""
    place: dict[str, int]
    position: int


@dataclass(kw_only=True)
class _Reader:
    folder: Path
    files: Sequence[LakeFile]
    schema: pa.Schema
    columns: list[str]
    conditions: list[Condition]
    size: int

    def batches(self, cursor: Cursor) -> Iterator[Batch]:
        """Pieces put together to batches of about `size` rows: small files would make as many small segments."""
        held: list[_Piece] = []
        row = cursor["row"]
        for piece in self._pieces(cursor["file"], cursor["group"], cursor["given"]):
            held.append(piece)
            if sum(each.count for each in held) >= self.size:
                batch = self._batch(held, row)
                yield batch
                row, held = batch.cursor["row"], []
        if held:
            yield self._batch(held, row)

    def _pieces(self, first: int, group: int, given: int) -> Iterator[_Piece]:
        before = sum(file.size for file in self.files[:first])
        for rank, file in enumerate(self.files[first:], first):
            yield from self._pieces_of(rank, file, before, *((group, given) if rank == first else (0, 0)))
            before += file.size

    def _pieces_of(self, rank: int, file: LakeFile, before: int, first: int, given: int) -> Iterator[_Piece]:
        """The rows of a file from this row group on, without the `given` first ones of that group."""
        self._check(file)
        groups = row_groups_of(self.folder, file, self.schema, self.conditions)
        after = {"file": rank + 1, "group": 0, "given": 0}
        if groups is None:
            yield _Piece(rows=None, count=1, damage=file.name, place=after, position=before + file.size)
            return
        for group in groups.ids:
            if group < first:
                continue
            done = before + file.size * (group + 1) // groups.groups
            count = 0
            try:
                for rows in self._scan(file, group):
                    start, count = max(0, given - count) if group == first else 0, count + rows.num_rows
                    if rows.num_rows <= start:
                        continue
                    place = {"file": rank, "group": group, "given": count}
                    yield self._piece(rows.slice(start), file, place, done)
            except (pa.ArrowException, OSError) as error:
                _raise_if_disk(error)
                place = {"file": rank, "group": group + 1, "given": 0}
                yield _Piece(rows=None, count=1, damage=f"{file.name}, {group + 1}", place=place, position=done)

    def _scan(self, file: LakeFile, group: int) -> Iterator[pa.RecordBatch]:
        fragment = fragment_of(self.folder, file, self.schema).subset(row_group_ids=[group])
        read = [name for name in self.columns if name not in file.partition]
        scanner = fragment.scanner(
            schema=self.schema,
            columns=read,
            filter=expression(self.conditions, self.schema),
            batch_size=self.size,
            batch_readahead=1,
            fragment_readahead=1,
            fragment_scan_options=_SCAN,
            memory_pool=_POOL,
        )
        return iter(scanner.to_batches())

    def _piece(self, rows: pa.RecordBatch, file: LakeFile, place: dict[str, int], position: int) -> _Piece:
        arrays: list[pa.Array] = []
        wrong: dict[int, str] = {}
        for name in self.columns:
            if name in file.partition:
                arrays.append(pa.repeat(pa.scalar(file.partition[name], pa.string()), rows.num_rows))
                continue
            array, unreadable = as_texts(rows.column(name))
            arrays.append(array)
            wrong |= dict.fromkeys(unreadable, name)
        texts = pa.RecordBatch.from_arrays(arrays, names=self.columns)
        return _Piece(rows=texts, count=rows.num_rows, wrong=wrong, place=place, position=position)

    def _nothing(self) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _name in self.columns], names=self.columns)

    def _batch(self, held: list[_Piece], before: int) -> Batch:
        """The rows of the pieces, numbered on. What is damaged has one number, whatever it held."""
        rejected, batches, row = [], [], before
        for piece in held:
            if piece.rows is None:
                why = {"why": f"damaged: {piece.damage}"}
                rejected.append(Rejected(row=row + 1, reason=RejectionReason.PAGE_NOT_READ, details=why))
            else:
                batches.append(_numbered(piece.rows, row, piece.wrong))
                rejected += [
                    Rejected(
                        row=row + rank + 1,
                        reason=RejectionReason.UNREADABLE_VALUE,
                        details={"column": name, "why": "UTF-8"},
                    )
                    for rank, name in sorted(piece.wrong.items())
                ]
            row += piece.count
        return Batch(
            rows=pa.concat_batches(batches or [_numbered(self._nothing(), row)]),
            cursor={"row": row, **held[-1].place},
            rejected=tuple(rejected),
            position=held[-1].position,
        )

    def _check(self, file: LakeFile) -> None:
        try:
            is_same = LakeFile.of(self.folder / file.path, self.folder) == file
        except OSError:
            is_same = False
        if not is_same:
            raise FileChanged(name=file.name)


def _numbered(rows: pa.RecordBatch, before: int, wrong: Mapping[int, str] | None = None) -> pa.RecordBatch:
    """The rows with their numbers, without those that cannot be read."""
    numbers = pa.array(np.arange(before + 1, before + rows.num_rows + 1))
    numbered = pa.RecordBatch.from_arrays([*rows.columns, numbers], names=[*rows.schema.names, ROW])
    return numbered.filter(pa.array([rank not in wrong for rank in range(rows.num_rows)])) if wrong else numbered


def _raise_if_disk(error: Exception) -> None:
    """What the system says of a disk has a number; what Arrow says of a file that makes no sense has none."""
    if isinstance(error, OSError) and error.errno is not None:
        raise Transient from error
