"""Everything that the world gives says that it is invented."""

import json
import sqlite3
from contextlib import closing

import pyarrow.parquet as pq
import pytest
import requests

from apps.collection.world.label import HEADER, MENTION, SHORT
from apps.collection.world.stores.exports import COLUMNS
from apps.collection.world.stores.tables import TABLES, VIEW

API = "/api/v1/signalements"


@pytest.mark.parametrize("path", ["/", "/travaux/", "/travaux/?page=2", "/exports/", "/interne/", "/nulle-part/"])
def test_each_page(demo_world, path):
    assert f'<p class="mention" role="note">{MENTION}</p>' in demo_world.get(path).text


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/exports/LISEZMOI.txt", "/registre.json"])
def test_each_text(demo_world, path):
    assert MENTION in demo_world.get(path).content.decode()


@pytest.mark.parametrize("path", [API, f"{API}?page_size=3", f"{API}?page_size=0", f"{API}/none", "/api/v1/services"])
def test_each_answer_of_the_api_refusals_included(demo_world, path):
    for headers in (demo_world.bearer(), {}):
        answer = demo_world.get(path, headers=headers)
        assert answer.json()["mention"] == MENTION
        assert answer.headers[HEADER[0]] == HEADER[1]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_each_answer_about_tokens(demo_world, method):
    assert requests.request(method, f"{demo_world.base}/oauth/token", timeout=30).json()["mention"] == MENTION


def test_each_row_of_the_exports(demo_world):
    text = demo_world.get("/exports/signalements-2025-02.csv").content.decode("windows-1252", "replace")

    assert COLUMNS[-1] == "Mention"
    assert text.count(f";{SHORT}\r\n") == text.count("\r\n") - 1 > 10


def test_each_table_of_the_database(demo_world):
    with closing(sqlite3.connect(demo_world.database)) as connection:
        made = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())
        told = connection.execute("SELECT mention FROM lisez_moi").fetchall()

    assert {*(table.name for table in TABLES), VIEW} < set(made)
    assert all(MENTION in sql for name, sql in made.items() if name != "lisez_moi")
    assert told == [(MENTION,)]


def test_each_file_of_the_lake(demo_world):
    files = list(demo_world.lake.rglob("*.parquet"))

    assert len(files) == 36
    assert all(pq.read_schema(file).metadata[b"mention"].decode() == MENTION for file in files)
    assert MENTION in (demo_world.lake / "_LISEZMOI.txt").read_text()


def test_each_file_about_the_world_itself(demo_world):
    for name in ("registre.json", "monde.json"):
        assert json.loads((demo_world.world.folder / name).read_text())["mention"] == MENTION
