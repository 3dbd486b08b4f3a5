"""A connector that makes up its records: as many as asked, with a fault wherever one is wanted."""

from typing import ClassVar

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from apps.collection.connectors.base import ROW, Access, Batch, Part, Reading, Rejected, SourceColumn, Stream
from apps.collection.enums import RejectionReason
from apps.collection.exceptions import AuthError, Transient


class TinyConfig(BaseModel):
    """`rows` records in each of `parts`, of which those numbered in `rejected` cannot be read.

    After the batch numbered `breaks_after`, `error` is raised; `replaced`: the columns that are read are others;
    `text`: what rejected records hold, one of TEXTS.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int = 10
    batch: int = 4
    parts: int = 1
    columns: tuple[str, ...] = ("name", "value")
    rejected: tuple[int, ...] = ()
    breaks_after: int | None = None
    error: str = "transient"
    replaced: tuple[str, ...] = ()
    text: str = ""


TEXTS = {"unstorable": "\0\udcff" + "é" * 9_000}

ERRORS = {
    "transient": lambda: Transient(host="example.org"),
    "auth": AuthError,
    "bug": lambda: ZeroDivisionError("Camille Martin lives at 3, rue Haute"),
}


class Tiny:
    kind: ClassVar[str] = "tiny"
    label: ClassVar[str] = "Tiny"
    summary: ClassVar[str] = "Made up."
    GROUPS: ClassVar[dict[str, str]] = {}
    Config: ClassVar[type[TinyConfig]] = TinyConfig

    def check(self, config):
        return Access(is_well=True, message="It is tiny.")

    def discover(self, config):
        return [Stream(name="all", columns=tuple(SourceColumn(name=name) for name in config.columns))]

    def partitions(self, config, stream, window):
        return Reading(parts=tuple(Part(key=f"p{number}", size=config.rows * 10) for number in range(config.parts)))

    def read(self, config, part, cursor):
        start = cursor["row"] if cursor else 0
        for first in range(start + 1, config.rows + 1, config.batch):
            if config.breaks_after is not None and first > config.breaks_after * config.batch:
                raise ERRORS[config.error]()
            last = min(first + config.batch - 1, config.rows)
            good = [row for row in range(first, last + 1) if row not in config.rejected]
            columns = {name: [f"{name} {row}" for row in good] for name in config.replaced or config.columns}
            yield Batch(
                rows=pa.RecordBatch.from_pydict(columns | {ROW: pa.array(good, pa.int64())}),
                cursor={"row": last},
                rejected=tuple(
                    Rejected(
                        row=row,
                        reason=RejectionReason.TOO_FEW_COLUMNS,
                        details={"expected": len(config.columns), "found": 1},
                        text=TEXTS.get(config.text, f"someone@example.org, record {row}"),
                    )
                    for row in range(first, last + 1)
                    if row in config.rejected
                ),
                position=last * 10,
            )


TINY = Tiny()
