"""What a run reads, pinned when it starts: resuming reads the same, whatever became of the source meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from django.utils.translation import gettext as _
from pydantic import ValidationError

from apps.collection.connectors.base import ROW, Connector, Cursor, Part, Window
from apps.collection.exceptions import ReservedColumn, SourceRefused
from apps.core.projects.wording import tell

# What landing adds to the columns of the source: `connectors.base.ROW`, and where the record comes from.
RUN, PART, SEQ = "_run", "_part", "_seq"
LANDING_COLUMNS = (RUN, PART, SEQ, ROW)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What `Run.plan` holds. `columns` are those that land; `asked` is the source's list of them, empty for all.

    Where records need not all have the same columns (`is_sparse`), `columns` are those that were seen at the start.
    `types` are those that the values look like, by column. `config` has no secret: they are joined when it is read.
    `only` are the records to read again, by part: those of a quarantine that is replayed. `key` are the columns that
    identify a record, by which the runs of a source are merged.
    """

    config: dict[str, Any]
    stream: str
    columns: tuple[str, ...]
    asked: tuple[str, ...]
    parts: tuple[Part, ...]
    types: dict[str, str] = field(default_factory=dict)
    is_sparse: bool = False
    bookmark: Cursor | None = None
    only: dict[str, list[int]] | None = None
    key: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """In bytes, 0 if unknown."""
        return sum(part.size for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(
            **stored
            | {
                "columns": tuple(stored["columns"]),
                "asked": tuple(stored["asked"]),
                "key": tuple(stored.get("key", ())),
                "parts": tuple(Part(**part) for part in stored["parts"]),
            }
        )


def find_connector(kind: str) -> Connector[Any]:
    """Whoever reads this kind of source. Raises KeyError if nobody does."""
    # Imported here: whoever lists runs has no use for the libraries with which they are read.
    from apps.collection.connectors import CONNECTORS

    return CONNECTORS[kind]


def check_config(*, kind: str, config: Mapping[str, Any]) -> tuple[Connector[Any], Any]:
    """The connector of this kind, and settings as it reads them, secrets included.

    Raises SourceRefused, with what is not valid.
    """
    try:
        connector = find_connector(kind)
    except KeyError:
        raise SourceRefused(_("There is no such kind of source."), fields={"kind": kind}) from None
    try:
        return connector, connector.Config.model_validate(dict(config))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        fields = {".".join(["config", *map(str, each["loc"])]): tell(each) for each in problems}
        raise SourceRefused(" ".join(fields.values()), fields=fields) from None


def make_plan(
    *,
    connector: Connector[Any],
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    asked: Sequence[str],
    window: Window,
) -> Plan:
    """Ask the source what there is to read. Raises the errors of collection."""
    checked = connector.Config.model_validate({**config, **secrets})
    stream = connector.discover(checked)[0]
    reading = connector.partitions(checked, stream.name, replace(window, columns=tuple(asked)))
    columns = [column for column in stream.columns if not asked or column.name in asked]
    for column in columns:
        if column.name in LANDING_COLUMNS:
            raise ReservedColumn(column=column.name)
    if len({part.key for part in reading.parts}) < len(reading.parts):
        raise ValueError("Two parts have the same key.")
    return Plan(
        config=dict(config),
        stream=stream.name,
        columns=tuple(column.name for column in columns),
        asked=tuple(asked),
        parts=reading.parts,
        types={column.name: column.proposed_type for column in columns},
        is_sparse=stream.is_sparse,
        bookmark=reading.bookmark,
    )
