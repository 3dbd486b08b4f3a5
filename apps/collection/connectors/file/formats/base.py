"""What a format is: telling what a file holds, and reading it by batches from any of them on.

A format adds nothing to the rows and records nothing. It is stateless: all that it found out is in the layout (JSON),
pinned in the part, and the cursor says how many records were read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from apps.collection.connectors.base import Batch, Cursor, SourceColumn
from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.content import Content

if TYPE_CHECKING:
    from apps.collection.connectors.file.config import FileConfig

BATCH_RECORDS = 50_000


@dataclass(frozen=True, kw_only=True)
class Described:
    """How a file is written and what is in it. `is_sparse` where records need not all have the same columns."""

    layout: dict[str, Any]
    columns: tuple[SourceColumn, ...]
    is_sparse: bool = False


class FileFormat(Protocol):
    """A way of writing tables. `needs_whole`: a beginning of the file tells nothing."""

    @property
    def format(self) -> Format: ...

    @property
    def needs_whole(self) -> bool: ...

    def describe(self, content: Content, config: "FileConfig", *, is_thorough: bool) -> Described:
        """Tell from the beginning or, if asked to be thorough, from as far as needed. Raises the errors of files."""

    def read(self, content: Content, layout: dict[str, Any], cursor: Cursor | None) -> Iterator[Batch]:
        """The records after those that the cursor says are consumed, refused ones counted."""
