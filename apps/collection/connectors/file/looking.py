"""Looking at files before they are collected, as little as it takes: their first bytes where the format allows."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from apps.collection.connectors.file.choices import Format
from apps.collection.connectors.file.compressions import is_compressed
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import SAMPLE, Content
from apps.collection.connectors.file.exceptions import NoFileThere
from apps.collection.connectors.file.fetching import first_bytes, kept, receive
from apps.collection.connectors.file.formats import FORMATS
from apps.collection.connectors.file.formats.base import Described
from apps.collection.connectors.file.formats.sniffing import sniffed
from apps.collection.connectors.file.origins import origin_of
from apps.collection.connectors.file.origins.base import FoundFile, ManyFiles, incoming
from apps.collection.connectors.file.unpacking import beginning
from apps.collection.connectors.file.zips import is_zip


def looked_at(content: Content, config: FileConfig, *, is_thorough: bool = False) -> Described:
    """How a file is written, as its owner says or as it looks. Raises the errors of files."""
    sample, _is_whole = content.beginning()
    chosen = config.format or sniffed(sample, name=content.told)
    return FORMATS[chosen].describe(content, config, is_thorough=is_thorough)


@contextmanager
def glimpsed(config: FileConfig) -> Iterator[Content]:
    """The file of a source, or the first of its files: its beginning, or all of it where that tells nothing."""
    with _glimpsed(config) as content:
        yield content.tables(config.members)[0]


def what_is_there(config: FileConfig) -> str:
    """What a source answers, in a sentence, for one request at most. Raises the errors of files."""
    origin = origin_of(config)
    if origin and config.bucket:
        said = _("“%(name)s” answers: the first file is “%(file)s”.")
        return said % {"name": config.name, "file": first_of(config, origin).name}
    if config.url:
        data = first_bytes(config.url, size=SAMPLE)
        if _needs_whole(data, config, name=config.name):
            sample, _is_whole = beginning(data, size=SAMPLE)
            found = config.format or sniffed(sample, name=config.name)
            told = "ZIP" if is_zip(sample) and found == Format.CSV else Format(found).label
            return _("“%(name)s” answers: %(format)s.") % {"name": config.name, "format": told}
        with _sampled(data, name=config.name) as content:
            return _table_of(content, config)
    with glimpsed(config) as content:
        return _table_of(content, config)


def first_of(config: FileConfig, origin: ManyFiles) -> FoundFile:
    """The first file of an origin. Raises NoFileThere."""
    found = next(origin.files(), None)
    if found is None:
        raise NoFileThere(name=config.name, files=config.wanted_files)
    return found


def _table_of(content: Content, config: FileConfig) -> str:
    found = _("“%(name)s” answers: a table of %(count)s columns.")
    return found % {"name": content.name, "count": len(looked_at(content, config).columns)}


@contextmanager
def _glimpsed(config: FileConfig) -> Iterator[Content]:
    with ExitStack() as stack:
        origin = origin_of(config)
        if config.upload:
            path = stack.enter_context(kept(digest=config.upload.digest, name=config.upload.name))
            yield _whole(path, config.name)
        elif origin:
            found = first_of(config, origin)
            data = origin.beginning(found, size=SAMPLE)
            if _needs_whole(data, config, name=found.name):
                yield _whole(stack.enter_context(origin.fetched(found)).path, found.name)
            else:
                yield stack.enter_context(_sampled(data, name=found.name))
        else:
            data = first_bytes(config.url or "", size=SAMPLE)
            if _needs_whole(data, config, name=config.name):
                path = stack.enter_context(incoming()) / "file"
                receive(config.url or "", path)
                yield _whole(path, config.name)
            else:
                yield stack.enter_context(_sampled(data, name=config.name))


def _needs_whole(data: bytes, config: FileConfig, *, name: str) -> bool:
    sample, _is_whole = beginning(data, size=SAMPLE)
    if is_zip(sample) or (is_compressed(data) and not sample):
        return True
    return FORMATS[config.format or sniffed(sample, name=name)].needs_whole


@contextmanager
def _sampled(data: bytes, *, name: str) -> Iterator[Content]:
    """The beginning of a file that begins with these bytes, decompressed."""
    sample, is_whole = beginning(data, size=SAMPLE)
    with incoming() as directory:
        path = directory / "sample"
        path.write_bytes(sample)
        yield Content(path=path, name=name, limit=SAMPLE, size=len(sample), is_whole=is_whole)


def _whole(path: Path, name: str) -> Content:
    return Content(path=path, name=name, limit=settings.COLLECT_MAX_FILE_BYTES, size=path.stat().st_size)
