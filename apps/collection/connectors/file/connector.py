"""The connector of kind *file*: a table in text, sent or at an address, compressed with gzip or not."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.collection.connectors.base import Access, Batch, Cursor, Part, Reading, Stream, Window
from apps.collection.connectors.file.config import FileConfig, Layout
from apps.collection.connectors.file.detection import SAMPLE, Detected, detect
from apps.collection.connectors.file.fetching import check_kept, download_file, first_bytes, kept
from apps.collection.connectors.file.unpacking import Piece, beginning, unpacked
from apps.collection.exceptions import CollectionError
from apps.core.declarations import Text

# The only part of a file: it is read from its start to its end.
KEY = "all"
# Around the first byte beyond ASCII, when it is not in the sample.
_FARTHER = 64 * 1024


class FileConnector:
    """Reads what is kept in the lake: `partitions` puts there what it downloads, so that `read` needs no network."""

    kind: ClassVar[str] = "file"
    label: ClassVar[Text] = gettext_lazy("File")
    summary: ClassVar[Text] = gettext_lazy("A CSV file that you send, or that is fetched from an address.")
    Config = FileConfig

    def check(self, config: FileConfig) -> Access:
        """Whether the file is there and is a table, from its first bytes."""
        try:
            detected = _detect_from_beginning(config)
        except CollectionError as error:
            return Access(is_well=False, message=str(error.message))
        found = _("“%(name)s” answers: a table of %(count)s columns.")
        return Access(is_well=True, message=found % {"name": config.name, "count": len(detected.columns)})

    def discover(self, config: FileConfig) -> list[Stream]:
        detected = _detect_from_beginning(config)
        details = detected.layout.model_dump(mode="json")
        return [Stream(name=config.name, columns=detected.columns, details=details)]

    def partitions(self, config: FileConfig, stream: str, window: Window) -> Reading:
        """One part, in which all that was detected is pinned. A file has no dates: the window bounds nothing."""
        digest = config.upload.digest if config.upload else download_file(config.url or "")
        with kept(digest=digest, name=config.name) as path:
            check_kept(path, digest=digest, name=config.name)
            size = path.stat().st_size
            layout = _detect_in(path, config).layout
        details = {"digest": digest, "name": config.name, "size": size, "layout": layout.model_dump(mode="json")}
        return Reading(parts=(Part(key=KEY, details=details, size=size),))

    def read(self, config: FileConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
        # Here, because it imports pyarrow: 45 MB that a process which only shows sources has no use for.
        from apps.collection.connectors.file.reading import read_batches

        layout = Layout.model_validate(part.details["layout"])
        with kept(digest=part.details["digest"], name=part.details["name"]) as path:
            yield from read_batches(path, layout, cursor=cursor, limit=settings.COLLECT_MAX_FILE_BYTES)

    def sample(self, config: FileConfig) -> Iterator[Batch]:
        """The first records, from the first bytes alone: `partitions` would download the whole file."""
        from apps.collection.connectors.file.sampling import first_batches

        return first_batches(config)


def _detect_from_beginning(config: FileConfig) -> Detected:
    """Detect from the first bytes: of what is kept, or from a request."""
    if config.upload:
        with kept(digest=config.upload.digest, name=config.upload.name) as path, path.open("rb") as file:
            data = file.read(SAMPLE)
    else:
        data = first_bytes(config.url or "", size=SAMPLE)
    sample, is_whole = beginning(data, size=SAMPLE)
    return detect(sample, config=config, is_whole=is_whole)


def _detect_in(path: Path, config: FileConfig) -> Detected:
    """Detect from the beginning of a file, and from what is beyond ASCII wherever it first comes."""
    with path.open("rb") as file:
        sample, is_whole = beginning(file.read(SAMPLE), size=SAMPLE)
    farther = b""
    if not is_whole and not config.encoding and sample.isascii():
        farther = _beyond_ascii(unpacked(path, limit=settings.COLLECT_MAX_FILE_BYTES))
    return detect(sample, config=config, is_whole=is_whole, farther=farther)


def _beyond_ascii(pieces: Iterable[Piece]) -> bytes:
    """Some bytes from the first piece that is not plain ASCII, b"" if all are."""
    for data, _position in pieces:
        if not data.isascii():
            start = next(index for index, byte in enumerate(data) if byte > 127)
            return data[max(0, start - _FARTHER // 2) : start + _FARTHER // 2]
    return b""
