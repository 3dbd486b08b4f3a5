"""What is made from a dataset, told by the levels above, which this one cannot know.

An app that reads versions of datasets declares in its `dataset_readers.py` what it makes of them: the lineage of a
version goes on with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apps.core.declarations import Declarations, Text
from apps.core.interface import Viewer
from apps.datasets.models import Version


@dataclass(frozen=True, kw_only=True)
class Made:
    """One thing made from a version. `id` tells it from every other; `said` is the same in a sentence."""

    id: str
    kind: Text
    name: str
    note: str
    url: str
    said: str


@dataclass(frozen=True, kw_only=True)
class DatasetReader:
    """`made` takes a version and the person who looks; each thing made from it that they may see."""

    made: Callable[[Version, Viewer], Sequence[Made]]


dataset_readers = Declarations("dataset_readers", DatasetReader)


def made_from(version: Version, viewer: Viewer) -> list[Made]:
    """What the levels above made from this version."""
    return [made for reader in dataset_readers.all() for made in reader.made(version, viewer)]
