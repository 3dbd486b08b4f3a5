"""A folder of Parquet files: which files it has, what their paths say (year=2024/month=05), what their columns are.

The values of partitions land as the path writes them (05, not 5), and are compared as numbers where all of them are.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs, parquet

from apps.collection.connectors.base import Cursor, Part, Reading, SourceColumn, Stream, Window
from apps.collection.connectors.bigdata.conditions import Condition
from apps.collection.connectors.bigdata.config import BigDataConfig
from apps.collection.connectors.bigdata.exceptions import NoParquet, TooManyFiles, UnknownColumn
from apps.collection.connectors.bigdata.folders import files_beneath, find_folder
from apps.collection.connectors.bigdata.lake_columns import expression, proposed_type, widest

MAX_FILES = 20_000
MAX_PARTS = 500
# Files are read several to a part up to this, in bytes.
PART_BYTES = 256 * 1024 * 1024
SUFFIXES = (".parquet", ".parq", ".pq")
# How Hive writes that a partition has no value.
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}")
FORMAT = ds.ParquetFileFormat()
DISK = fs.LocalFileSystem()


@dataclass(frozen=True)
class LakeFile:
    """A file as it was when it was listed; `path` is relative to the folder."""

    path: str
    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path, folder: Path) -> Self:
        found = path.stat()
        return cls(path.relative_to(folder).as_posix(), found.st_size, found.st_mtime_ns)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def mark(self) -> str:
        """What tells it from any other, and from itself once it is written again."""
        return blake2b(f"{self.path}\0{self.size}\0{self.modified_ns}".encode(), digest_size=8).hexdigest()

    @cached_property
    def partition(self) -> dict[str, str | None]:
        """What the path says, as it writes it."""
        pairs = (step.split("=", 1) for step in self.path.split("/")[:-1] if "=" in step)
        return {unquote(name): None if value == _NO_VALUE else unquote(value) for name, value in pairs}


def list_files(folder: Path, name: str) -> list[LakeFile]:
    """Raises NoParquet, TooManyFiles."""
    files = []
    for path in files_beneath(folder):
        if path.suffix.lower() in SUFFIXES:
            files.append(LakeFile.of(path, folder))
        if len(files) > MAX_FILES:
            raise TooManyFiles(name=name, limit=MAX_FILES)
    if not files:
        raise NoParquet(name=name)
    return files


def first_columns(config: BigDataConfig) -> list[str]:
    """The columns of the first file that can be read: quick, whatever the size of the lake. Raises NoParquet."""
    folder = find_folder(config.folder or "")
    for file in list_files(folder, config.name):
        if schema := footer_schema(folder / file.path):
            return list(dict.fromkeys([*schema.names, *file.partition]))
    raise NoParquet(name=config.name)


def footer_schema(path: Path) -> pa.Schema | None:
    """What the end of a file says of its columns; None if it is not a whole Parquet file."""
    try:
        return parquet.read_schema(path)
    except (pa.ArrowException, OSError):
        return None


@dataclass(frozen=True)
class Lake:
    """The files of a folder, and the columns that they have together."""

    config: BigDataConfig
    folder: Path
    files: tuple[LakeFile, ...]

    @classmethod
    def of(cls, config: BigDataConfig) -> Self:
        folder = find_folder(config.folder or "")
        return cls(config, folder, tuple(list_files(folder, config.name)))

    @cached_property
    def partition_types(self) -> dict[str, pa.DataType]:
        values: dict[str, list[str]] = {}
        for file in self.files:
            for name, value in file.partition.items():
                values.setdefault(name, []).extend([value] if value is not None else [])
        return {
            name: pa.int64() if all(map(_WHOLE_NUMBER.fullmatch, found)) and found else pa.string()
            for name, found in values.items()
        }

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns that are read or compared, those of partitions last. Raises NoParquet, ColumnOfTwoTypes."""
        wanted = {*self.config.columns, *(each.column for each in self.config.conditions)}
        wanted |= {self.config.cursor_column or ""} if self.config.columns else set()
        schemas = [schema for file in self.files if (schema := footer_schema(self.folder / file.path)) is not None]
        if not schemas:
            raise NoParquet(name=self.config.name)
        types: dict[str, pa.DataType] = {}
        for schema in schemas:
            for field in schema:
                if field.name not in self.partition_types and (not self.config.columns or field.name in wanted):
                    types[field.name] = widest(field.name, types.get(field.name, field.type), field.type)
        return pa.schema([*types.items(), *self.partition_types.items()])

    @cached_property
    def columns(self) -> list[str]:
        """Raises UnknownColumn."""
        for name in self.config.columns:
            if name not in self.schema.names:
                raise UnknownColumn(column=name)
        return list(self.config.columns) or list(self.schema.names)

    def stream(self) -> Stream:
        columns = [
            SourceColumn(name=name, proposed_type=proposed_type(self.schema.field(name).type)) for name in self.columns
        ]
        return Stream(name=self.config.name, columns=tuple(columns), details={"files": len(self.files)})

    def conditions(self, window: Window | None = None) -> list[Condition]:
        """Those of the settings, and those of the days that are asked for."""
        conditions, column = list(self.config.conditions), self.config.cursor_column
        if window and column:
            conditions += [Condition(column, ">=", (window.since,))] if window.since else []
            conditions += [Condition(column, "<=", (window.until,))] if window.until else []
        return conditions

    def kept(self, conditions: Iterable[Condition]) -> list[LakeFile]:
        """The files that the conditions on their paths leave. Nothing is opened."""
        by_path = {str(self.folder / file.path): file for file in self.files}
        fragments = [fragment_of(self.folder, file, self.schema) for file in self.files]
        dataset = ds.FileSystemDataset(fragments, self.schema, FORMAT, DISK)
        return [by_path[each.path] for each in dataset.get_fragments(filter=expression(conditions, self.schema))]

    def reading(self, window: Window) -> Reading:
        """The files to read, each with its size and its time; the bookmark, where it is asked for, is all of them."""
        columns, conditions = self.columns, self.conditions(window)
        files = self.kept(conditions)
        bookmark: Cursor | None = None
        if self.config.only_new_files:
            known = set((window.bookmark or {}).get("files", ()))
            files = [file for file in files if file.mark not in known]
            bookmark = {"files": [file.mark for file in self.files]}
        pinned = {
            "columns": columns,
            "schema": base64.b64encode(self.schema.serialize().to_pybytes()).decode(),
            "conditions": [[each.column, each.operator, list(each.values)] for each in conditions],
        }
        parts = [
            Part(
                key=f"p{rank:04d}",
                details=pinned | {"files": [[file.path, file.size, file.modified_ns] for file in group]},
                size=sum(file.size for file in group),
            )
            for rank, group in enumerate(self._groups(files))
        ]
        return Reading(parts=tuple(parts), bookmark=bookmark)

    def _groups(self, files: Sequence[LakeFile]) -> list[list[LakeFile]]:
        """By value of the column that cuts into parts, or by size."""
        column = self.config.partition_column
        if column and column not in self.partition_types:
            raise UnknownColumn(column=column)
        groups = _by_value(files, column) if column else list(_by_size(files))
        step = -(-len(groups) // MAX_PARTS) or 1
        return [list(chain.from_iterable(groups[start : start + step])) for start in range(0, len(groups), step)]


def _by_value(files: Sequence[LakeFile], column: str) -> list[list[LakeFile]]:
    by_value: dict[str | None, list[LakeFile]] = {}
    for file in files:
        by_value.setdefault(file.partition.get(column), []).append(file)
    return list(by_value.values())


def _by_size(files: Sequence[LakeFile]) -> Iterator[list[LakeFile]]:
    group: list[LakeFile] = []
    size = 0
    for file in files:
        if group and size + file.size > PART_BYTES:
            yield group
            group, size = [], 0
        group.append(file)
        size += file.size
    if group:
        yield group


def fragment_of(folder: Path, file: LakeFile, schema: pa.Schema) -> Any:
    """A file of the dataset, with what its path says, for the conditions to be judged without opening it."""
    said = [
        ds.field(name).is_null() if value is None else ds.field(name) == pa.scalar(value).cast(schema.field(name).type)
        for name, value in file.partition.items()
        if name in schema.names
    ]
    path = str(folder / file.path)
    if not said:
        return FORMAT.make_fragment(path, DISK)
    return FORMAT.make_fragment(path, DISK, partition_expression=reduce(lambda one, other: one & other, said))
