"""Opening what a part names, and giving its batches with all that the plan promises: columns, file name, digest."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings

from apps.collection.connectors.base import Batch, Cursor, Part
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.exceptions import FileChanged, SeveralMembers
from apps.collection.connectors.file.fetching import kept
from apps.collection.connectors.file.formats import format_of
from apps.collection.connectors.file.looking import looked_at
from apps.collection.connectors.file.origins import origin_of
from apps.collection.connectors.file.origins.base import FoundFile
from apps.collection.connectors.file.planning import check_columns
from apps.collection.exceptions import Unexpected

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, kw_only=True)
class OpenedPart:
    """A file at hand. `columns` are those that its batches must have; `digest`, if it is to stay in the cursor."""

    content: Content
    layout: dict[str, Any]
    columns: tuple[str, ...] = ()
    file_column: str = ""
    digest: str = ""

    def batches(self, cursor: Cursor | None) -> Generator[Batch, None, None]:
        """Its records after those that the cursor says are consumed."""
        for found in format_of(self.layout).read(self.content, self.layout, cursor):
            batch = _with_columns(found, self.columns)
            if self.file_column:
                batch = with_file_name(batch, self.file_column, self.content.told)
            if self.digest:
                batch = replace(batch, cursor=batch.cursor | {"digest": self.digest})
            yield batch


@contextmanager
def opened_part(config: FileConfig, part: Part, cursor: Cursor | None) -> Iterator[OpenedPart]:
    """Raises FileChanged, OtherColumns, and the errors of files."""
    details = part.details
    columns, file_column = tuple(details.get("columns", ())), details.get("file_column", "")
    if "file" not in details:
        with kept(digest=details["digest"], name=details["name"]) as path:
            content = Content(
                path=path,
                name=details["name"],
                limit=settings.COLLECT_MAX_FILE_BYTES,
                size=part.size,
                member=details.get("member", ""),
            )
            yield OpenedPart(content=content, layout=details["layout"], columns=columns, file_column=file_column)
        return
    origin, found = origin_of(config), FoundFile(**details["file"])
    if origin is None:
        raise Unexpected
    with origin.fetched(found) as fetched:
        if cursor and cursor["digest"] != fetched.digest:
            raise FileChanged(name=found.name)
        content = Content(
            path=fetched.path, name=found.name, limit=settings.COLLECT_MAX_FILE_BYTES, size=fetched.path.stat().st_size
        )
        tables = content.tables(config.members)
        if len(tables) > 1:
            raise SeveralMembers(found=len(tables))
        # Told again at each reading, from the same bytes: it is the same.
        described = looked_at(tables[0], config, is_thorough=True)
        check_columns(described, columns, name=found.name)
        yield OpenedPart(
            content=tables[0],
            layout=described.layout,
            columns=columns,
            file_column=file_column,
            digest=fetched.digest,
        )


def with_file_name(batch: Batch, column: str, name: str) -> Batch:
    """The same rows, with the name of the file that they come from."""
    import pyarrow as pa

    rows = batch.rows
    names = pa.repeat(pa.scalar(name, pa.string()), rows.num_rows)
    return replace(batch, rows=rows.add_column(rows.num_columns - 1, column, names))


def _with_columns(batch: Batch, columns: tuple[str, ...]) -> Batch:
    """The same rows, with the columns that the other files have, null."""
    import pyarrow as pa

    rows: pa.RecordBatch = batch.rows
    for name in columns:
        if name not in rows.schema.names:
            rows = rows.add_column(rows.num_columns - 1, name, pa.nulls(rows.num_rows, pa.string()))
    return replace(batch, rows=rows) if rows is not batch.rows else batch
