"""What the settings of several kinds of sources are made of."""

from typing import cast

from django.utils.functional import Promise

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
