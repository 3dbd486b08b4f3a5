"""Cursors: where a page ended, signed so that it cannot be forged, and said of one version.

A page and the next are read from the same version, even if another was published in between; once its table is gone,
the reader is asked to begin again rather than given a mixture.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from apps.datasets.models import Version

SALT = "apps.datasets.reading.cursors"


class InvalidCursor(ValueError):
    """A cursor that we never gave, or that belongs to something else."""


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place in a sorted table: after the row that has these `values`, or before it when reading `backward`.

    `values` are texts as PostgreSQL writes them (None for null), one for each column of `order`, whose pairs are the
    name of a column and whether it goes down.
    """

    version: int
    order: tuple[tuple[str, bool], ...]
    values: tuple[str | None, ...]
    backward: bool = False

    def __str__(self) -> str:
        return signing.dumps([self.version, self.order, self.values, self.backward], salt=SALT, compress=True)


def version_of(text: str) -> int:
    """The primary key of the version that a cursor is about. Raises InvalidCursor."""
    return int(_load(text)[0])


def read_cursor(text: str, *, version: Version) -> Cursor:
    """Raises InvalidCursor if we never gave it for this version."""
    about, order, values, backward = _load(text)
    if about != version.pk:
        raise InvalidCursor(_("A new version was published since this page: begin again without the cursor."))
    return Cursor(
        version=about,
        order=tuple((name, is_descending) for name, is_descending in order),
        values=tuple(values),
        backward=backward,
    )


def _load(text: str) -> Any:
    try:
        return signing.loads(text, salt=SALT)
    except signing.BadSignature:
        raise InvalidCursor(_("This list gave no such cursor: begin again without it.")) from None
