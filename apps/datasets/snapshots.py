"""What a build writes in the lake."""

from dataclasses import dataclass

from apps.core.lake import Stored
from apps.datasets.models import Build


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a build has written of one entity: the rows of the version, `count` of them, and those set aside.

    A restoration sets none aside.
    """

    entity: str
    count: int
    rows: Stored
    rejects: Stored | None = None


def folder_of(build: Build) -> str:
    """Where the files of a build are in the lake."""
    return f"datasets/{build.dataset_id}/builds/{build.pk}"
