"""What formats have in common that give records one by one, each naming its values: JSON, JSON Lines, XML, Avro."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from apps.collection.connectors.base import Batch, Cursor, Rejected
from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import Content
from apps.collection.connectors.file.detection import MAX_COLUMNS, MAX_RECORDS, columns_like
from apps.collection.connectors.file.exceptions import EmptyFile, TooManyColumns
from apps.collection.connectors.file.formats.base import BATCH_RECORDS, Described
from apps.collection.connectors.file.naming import Keys
from apps.collection.enums import RejectionReason

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Unread:
    """What stands where a record should, and is none that can be read."""

    reason: RejectionReason
    details: dict[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Group:
    """Some records in a row, those that cannot be read among them, and how far in the file they lead.

    `skipped`: how many records stand before them that nobody looked at, because they were read already.
    """

    records: list[dict[str, Any] | Unread]
    position: int
    skipped: int = 0


class RecordFormat(ABC):
    """A format of records; its layout has `keys`, those that were seen at the start, and what `locate` found."""

    format: ClassVar[Format]
    needs_whole: ClassVar[bool] = False
    is_sparse: ClassVar[bool] = True

    @abstractmethod
    def locate(self, content: Content, config: FileConfig) -> dict[str, Any]:
        """Where the records are. Raises the errors of files."""

    @abstractmethod
    def groups(self, content: Content, layout: dict[str, Any], *, done: int) -> Iterator[Group]:
        """The records in order; the first `done` may be skipped. The end of content that is not whole is no error."""

    def describe(self, content: Content, config: FileConfig, *, is_thorough: bool) -> Described:
        layout = {"format": str(self.format), **self.locate(content, config)}
        first: list[dict[str, Any]] = []
        for group in self.groups(content, layout, done=0):
            first += [record for record in group.records if isinstance(record, dict)]
            if len(first) >= MAX_RECORDS:
                break
        keys = list(dict.fromkeys(key for record in first for key in record))
        if not keys:
            raise EmptyFile(name=content.told)
        if len(keys) > MAX_COLUMNS:
            raise TooManyColumns(found=len(keys), limit=MAX_COLUMNS)
        names = list(Keys(keys).columns.values())
        return Described(
            layout=layout | {"keys": keys},
            columns=columns_like(names, _texts(first[:MAX_RECORDS], keys)),
            is_sparse=self.is_sparse,
        )

    def read(self, content: Content, layout: dict[str, Any], cursor: Cursor | None) -> Iterator[Batch]:
        done = int(cursor["row"]) if cursor else 0
        keys, before = Keys(layout["keys"]), 0
        for group in self.groups(content, layout, done=done):
            before += group.skipped
            end = before + len(group.records)
            for start in range(max(before, done), end, BATCH_RECORDS):
                stop = min(start + BATCH_RECORDS, end)
                yield _batch(group.records[start - before : stop - before], start, keys, group.position)
            before = end


def _batch(records: list[dict[str, Any] | Unread], before: int, keys: Keys, position: int) -> Batch:
    from apps.collection.connectors.file.formats.checking import set_aside

    good: list[dict[str, Any]] = []
    numbers: Iterable[int] = range(before + 1, before + len(records) + 1)
    rejected: list[Rejected] = []
    if set(map(type, records)) == {dict}:
        good = records  # type: ignore[assignment]  # just checked, all at once
    else:
        good = [record for record in records if isinstance(record, dict)]
        rejected = [
            Rejected(row=number, reason=each.reason, details=each.details, text=each.text)
            for number, each in zip(numbers, records, strict=True)
            if isinstance(each, Unread)
        ]
        numbers = [number for number, each in zip(numbers, records, strict=True) if isinstance(each, dict)]
    rows, refused = set_aside(_rows(good, list(numbers), keys))
    rejected = sorted([*rejected, *refused], key=lambda each: each.row)
    end = before + len(records)
    return Batch(rows=rows, cursor={"row": end}, rejected=tuple(rejected), position=position)


def _rows(records: list[dict[str, Any]], numbers: list[int], keys: Keys) -> "pa.RecordBatch":
    from apps.collection.connectors.texts import text_batch

    # Records mostly have the same keys in the same order: their shapes are few, where the keys of all are many.
    shapes = dict.fromkeys(map(tuple, records))
    columns = keys.all_of(dict.fromkeys(key for shape in shapes for key in shape))
    batch = text_batch(records, columns, rows=numbers)
    return batch.rename_columns([*columns.values(), batch.schema.names[-1]])


def _texts(records: list[dict[str, Any]], keys: list[str]) -> list[list[str]]:
    from apps.collection.connectors.texts import as_text

    return [[as_text(record.get(key)) or "" for key in keys] for record in records]
