"""Each kind of source, from the assistant to its segments: a person's clicks, a real server, a worker that collects.

What lands is compared with what a stranger reads from the same servers (`tests/collection/world/stores.py`).
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import BrowserContext, Page
from psycopg2.extensions import make_dsn
from pytest_django import Settings

from apps.collection.models import Run, Source
from apps.collection.sourcing import delete_source
from apps.collection.world.ledger import Kind
from apps.collection.world.serving.tokens import CLIENT_ID, CLIENT_SECRET
from apps.collection.world.stores.postgres import READER, READER_PASSWORD, SCHEMA, fill_database
from config.embedded.postgres import DATABASE, ROLE
from tests.collection.connectors.databases import ListeningPostgres, postgres_server
from tests.collection.world import stores
from tests.e2e.assistant import Assistant
from tests.e2e.browser import Window
from tests.e2e.house import House
from tests.e2e.work import working
from tests.world import ServedWorld, served_world

# One worker of the suite starts the servers, and has all these tests.
pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.xdist_group("collecting_journeys")]

__all__ = ["postgres_server"]
Landed = Callable[[int], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def tired_world(demo_world: ServedWorld) -> Iterator[ServedWorld]:
    """The same town hall, where one answer of the API in four is a 429."""
    with served_world(demo_world.folder, tired_every=4) as world:
        yield world


@pytest.fixture(scope="module")
def database(demo_world: ServedWorld, postgres_server: ListeningPostgres) -> int:
    """The port of the PostgreSQL that holds the old database of the town hall."""
    address = make_dsn(host=str(postgres_server.socket_home), port=postgres_server.port, user=ROLE, dbname=DATABASE)
    fill_database(address, lambda: demo_world.story, version="1")
    return postgres_server.port


@pytest.fixture(scope="module")
def open_doors(demo_world: ServedWorld, tired_world: ServedWorld, postgres_server: ListeningPostgres) -> dict[str, Any]:
    """What an operator writes for these servers."""
    ports = [urlsplit(world.base).port for world in (demo_world, tired_world)]
    return {
        "OUTBOUND_ALLOWED_NETWORKS": ["127.0.0.1/32"],
        "OUTBOUND_ALLOWED_PORTS": [*ports, postgres_server.port],
        "COLLECT_FOLDERS": [str(demo_world.folder)],
        "COLLECT_RETRY_SECONDS": 60,
    }


@pytest.fixture(scope="module")
def _worker(
    house: House, media_root: Path, open_doors: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    variables = {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in open_doors.items()
    }
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with working(database=house.database, lake=media_root / "lake", log=log, **variables):
        yield


@pytest.fixture
def page(open_as: Callable[..., BrowserContext]) -> Page:
    return open_as("ai_developer", language="en").new_page()


@pytest.fixture
def assistant(
    window: Window,
    page: Page,
    assert_sound: Callable[[], None],
    settings: Settings,
    open_doors: dict[str, Any],
    _worker: None,
) -> Iterator[Assistant]:
    """The assistant, and its sources taken away afterwards: other pages count what there is."""
    for name, value in open_doors.items():
        setattr(settings, name, value)
    known = set(Source.objects.values_list("pk", flat=True))
    yield Assistant(page=page, site=window.site, check=assert_sound)
    for source in Source.objects.exclude(pk__in=known):
        delete_source(source=source, by=None)


@pytest.fixture
def landed(media_root: Path, assistant: Assistant) -> Landed:
    """The rows of the segments of the run on the page, which went to its end."""

    def landed(number: int) -> list[dict[str, Any]]:
        run = Run.objects.get(pk=number)
        assert run.state == "succeeded", (run.state, run.error_code, run.verdict)
        rows = [
            row
            for segment in run.segments.all()
            for row in pq.read_table(media_root / "lake" / segment.name).to_pylist()
        ]
        assert len(rows) == run.rows_kept == assistant.rows_in_segments
        return rows

    return landed


def test_an_api_that_wants_a_token_and_is_tired_at_times(
    assistant: Assistant, demo_world: ServedWorld, tired_world: ServedWorld, landed: Landed
) -> None:
    where = {
        "Address of the API": f"{tired_world.base}/api/v1/signalements",
        "Parameters": "page_size: 100",
        "Authentication": "OAuth 2, as an application (client credentials)",
        "Address that gives tokens": f"{tired_world.base}/oauth/token",
        "Identifier of the application": CLIENT_ID,
        "Secret of the application": CLIENT_SECRET,
    }
    assistant.begin("REST API", where, name="Signalements récents")
    assistant.fill({"Nested values": "In columns of their own (address.city)"})
    assistant.press("Try again")
    assert {"reference", "adresse.voie"} <= set(assistant.tried[0])
    assistant.press("Save and go on")
    number = assistant.collect(purpose="Mieux aiguiller les signalements", legal_basis="Public task")

    there = sorted(reference for _place, reference in stores.api(demo_world))
    assert sorted(row["reference"] for row in landed(number)) == there


@pytest.mark.parametrize("origin", ["sent", "fetched"])
def test_a_file_in_windows_1252_with_a_line_that_is_not_whole(
    assistant: Assistant, demo_world: ServedWorld, landed: Landed, tmp_path: Path, origin: str
) -> None:
    name = next(fault.place for fault in demo_world.faults if fault.kind is Kind.EXTRA_CELL)
    file = tmp_path / name
    file.write_bytes(demo_world.get(f"/exports/{name}").content)
    where = {"sent": {"File to send": file}, "fetched": {"Address of the file": f"{demo_world.base}/exports/{name}"}}
    assistant.begin("File", where[origin], name="Signalements anciens")
    assert "Référence" in assistant.tried[0]
    assistant.press("Save and go on")
    number = assistant.collect(purpose="Connaître les signalements d’avant l’API", legal_basis="Public task")

    there = [reference for place, reference in stores.exports(demo_world) if place == name]
    refused = [
        fault.identifier
        for fault in demo_world.faults
        if fault.place == name and fault.kind in {Kind.EXTRA_CELL, Kind.UNDECODABLE_BYTE}
    ]
    assert sorted(row["Référence"] for row in landed(number)) == sorted(set(there) - set(refused))
    assert assistant.figures["Rejected"] == str(len(refused))


def test_a_site_of_which_robots_txt_sets_the_pace(
    assistant: Assistant, demo_world: ServedWorld, landed: Landed
) -> None:
    where = {
        "Addresses to start from": f"{demo_world.base}/travaux/",
        "Fields": "titre = h1\nnumero = dl.faits dd.numero | required\nvoie = dl.faits dd.voie",
    }
    assistant.begin("Website", where, name="Travaux et arrêtés")
    assistant.fill(
        {
            "Links to follow": "a[rel=next]",
            "Links to the pages to read": "ul.avis a",
            "Seconds between two pages": "0.2",
            "Terms of use of the site": "Site inventé, dont la page d’accueil permet la collecte.",
            "I have read the terms of use, and they allow this collection": True,
        }
    )
    assistant.press("Try again")
    assert set(assistant.tried[0]) >= {"titre", "numero", "voie"}
    assistant.press("Save and go on")
    number = assistant.collect(purpose="Rapprocher signalements et travaux", legal_basis="No personal data")

    there = sorted(notice["numero"] for notice in stores.site(demo_world).values())
    assert sorted(row["numero"] for row in landed(number)) == there


def test_a_table_of_postgresql(assistant: Assistant, demo_world: ServedWorld, database: int, landed: Landed) -> None:
    where = {
        "System": "PostgreSQL",
        "Name or address of the server": "127.0.0.1",
        "Port": str(database),
        "Database": DATABASE,
        "Protection of the connection": "Not encrypted",
        "User": READER,
        "Password": READER_PASSWORD,
        "Schema": SCHEMA,
        "Table or view": "interventions",
    }
    assistant.begin("Database", where, name="Interventions")
    assert {"reference", "ordre"} <= set(assistant.tried[0])
    assistant.press("Save and go on")
    number = assistant.collect(purpose="Mesurer les délais", legal_basis="Public task")

    there = sorted((row["ordre"], row["reference"]) for row in stores.database(demo_world).values())
    assert sorted((int(row["ordre"]), row["reference"]) for row in landed(number)) == there


def test_a_lake_of_which_a_month_is_wanted(assistant: Assistant, demo_world: ServedWorld, landed: Landed) -> None:
    where = {"System": "Folder of Parquet files", "Folder": str(demo_world.lake)}
    assistant.begin("Big data", where, name="Relevés des capteurs")
    assistant.fill({"Conditions": "year = 2026\nmonth in 7"})
    assistant.press("Try again")
    assert {row["month"] for row in assistant.tried} == {"07"}
    assistant.press("Save and go on")
    number = assistant.collect(purpose="Expliquer par la météo", legal_basis="No personal data")

    there = sorted(key for place, key in stores.lake(demo_world) if place == "year=2026/month=07")
    assert sorted(f"{row['capteur']}@{row['releve_le']}" for row in landed(number)) == there
