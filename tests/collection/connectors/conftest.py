"""Files in the lake, and a site to download them from."""

from pathlib import Path

import pytest

from apps.collection.connectors.file.config import FileConfig, Layout
from apps.collection.connectors.file.fetching import keep_file
from tests.collection.connectors.api import Api
from tests.collection.connectors.databases import loopback, mariadb, postgres, postgres_server, sqlite
from tests.collection.connectors.sparkserver import spark
from tests.core.http.conftest import names, open_loopback, over, site, sites

__all__ = [
    "loopback",
    "mariadb",
    "names",
    "open_loopback",
    "over",
    "postgres",
    "postgres_server",
    "site",
    "sites",
    "spark",
    "sqlite",
]


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def uploaded(tmp_path):
    """Keep these bytes as if someone had sent them; the settings of a source that reads them."""

    def upload(content: bytes, name: str = "table.csv", **options) -> FileConfig:
        path = tmp_path / "sent"
        path.write_bytes(content)
        return FileConfig(upload={"digest": keep_file(path), "name": name}, **options)

    return upload


@pytest.fixture
def layout():
    def make(*columns: str, **options) -> Layout:
        options = {
            "encoding": "utf-8",
            "delimiter": "semicolon",
            "quote": "double",
            "skip_lines": 0,
            "header": False,
        } | options
        return Layout(columns=columns, **options)

    return make


@pytest.fixture
def api(site, open_loopback) -> Api:
    """An API on this machine, which may be called."""
    return Api(site)
