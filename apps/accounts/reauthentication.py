"""Asking who one is again before what a stolen session must not do."""

from collections.abc import Callable
from typing import TypeVar

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def reauthenticated(view: View) -> View:
    """Only whoever proved who they are in the last fifteen minutes; others are asked, then brought back."""
    return reauthentication_required(view, app="allauth.account")  # type: ignore[no-any-return]  # allauth is not typed
