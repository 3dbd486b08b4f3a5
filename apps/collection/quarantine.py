"""Reading what a run set aside: counted by reason, and written for a spreadsheet."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.collection.enums import RejectionReason
from apps.collection.models import Rejection, Run
from apps.collection.telling import reason_text
from apps.core.charts.shapes import harmless

COLUMNS = ["run", "part", "record", "reason", "said", "details", "text"]


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """One reason for which records were set aside, and its share of them all, from 0 to 1."""

    reason: str
    label: str
    count: int
    share: float


def count_reasons(run: Run) -> list[ReasonCount]:
    """The reasons of a run, the most frequent first."""
    counted = list(run.rejections.by_reason())
    total = sum(each["count"] for each in counted)
    return [
        ReasonCount(
            reason=each["reason"],
            label=str(RejectionReason(each["reason"]).label),
            count=each["count"],
            share=each["count"] / total,
        )
        for each in counted
    ]


def rejections_of(run: Run, *, reason: str = "") -> QuerySet[Rejection]:
    rejections: QuerySet[Rejection] = run.rejections.order_by("part", "row")
    return rejections.filter(reason=reason) if reason else rejections


def as_csv(rejections: QuerySet[Rejection]) -> Iterator[str]:
    """The records as lines of CSV, read from the database as they are sent: there may be millions."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for rejection in rejections.iterator(chunk_size=2_000):
        yield writer.writerow([harmless(cell) for cell in _cells(rejection)])


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _cells(rejection: Rejection) -> list[Any]:
    details = json.dumps(rejection.details, ensure_ascii=False, sort_keys=True) if rejection.details else ""
    said = str(reason_text(rejection))
    return [rejection.run_id, rejection.part, rejection.row, rejection.reason, said, details, rejection.text]
