"""A lake of its own for each test, and the connector of `tiny.py`."""

import pytest
from django.utils import translation

from apps.collection.connectors import CONNECTORS
from tests.collection.tiny import TINY


@pytest.fixture(autouse=True)
def _in_english():
    """What acts say is told in the language of the moment; pages and programs still say theirs."""
    translation.activate("en")


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
