"""Trying settings before they are saved: what the source answers, or why it does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from apps.collection.connectors.base import Rejected, SourceColumn
from apps.collection.describing import describe_config
from apps.collection.exceptions import CollectionError
from apps.collection.models import Source
from apps.collection.previewing import preview
from apps.collection.telling import reason_text
from apps.core.declarations import Text
from apps.core.errors import EcluseError


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of trying some settings; `problem` and `advice` when nothing did. Nothing of it is kept."""

    columns: Sequence[SourceColumn] = ()
    rows: Sequence[Sequence[str]] = ()
    rejected: Sequence[tuple[Rejected, str]] = ()
    detected: Sequence[tuple[str, str]] = ()
    problem: Text = ""
    advice: Text = ""

    @classmethod
    def of(cls, source: Source, config: Mapping[str, Any]) -> Self:
        try:
            given = {name: value for name, value in config.items() if value is not None}
            found = preview(kind=source.kind, config=given)
        except CollectionError as error:
            return cls(problem=str(error.title) % error.details, advice=str(error.advice) % error.details)
        except EcluseError as error:
            return cls(problem=error.message)
        return cls(
            columns=found.columns,
            rows=found.rows,
            rejected=[(each, reason_text(each)) for each in found.rejected],
            detected=describe_config(source.kind, found.detected),
        )
