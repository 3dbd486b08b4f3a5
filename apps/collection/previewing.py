"""Trying a source before it is collected: what it answers, and how its first records are read. Nothing is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic
from typing import Any

from apps.collection.connectors.base import Access, Batch, Connector, Rejected, Sampled, SourceColumn, Window
from apps.collection.planning import check_config

# The time that a person waits for a page.
SECONDS = 15
BATCHES = 5
CELL_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The columns of a source, its first rows as text, the first records that cannot be read, and what was detected."""

    columns: tuple[SourceColumn, ...]
    rows: list[list[str]] = field(default_factory=list)
    rejected: tuple[Rejected, ...] = ()
    detected: dict[str, Any] = field(default_factory=dict)


def check_access(*, kind: str, config: Mapping[str, Any]) -> Access:
    """Whether a source with these settings answers. Raises SourceRefused for settings that are not valid."""
    connector, checked = check_config(kind=kind, config=config)
    return connector.check(checked)


def preview(*, kind: str, config: Mapping[str, Any], limit: int = 20) -> Preview:
    """How a source with these settings would be read: its first records, as far as a few seconds lead.

    Raises SourceRefused for settings that are not valid, and the errors of collection.
    """
    connector, checked = check_config(kind=kind, config=config)
    stream = connector.discover(checked)[0]
    names = [column.name for column in stream.columns]
    rows: list[list[str]] = []
    rejected: list[Rejected] = []
    until = monotonic() + SECONDS
    for batch in islice(_first_batches(connector, checked, stream.name), BATCHES):
        rejected += batch.rejected[: limit - len(rejected)]
        rows += _first_rows(batch, names, limit - len(rows))
        if len(rows) >= limit or monotonic() > until:
            break
    return Preview(columns=stream.columns, rows=rows, rejected=tuple(rejected), detected=dict(stream.details))


def _first_batches(connector: Connector[Any], config: Any, stream: str) -> Iterator[Batch]:
    """A connector whose parts cost a download gives a sample of its own; others are read as in a run."""
    if isinstance(connector, Sampled):
        yield from connector.sample(config)
        return
    for part in connector.partitions(config, stream, Window()).parts:
        yield from connector.read(config, part, None)


def _first_rows(batch: Batch, names: list[str], count: int) -> Iterator[list[str]]:
    if not set(names) <= set(batch.rows.schema.names):
        return
    for row in batch.rows.slice(0, count).to_pylist():
        yield [_shown(row[name]) for name in names]


def _shown(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= CELL_SHOWN else f"{text[: CELL_SHOWN - 1]}…"
