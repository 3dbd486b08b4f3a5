"""What the settings of several kinds of sources are made of."""

from pathlib import PurePosixPath
from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.core.http.errors import UrlRefused
from apps.core.http.urls import Site


def lazy(text: Promise) -> str:
    """A text that forms translate when they show it: pydantic says that it wants a str, and keeps what it is given."""
    return cast(str, text)


def checked_address(url: str) -> str:
    """The same. Raises ValueError, in the reader's language, if it is not one that can be called."""
    try:
        Site.of(url)
    except UrlRefused as error:
        raise ValueError(str(error.message)) from None
    return url


def checked_path(written: str) -> str:
    """The path of something on the server, in its usual writing. Raises ValueError if it climbs, or leads nowhere."""
    path = PurePosixPath(written)
    if not path.parts or ".." in path.parts or "\0" in written:
        raise ValueError(str(_("Give the path of a file or a folder, without “..”.")))
    return str(path)
