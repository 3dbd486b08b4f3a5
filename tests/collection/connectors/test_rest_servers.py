"""Servers of others, as they are: Datasette, which links its pages, and json-server, which numbers them."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.collection.connectors.base import Window
from apps.collection.connectors.rest import RestConnector
from apps.collection.connectors.rest.config import RestConfig
from tests.e2e.tools import NODE_MODULES, missing
from tests.ports import free_port

REST = RestConnector()
ROWS = 1_234
STARTS_WITHIN = 60.0
JSON_SERVER = NODE_MODULES / "json-server" / "lib" / "cli" / "bin.js"


@contextmanager
def running(command: list[str], *, port: int, log: Path) -> Iterator[str]:
    """Run a server until the end of the tests; its address, once it answers."""
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | {"NO_UPDATE_NOTIFIER": "1"})
        try:
            _wait(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def datasette(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("datasette")
    path = folder / "towns.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT, seen_at TEXT)")
        database.executemany(
            "INSERT INTO towns VALUES (?, ?, ?)",
            [(rank, f"name {rank}", f"2024-01-01T{rank // 60:02d}:{rank % 60:02d}:00Z") for rank in range(1, ROWS + 1)],
        )
    database.close()
    port = free_port()
    command = [sys.executable, "-m", "datasette", "serve", str(path), "--port", str(port)]
    with running([*command, "--setting", "force_https_urls", "0"], port=port, log=folder / "log") as url:
        yield f"{url}/towns/towns.json"


@pytest.fixture(scope="module")
def json_server(tmp_path_factory) -> Iterator[str]:
    if (node := shutil.which("node")) is None:
        missing("Node", "install it (apt-get install nodejs).")
    if not JSON_SERVER.exists():
        missing("json-server", "run `make e2e-tools` (needs Node).")
    folder = tmp_path_factory.mktemp("json-server")
    path = folder / "db.json"
    path.write_text(json.dumps({"towns": [{"id": rank, "place": {"n": rank}} for rank in range(1, ROWS + 1)]}))
    port = free_port()
    command = [node, str(JSON_SERVER), "--port", str(port), "--quiet", str(path)]
    with running(command, port=port, log=folder / "log") as url:
        yield f"{url}/towns"


@pytest.fixture(autouse=True)
def _may_be_called(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.OUTBOUND_ALLOWED_PORTS = list(range(20_000, 30_000))
    settings.OUTBOUND_REQUESTS_PER_SECOND = 0


def read(config: RestConfig, window: Window | None = None):
    part = REST.partitions(config, config.name, window or Window()).parts[0]
    return part, [row for batch in REST.read(config, part, None) for row in batch.rows.to_pylist()]


def test_datasette_is_read_whole_by_its_next_links_without_a_setting(datasette):
    config = RestConfig(url=datasette, params={"_shape": "objects"})

    part, rows = read(config)

    assert part.details["paging"]["kind"] == "link_header"
    assert [int(row["id"]) for row in rows] == list(range(1, ROWS + 1))
    assert set(rows[0]) == {"id", "name", "seen_at", "_row"}


def test_datasette_is_asked_only_for_what_is_new(datasette):
    config = RestConfig(url=datasette, params={"_shape": "objects"}, cursor_field="seen_at", since_param="seen_at__gte")

    _part, rows = read(config, Window(bookmark={"high": "2024-01-01T20:00:00.000000+00:00"}))

    assert [int(row["id"]) for row in rows] == list(range(1_200, ROWS + 1))


def test_json_server_is_read_whole_by_its_link_headers(json_server):
    config = RestConfig(url=json_server, params={"_page": 1, "_limit": 100})

    part, rows = read(config)

    assert part.details["paging"]["kind"] == "link_header"
    assert [int(row["id"]) for row in rows] == list(range(1, ROWS + 1))


def test_json_server_is_read_by_page_numbers_several_at_a_time(json_server):
    config = RestConfig(
        url=json_server,
        pagination="page",
        page_param="_page",
        size_param="_limit",
        page_size=100,
        concurrency=4,
        nested="columns",
    )

    _part, rows = read(config)

    assert [(int(row["id"]), int(row["place.n"])) for row in rows] == [(rank, rank) for rank in range(1, ROWS + 1)]
