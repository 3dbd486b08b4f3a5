"""What a connector is: four methods, and nothing else. Everything else belongs to the runner.

A connector knows how to reach one kind of source and to read it in batches. It records nothing, retries nothing by
itself beyond one call, and judges nothing: landing, checkpoints, quarantine, contract, progress and cancellation are
the runner's (`apps/collection/collecting.py`). It is stateless: what it needs to go on is in the part and the cursor.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel

from apps.collection.enums import RejectionReason

if TYPE_CHECKING:
    import pyarrow as pa

C = TypeVar("C", bound=BaseModel)

# What JSON can write: it is stored with the run, and read again by another process.
Cursor: TypeAlias = dict[str, Any]

# The columns that landing adds to those of the source.
ROW = "_row"


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """A column as the source has it, and the type its values look like (a proposal for whoever writes a recipe)."""

    name: str
    proposed_type: str = "text"
    example: str = ""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One table that the source offers. A source of kind *file* has one, named after the file.

    `details` says, in JSON, how the connector would read it: what it detected, for people to see and correct.
    """

    name: str
    columns: tuple[SourceColumn, ...]
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Window:
    """The bounds of what is read, pinned when the run starts. Without bounds, everything."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a stream that can be read by itself and again: the unit of parallelism, of resume and of backfill.

    `key` names it within the run (short, fit for a file name). `details` says, in JSON, exactly what is to be read: a
    part read again, by another process, on another day, gives the same records in the same order. `size` is in bytes,
    0 if unknown.
    """

    key: str
    details: dict[str, Any] = field(default_factory=dict)
    size: int = 0


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A record that could not be read. `row` counts the records of the part from 1, header apart."""

    row: int
    reason: RejectionReason
    details: dict[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some records, and where to go on from.

    `rows` has the columns of the stream as text, null only where the source itself says null, and `ROW` (int64), the
    number of each record in its part. `cursor` given back to `read` goes on with the record after this batch.
    `position` is how many bytes of the part were consumed, for the progress bar.
    """

    rows: "pa.RecordBatch"
    cursor: Cursor
    rejected: tuple[Rejected, ...] = ()
    position: int = 0


@dataclass(frozen=True, kw_only=True)
class Access:
    """What `check` found: whether the source answers, and in a sentence what it answered."""

    is_well: bool
    message: str


class Connector(Protocol[C]):
    """One kind of source. A module of `apps/collection/connectors/` per kind, registered in its `__init__.py`.

    All four raise the errors of `apps/collection/exceptions.py`, whose kind says what becomes of the run.
    """

    kind: ClassVar[str]
    Config: type[C]

    def check(self, config: C) -> Access:
        """Whether the source can be read: five seconds and one request at most."""

    def discover(self, config: C) -> list[Stream]:
        """The tables that the source offers, with their columns."""

    def partitions(self, config: C, stream: str, window: Window) -> list[Part]:
        """What is to be read, pinned: called once at the start of a run, and stored with it."""

    def read(self, config: C, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
        """The records of a part, from the cursor on: those already read are not given again."""


class Registry(Generic[C]):
    """The connectors by kind."""

    def __init__(self, *connectors: Connector[Any]) -> None:
        self._by_kind = {connector.kind: connector for connector in connectors}

    def __getitem__(self, kind: str) -> Connector[Any]:
        return self._by_kind[kind]

    def __iter__(self) -> Iterator[Connector[Any]]:
        return iter(self._by_kind.values())
