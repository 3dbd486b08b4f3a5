"""What each source serves, read back as a stranger would: by its address, in its format, by its keys."""

import csv
import gzip
import io
import re
import sqlite3
from contextlib import closing
from html import unescape
from typing import Any

import pyarrow.dataset as ds

from tests.world import ServedWorld

Rows = dict[tuple[str, str], dict[str, Any]]


def exports_text(world: ServedWorld, name: str) -> str:
    """A file of the exports; bytes that Windows-1252 does not have are written \\x81."""
    content = world.get(f"/exports/{name}").content
    data = gzip.decompress(content) if name.endswith(".gz") else content
    return data.decode("windows-1252", "backslashreplace")


def export_names(world: ServedWorld) -> list[str]:
    return sorted(set(re.findall(r"signalements-[\w.-]+", world.get("/exports/").text)))


def exports(world: ServedWorld) -> Rows:
    """Each row by its file and its reference; a row with a cell too many has it under None."""
    found = {}
    for name in export_names(world):
        for row in csv.DictReader(io.StringIO(exports_text(world, name), newline=""), delimiter=";"):
            found[name, row["Référence"]] = row
    return found


def api(world: ServedWorld) -> Rows:
    found, address, bearer = {}, "/api/v1/signalements?page_size=1000", world.bearer()
    while address:
        page = world.get(address, headers=bearer).json()
        found |= {("/api/v1/signalements", report["reference"]): report for report in page["signalements"]}
        address = page["suivant"]
    return found


def site(world: ServedWorld) -> Rows:
    """Each notice by its page and its number."""
    found = {}
    for path in re.findall(r"/travaux/\d{4}-[^<]+", world.get("/sitemap.xml").text):
        text = world.get(path).text
        facts = {key: unescape(value) for key, value in re.findall(r'<dd class="(\w+)">([^<]*)</dd>', text)}
        facts["titre"] = unescape(re.search(r"<h1>([^<]*)</h1>", text)[1])
        found[path, facts["numero"]] = facts
    return found


def database(world: ServedWorld) -> Rows:
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM interventions").fetchall()
    return {(f"interventions, ordre {row['ordre']}", row["reference"]): dict(row) for row in rows}


def lake(world: ServedWorld) -> Rows:
    found = {}
    for row in ds.dataset(world.lake, partitioning="hive").to_table().to_pylist():
        key = f"{row['capteur']}@{row['releve_le']:%Y-%m-%dT%H:%M:%SZ}"
        found[f"year={row['year']}/month={row['month']:02}", key] = row
    return found
