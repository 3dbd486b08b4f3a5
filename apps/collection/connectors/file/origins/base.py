"""What an origin of several files is: a list of them, and a copy of each while it is read.

Files are not pinned by copying them into the lake when a run starts, as one that is downloaded is. That would fetch
everything before the first record lands, keep twice what a folder or a bucket keeps already, and keep columns that
nobody asked for. Their fingerprints are pinned instead, and each file is copied when its turn comes, for as long as it
is read. A file that is no longer the one that was listed is refused, never read as if it were: see `FileChanged`.
What one process began to read, another only goes on with if the bytes are the same: the cursor holds their digest.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from django.conf import settings

from apps.collection.connectors.file.exceptions import TooManyFiles

# What a bookmark names, at most: it is one JSON in the row of a run.
MAX_FILES = 100_000
# What a run may read: segments number their parts by 16 bits.
MAX_PARTS = 32_000


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """A file of an origin. `fingerprint` changes whenever its content does; `size` is in bytes."""

    name: str
    fingerprint: str
    size: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A copy of a file, and the SHA-256 digest of its bytes."""

    path: Path
    digest: str


class ManyFiles(Protocol):
    """An origin, with the settings of a source."""

    def files(self) -> Iterator[FoundFile]:
        """Those that match, by name. Raises TooManyFiles and the errors of the place."""

    def beginning(self, found: FoundFile, *, size: int) -> bytes:
        """Its first bytes."""

    def fetched(self, found: FoundFile) -> AbstractContextManager[Fetched]:
        """A copy, for as long as it is read. Raises FileChanged if it is no longer the file that was found."""


def capped(files: Iterator[FoundFile], *, limit: int = MAX_FILES) -> list[FoundFile]:
    """All of them. Raises TooManyFiles."""
    found = []
    for file in files:
        found.append(file)
        if len(found) > limit:
            raise TooManyFiles(limit=limit)
    return found


@contextmanager
def incoming() -> Iterator[Path]:
    """A folder for what is being received: beside the lake, and swept if this process dies (`retention`)."""
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.MEDIA_ROOT, prefix=".incoming-") as directory:
        yield Path(directory)
