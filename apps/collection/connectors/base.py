"""What a connector is: four methods, and what some do besides. Everything else belongs to the runner.

A connector knows how to reach one kind of source and to read it in batches. It records nothing, retries nothing by
itself beyond one call, and judges nothing: landing, checkpoints, quarantine, contract, progress and cancellation are
the runner's (`apps/collection/collecting.py`). It is stateless: what it needs to go on is in the part and the cursor.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

from pydantic import BaseModel

from apps.collection.enums import RejectionReason
from apps.core.declarations import Text

if TYPE_CHECKING:
    import pyarrow as pa

    from apps.collection.queries import Plan, PlanTold, QuerySheet, Timing

C = TypeVar("C", bound=BaseModel)
D = TypeVar("D", bound=BaseModel, contravariant=True)

# What JSON can write: it is stored with the run, and read again by another process.
Cursor: TypeAlias = dict[str, Any]

# The columns that landing adds to those of the source.
ROW = "_row"


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """A column as the source has it, and the type its values look like (a proposal for whoever writes a recipe).

    `is_key` where the source itself says that the column, with the others that are, identifies a record.
    """

    name: str
    proposed_type: str = "text"
    example: str = ""
    is_key: bool = False


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One table that the source offers. A source of kind *file* has one, named after the file.

    `details` says, in JSON, how the connector would read it: what it detected, for people to see and correct.
    `is_sparse` where records need not all have the same columns (JSON, pages of a site): those that one lacks are null,
    and those that nobody had seen land too.
    """

    name: str
    columns: tuple[SourceColumn, ...]
    details: dict[str, Any] = field(default_factory=dict)
    is_sparse: bool = False


@dataclass(frozen=True, kw_only=True)
class Window:
    """What of a stream is to be read, told when the run starts. Without anything, all of it.

    `bookmark` is that of the last run that passed (see `Reading`): read what came since, its lower bound included, less
    the lag that the settings allow for late records. `since` and `until` (included) are those of a backfill, in the
    cursor column's own notation. `columns` are those that are to be collected, none for all: what is not among them
    need not leave the source.
    """

    bookmark: Cursor | None = None
    since: str = ""
    until: str = ""
    columns: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.bookmark is None and not self.since and not self.until


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a stream that can be read by itself and again: the unit of parallelism, of resume and of backfill.

    `key` names it within the run (short, fit for a file name). `details` says, in JSON, exactly what is to be read: a
    part read again, by another process, on another day, gives the same records in the same order, as far as the source
    itself does. `size` is in bytes, or in whatever `Batch.position` counts, the same for all the parts; 0 if unknown.

    `is_resumable` is false where the source gives records in no order (the answer of a query without a key): there is
    nothing to go on after, so an interrupted part is read again from its start, and what had landed of it goes.
    """

    key: str
    details: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    is_resumable: bool = True


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a run is to read: its parts, in order, and, where only what is new can be read, from where the next will.

    `bookmark` is the upper bound, pinned now: what the source gets while it is read is for the next run. None where the
    source cannot be read from a point on. A connector that only learns the bound from the records gives it batch by
    batch (`Batch.high`); the highest then stands in the bookmark as `high`.
    """

    parts: tuple[Part, ...]
    bookmark: Cursor | None = None


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
    `position` is how much of the part was consumed, in the unit of its `size`, for the progress bar. `high` is the
    highest value that the cursor column has had in the part so far (a number, or a text that sorts as time does).
    """

    rows: "pa.RecordBatch"
    cursor: Cursor
    rejected: tuple[Rejected, ...] = ()
    position: int = 0
    high: int | float | str | None = None


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
    label: ClassVar[Text]
    summary: ClassVar[Text]
    # The titles of the groups that the settings are put in (`json_schema_extra={"group": …}`).
    GROUPS: ClassVar[Mapping[str, Text]]
    Config: type[C]

    def check(self, config: C) -> Access:
        """Whether the source can be read: five seconds and one request at most."""

    def discover(self, config: C) -> list[Stream]:
        """The tables that the source offers, with their columns."""

    def partitions(self, config: C, stream: str, window: Window) -> Reading:
        """What is to be read, pinned: called once at the start of a run, and stored with it."""

    def read(self, config: C, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
        """The records of a part, from the cursor on: those already read are not given again."""


# What a connector may do besides: it has the methods of these or it has not, and is asked by `isinstance`.
@runtime_checkable
class Sampled(Protocol[D]):
    """A kind whose parts cost much to come by: it shows its first records otherwise than a run would read them."""

    def sample(self, config: D) -> Iterator[Batch]:
        """Some of the first records, within the time that a person waits."""


@runtime_checkable
class Queried(Protocol[D]):
    """A kind that is read with a query, which its sheet explains (`apps/collection/queries`)."""

    def sheet(self, config: D, sheet: "QuerySheet | None" = None) -> "QuerySheet":
        """The sheet of what is read, with its plan; reasons already given in `sheet` are kept."""

    def measure(self, config: D) -> "Timing":
        """How long reading it takes, to its end or for a few seconds."""

    def tell(self, plan: "Plan") -> "PlanTold":
        """A plan that was kept, in plain words and in the reader's language."""


class Registry(Generic[C]):
    """The connectors by kind."""

    def __init__(self, *connectors: Connector[Any]) -> None:
        self._by_kind = {connector.kind: connector for connector in connectors}

    def __getitem__(self, kind: str) -> Connector[Any]:
        return self._by_kind[kind]

    def __iter__(self) -> Iterator[Connector[Any]]:
        return iter(self._by_kind.values())
