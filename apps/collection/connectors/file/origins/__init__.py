"""Where several files are: folders of the server, and buckets."""

from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.origins.base import ManyFiles
from apps.collection.connectors.file.origins.bucket import Bucket
from apps.collection.connectors.file.origins.folder import Folder


def origin_of(config: FileConfig) -> ManyFiles | None:
    """Where the files of a source are, None if it is one file, sent or at an address."""
    if config.folder:
        return Folder(config)
    return Bucket(config) if config.bucket else None
