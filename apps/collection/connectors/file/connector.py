"""The connector of kind *file*: tables in files, sent, at an address, in a folder of the server or in a bucket."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import ClassVar

from django.utils.translation import gettext_lazy

from apps.collection.connectors.base import Access, Batch, Cursor, Part, Reading, SourceColumn, Stream, Window
from apps.collection.connectors.file.ahead import read_ahead
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.formats import format_of
from apps.collection.connectors.file.looking import glimpsed, looked_at, what_is_there
from apps.collection.connectors.file.naming import free_name
from apps.collection.connectors.file.opening import opened_part, with_file_name
from apps.collection.connectors.file.origins import origin_of
from apps.collection.connectors.file.planning import parts_of_many, parts_of_one
from apps.collection.exceptions import CollectionError
from apps.core.declarations import Text


class FileConnector:
    """Reads what is kept in the lake: `partitions` puts there what it downloads, so that `read` needs no network.

    Of folders and buckets, `read` fetches each file in its turn: see `origins.base`.
    """

    kind: ClassVar[str] = "file"
    label: ClassVar[Text] = gettext_lazy("File")
    summary: ClassVar[Text] = gettext_lazy(
        "CSV, JSON, Excel, Parquet, XML or Avro: files that you send, or that are fetched from an address, a folder of "
        "the server or a bucket."
    )
    Config = FileConfig
    GROUPS: ClassVar[Mapping[str, Text]] = {
        "folder": gettext_lazy("A folder of the server"),
        "bucket": gettext_lazy("A bucket (S3)"),
        "text": gettext_lazy("Tables in text"),
        "workbook": gettext_lazy("Workbooks"),
        "tree": gettext_lazy("JSON and XML"),
    }

    def check(self, config: FileConfig) -> Access:
        """Whether the file is there and is a table, from its first bytes; of several, whether there is any."""
        try:
            return Access(is_well=True, message=what_is_there(config))
        except CollectionError as error:
            return Access(is_well=False, message=str(error.message))

    def discover(self, config: FileConfig) -> list[Stream]:
        with glimpsed(config) as content:
            described = looked_at(content, config)
        columns = described.columns
        if config.add_file_name:
            added = free_name("file", [column.name for column in columns])
            columns = (*columns, SourceColumn(name=added, example=content.told[:200]))
        return [Stream(name=config.name, columns=columns, details=described.layout, is_sparse=described.is_sparse)]

    def partitions(self, config: FileConfig, stream: str, window: Window) -> Reading:
        """One part for each file, in which all that was detected is pinned.

        A file has no dates: a window bounds nothing, but for its bookmark, which names the files that were read.
        """
        bookmark = dict((window.bookmark or {}).get("files", {}))
        origin = origin_of(config)
        return parts_of_many(config, origin, bookmark) if origin else parts_of_one(config, bookmark)

    def read(self, config: FileConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
        with ExitStack() as stack:
            opened = stack.enter_context(opened_part(config, part, cursor))
            yield from read_ahead(opened.batches(cursor))

    def sample(self, config: FileConfig) -> Iterator[Batch]:
        """The first records, from the first bytes alone where the format allows: `partitions` fetches everything."""
        with glimpsed(config) as content:
            described = looked_at(content, config)
            batches: Iterator[Batch] = format_of(described.layout).read(content, described.layout, None)
            if config.add_file_name:
                column = free_name("file", [column.name for column in described.columns])
                batches = (with_file_name(batch, column, content.told) for batch in batches)
            yield from batches
