"""What is made from a source, told by the levels above, which this one cannot know.

An app that reads sources declares in its `source_readers.py` the locks that follow a source on the flight: the chain
on the page of a source goes on with them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.declarations import Declarations
from apps.core.interface import Stage, Viewer


@dataclass(frozen=True, kw_only=True)
class SourceReader:
    """`stages` takes a source and the person who looks; one lock for each thing made from it that they may see."""

    stages: Callable[[Any, Viewer], Sequence[Stage]]


source_readers = Declarations("source_readers", SourceReader)


def stages_after(source: Any, *, viewer: Viewer) -> list[Stage]:
    """The locks that follow this source, in the order of the flight."""
    stages = [stage for reader in source_readers.all() for stage in reader.stages(source, viewer)]
    return sorted(stages, key=lambda stage: stage.rank)
