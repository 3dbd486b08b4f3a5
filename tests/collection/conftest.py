"""A lake of its own for each test, and the connector of `tiny.py`."""

import pytest

from apps.collection.connectors import CONNECTORS
from tests.collection.tiny import TINY


@pytest.fixture(autouse=True)
def lake_folder(settings, tmp_path):
    """Where the lake is, empty."""
    location = tmp_path / "lake"
    lake = settings.STORAGES["lake"]
    settings.STORAGES = settings.STORAGES | {"lake": lake | {"OPTIONS": {"location": location}}}
    return location


@pytest.fixture(autouse=True)
def _tiny_connector(monkeypatch):
    monkeypatch.setitem(CONNECTORS._by_kind, TINY.kind, TINY)
