"""Directories that nobody else may enter, and the errors that tell what to do when there is none to be had."""

import fcntl
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_SOCKET_PATH = 107  # bytes, the kernel's limit
LONGEST_SOCKET_NAME = "postgres/.s.PGSQL.5432"


class EmbeddedError(Exception):
    """An embedded server cannot run here; the message says why and what to do."""


def claim_directory(path: Path, *, uid: int | None = None, gid: int | None = None) -> None:
    """Make `path` ours alone (0700), with its missing parents; give it to `uid` when a server runs as someone else.

    Only the directory itself is touched. Raises EmbeddedError if it exists and belongs to another person.
    """
    owner = os.geteuid() if uid is None else uid
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except (FileExistsError, PermissionError) as error:
        raise EmbeddedError(f"{path} cannot be made: {error.strerror}.") from error
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise EmbeddedError(
            f"{path} belongs to another user (uid {found.st_uid}). Run as that user, or remove it and start again."
        )
    if found.st_uid != owner:
        os.chown(path, owner, -1 if gid is None else gid, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)


def socket_directory(root: Path) -> Path:
    """Where the sockets of the servers under `root` lie: there, or in a short directory when its path is too long."""
    if len(os.fsencode(root / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return root
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    # Not the temporary directory of the environment: every process of the run must find the same one.
    return Path(f"/tmp/ecluse-{os.geteuid()}-{digest}")  # noqa: S108 -- made 0700, and refused if someone else made it


@contextmanager
def only_one_at_a_time(lock: Path, *, while_waiting: str = "") -> Iterator[None]:
    """Wait for our turn, and say so if told what to say; the kernel frees the lock of whoever is killed."""
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if while_waiting:
                sys.stderr.write(f"{while_waiting}\n")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
