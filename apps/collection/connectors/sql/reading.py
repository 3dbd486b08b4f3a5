"""Reading a part: one statement in the order of the key, so that a key says where to go on from."""

from collections.abc import Iterator
from itertools import islice

from apps.collection.connectors.base import Batch, Cursor, Part
from apps.collection.connectors.sql.config import SqlConfig
from apps.collection.connectors.sql.partitioning import columns_of
from apps.collection.connectors.sql.selecting import Selection
from apps.collection.connectors.sql.snapshots import read_snapshot
from apps.collection.connectors.sql.systems.base import Session, opened

SAMPLE_ROWS = 50


def read_part(config: SqlConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
    """The records of a part after those that the cursor says are consumed."""
    if snapshot := part.details.get("snapshot"):
        yield from read_snapshot(snapshot, cursor)
        return
    selection = Selection.from_json(part.details["selection"])
    with opened(config, seconds=config.timeout_seconds) as session:
        yield from read_selection(session, selection, cursor)


def read_selection(
    session: Session, selection: Selection, cursor: Cursor | None = None, *, limit: int | None = None
) -> Iterator[Batch]:
    config, driver = session.config, session.driver
    done = cursor["row"] if cursor else 0
    after = cursor["key"] if cursor else ()
    statement = selection.statement(config, written=driver.written, after=after, limit=limit)
    how = {"key": len(selection.key), "size": config.batch_rows, "first": done + 1}
    for piece in driver.pieces(session, statement, selection.names, **how):
        done += piece.count
        yield Batch(
            rows=piece.rows, cursor={"row": done, "key": list(piece.key)}, rejected=piece.rejected, position=done
        )


def first_batches(config: SqlConfig, *, seconds: float) -> Iterator[Batch]:
    """The first records, in whatever order they come."""
    with opened(config, seconds=seconds) as session:
        selection = Selection(columns=columns_of(session), values=config.values)
        yield from islice(read_selection(session, selection, limit=SAMPLE_ROWS), 1)
