"""Where the bytes of a file are: in the lake, once, under the digest of what they are, whether sent or downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from requests.auth import AuthBase

from apps.collection.connectors.file.exceptions import FileNotThere
from apps.collection.connectors.outbound import outbound_errors
from apps.core import lake
from apps.core.http import download, guarded_session

FOLDER = "files"
# A slow site sends 2 GiB in an hour; a task may last a little less than two (TASK_VISIBILITY_TIMEOUT).
DOWNLOAD_SECONDS = 3_600
PATIENCE_SECONDS = 60
# The time that a person waits for an answer about an address.
LOOK_SECONDS = 5
_CHUNK = 64 * 1024


def lake_name(digest: str) -> str:
    """Where the file that has this SHA-256 is in the lake."""
    return f"{FOLDER}/{digest[:2]}/{digest}"


def is_kept(digest: str) -> bool:
    return lake.storage().exists(lake_name(digest))


@contextmanager
def kept(*, digest: str, name: str) -> Iterator[Path]:
    """A local path to read a kept file at. Raises FileNotThere, with the name that people know it by."""
    with ExitStack() as stack:
        try:
            path = stack.enter_context(lake.reading(lake_name(digest)))
        except FileNotFoundError:
            raise FileNotThere(name=name) from None
        yield path


def check_kept(path: Path, *, digest: str, name: str) -> None:
    """Raises FileNotThere if what is kept is not what was: a part of a table would pass for the whole of it."""
    with path.open("rb") as file:
        if file_digest(file, "sha256").hexdigest() != digest:
            raise FileNotThere(name=name)


def keep_file(path: Path) -> str:
    """Move a file into the lake; its digest, under which it is found again. The same file kept twice is kept once."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    with lake.writing(lake_name(digest)) as draft:
        shutil.move(path, draft.path)
    return digest


def download_file(url: str) -> str:
    """Download what is at this address into the lake; its digest. Raises the errors of `receive`."""
    return download_version(url)[0]


def download_version(url: str) -> tuple[str, str]:
    """The same, and what the site calls this version of the file (its ETag or its date), "" if it says nothing."""
    # Beside the lake, so that moving the file there copies nothing.
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.MEDIA_ROOT, prefix=".incoming-") as directory:
        path = Path(directory) / "file"
        version = receive(url, path)
        return keep_file(path), version


def receive(url: str, path: Path, *, auth: AuthBase | None = None) -> str:
    """Download what is at this address to this path; what the site calls its version, "" if it says nothing.

    Raises the errors of `connectors.outbound`: all that a site can do to us, and a size over COLLECT_MAX_FILE_BYTES.
    """
    limits = {"size": settings.COLLECT_MAX_FILE_BYTES, "total": DOWNLOAD_SECONDS, "read": PATIENCE_SECONDS}
    with path.open("w+b") as file, outbound_errors(), guarded_session(**limits) as session:
        if auth:
            session.authorise(url, auth=auth)
        return download(session, url, file).validator


def is_same_version(url: str, version: str) -> bool:
    """Whether the site says that the file is still the one that it called so. Only its headers are waited for."""
    headers = {"If-None-Match" if '"' in version else "If-Modified-Since": version, "Accept-Encoding": "identity"}
    with (
        outbound_errors(),
        guarded_session(size=settings.COLLECT_MAX_FILE_BYTES) as session,
        session.stream("GET", url, headers=headers) as response,
    ):
        told = response.headers
        return response.status_code == 304 or version in (told.get("ETag"), told.get("Last-Modified"))


def get_listing(url: str, *, auth: AuthBase | None = None) -> bytes:
    """What the list of files at this address says. Raises the errors of `connectors.outbound`."""
    with outbound_errors(), guarded_session() as session:
        if auth:
            session.authorise(url, auth=auth)
        return session.get(url).content


def first_bytes(url: str, *, size: int, auth: AuthBase | None = None) -> bytes:
    """How the file at this address begins: one request of five seconds, whose answer is left when there is enough.

    Raises the errors of `connectors.outbound`.
    """
    # Uncompressed, as `download` asks for it: the two must see the same bytes.
    headers = {"Range": f"bytes=0-{size - 1}", "Accept-Encoding": "identity"}
    limits = {"size": settings.COLLECT_MAX_FILE_BYTES, "total": LOOK_SECONDS, "tries": 1}
    data = b""
    with outbound_errors(), guarded_session(**limits) as session:
        if auth:
            session.authorise(url, auth=auth)
        with session.stream("GET", url, headers=headers, accepting={416}) as response:
            # An empty file has no first byte, which a site may say by this status.
            chunks = response.iter_content(_CHUNK) if response.status_code != 416 else iter(())
            while len(data) < size and (chunk := next(chunks, b"")):
                data += chunk
    return data[:size]
