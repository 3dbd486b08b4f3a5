"""Fixtures of the tests of the token endpoints."""

import pytest

from apps.accounts import scopes
from apps.accounts.scopes import Area


@pytest.fixture
def elsewhere_scope(monkeypatch):
    """The right to read another area, which this instance has for the time of the test."""
    elsewhere = Area(label="elsewhere", name="Elsewhere")
    known = (*scopes.areas(), elsewhere)
    monkeypatch.setattr(scopes, "areas", lambda: known)
    return elsewhere.read
