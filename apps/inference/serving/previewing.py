"""The first rows of a file that somebody sent: what was read, and what would be refused, before any is answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from apps.collection.enums import RejectionReason
from apps.inference.encoding import Array
from apps.inference.serving.checking import words_of
from apps.inference.serving.tables import LEFT_OUT
from apps.inference.serving.vectors import vet
from apps.inference.signature import Field, Signature

SHOWN, LOOKED_AT = 10, 1_000
MOST_REASONS = 20


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """One row as it was read, in the order of the columns, and what is wrong with it, in words."""

    number: int
    cells: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A reason why rows would be refused: of how many, and the first of them."""

    field: str
    reason: str
    count: int
    first_row: int


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`refused` of the `looked_at` first rows would be; `absent` are fields that the file leaves out, `left_out` its
    columns that the model does not read."""

    fields: tuple[Field, ...]
    absent: tuple[Field, ...]
    left_out: tuple[str, ...]
    rows: tuple[PreviewRow, ...]
    looked_at: int
    refused: int
    refusals: tuple[Refusal, ...]


def preview(path: Path, signature: Signature) -> Preview:
    """Of the table that `tables.rewrite` made."""
    with pq.ParquetFile(path) as file:
        first = next(file.iter_batches(batch_size=LOOKED_AT))
        left_out = json.loads((file.schema_arrow.metadata or {}).get(LEFT_OUT, b"[]"))
    vetted = vet(signature, first)
    there = set(first.schema.names)
    fields = tuple(field for field in signature.fields if field.name in there)
    return Preview(
        fields=fields,
        absent=tuple(field for field in signature.fields if field.name not in there),
        left_out=tuple(left_out),
        rows=tuple(_rows(first.slice(0, SHOWN), fields, vetted.faults, signature)),
        looked_at=first.num_rows,
        refused=int((~vetted.is_right).sum()),
        refusals=tuple(_refusals(vetted.faults, signature))[:MOST_REASONS],
    )


def reason_of(signature: Signature, name: str, code: str) -> str:
    """Why a row is refused, in the language of the moment: its field and the code of its fault, as they are kept."""
    if name:
        return words_of(signature.field(name), code)
    return str(RejectionReason(code).label)


def title_of(signature: Signature, name: str) -> str:
    """What people call a field; nothing of a whole row."""
    return signature.field(name).title if name else ""


def _rows(
    first: pa.RecordBatch, fields: Sequence[Field], faults: Mapping[str, Array], signature: Signature
) -> "list[PreviewRow]":
    columns = [first.column(field.name).to_pylist() for field in fields]
    return [
        PreviewRow(
            number=rank + 1,
            cells=tuple(column[rank] or "" for column in columns),
            reasons=tuple(
                f"{title_of(signature, name)} – {reason_of(signature, name, codes[rank])}".removeprefix(" – ")
                for name, codes in faults.items()
                if codes[rank]
            ),
        )
        for rank in range(first.num_rows)
    ]


def _refusals(faults: Mapping[str, Array], signature: Signature) -> "list[Refusal]":
    """The most frequent first."""
    found = [
        Refusal(
            field=title_of(signature, name),
            reason=reason_of(signature, name, code),
            count=len(ranks),
            first_row=int(ranks[0]) + 1,
        )
        for name, codes in faults.items()
        for code in np.unique(codes[codes != ""]).tolist()
        for ranks in [np.flatnonzero(codes == code)]
    ]
    return sorted(found, key=lambda each: (-each.count, each.first_row))
