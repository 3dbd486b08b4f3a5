"""Five sources, collected already, become one dataset of linked entities: by forms alone, then read by its readers.

What is published is compared with what a stranger reads from the same servers.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from django.conf import settings as project
from playwright.sync_api import BrowserContext, Page
from pytest_django import Settings

from apps.collection.collecting import collect
from apps.collection.models import Source
from apps.collection.requesting import request_run
from apps.collection.sourcing import delete_source
from apps.collection.world.vocabulary import vocabulary
from apps.core.projects.applying import apply_project
from apps.datasets.designing import delete_dataset
from apps.datasets.models import Dataset, Version
from tests.collection.world import stores
from tests.e2e.browser import Window
from tests.e2e.house import House
from tests.e2e.modelling import Modeller
from tests.e2e.work import working
from tests.world import ServedWorld

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.xdist_group("collecting_journeys")]

INTERVENTIONS = "Interventions des services techniques"
API, EXPORTS = "Signalements récents", "Signalements anciens"
NOTICES, SENSORS = "Travaux et arrêtés", "Relevés des capteurs"
KEPT = ("ordre", "debut_le", "fin_le", "duree_h", "cout")


@pytest.fixture
def collected(
    window: Window, demo_world: ServedWorld, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """The sources of the demonstration, collected; they are taken away afterwards: other pages count what there is."""
    port = urlsplit(demo_world.base).port
    settings.COLLECT_FOLDERS = [str(demo_world.folder)]
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.OUTBOUND_ALLOWED_PORTS = [80, 443, port]
    monkeypatch.setenv("DEMO_WORLD_PORT", str(port))
    shutil.copytree(project.BASE_DIR / "projects" / "demo" / "sources", tmp_path / "project" / "sources")
    known = set(Source.objects.values_list("pk", flat=True))
    apply_project(root=tmp_path / "project")
    for source in Source.objects.exclude(pk__in=known):
        assert collect(run_id=request_run(source=source, by=None).pk).state == "succeeded"
    datasets = set(Dataset.objects.values_list("pk", flat=True))
    yield
    for dataset in Dataset.objects.exclude(pk__in=datasets):
        delete_dataset(dataset=dataset, by=None)
    for source in Source.objects.exclude(pk__in=known):
        delete_source(source=source, by=None)


@pytest.fixture
def _worker(house: House, media_root: Path, collected: None, tmp_path: Path) -> Iterator[None]:
    with working(database=house.database, lake=media_root / "lake", log=tmp_path / "worker.log"):
        yield


@pytest.fixture
def page(open_as: Callable[..., BrowserContext]) -> Page:
    page = open_as("ai_developer", language="en").new_page()
    page.set_default_timeout(20_000)
    return page


@pytest.fixture
def modeller(window: Window, page: Page, assert_sound: Callable[[], None], _worker: None) -> Modeller:
    return Modeller(page=page, site=window.site, check=assert_sound)


def test_five_sources_become_one_dataset_of_linked_entities(
    modeller: Modeller, demo_world: ServedWorld, media_root: Path
) -> None:
    propose(modeller)
    slug = modeller.slug
    model(modeller)
    for write in (write_services, write_interventions, write_reports, write_notices):
        write(modeller, slug)

    modeller.act("save-build")
    figures = modeller.follow_build()

    dataset = Dataset.objects.get(slug=slug)
    version = dataset.current_version
    assert version, (figures, dataset.latest_build().verdict)
    assert_true(version, demo_world, media_root)
    read(modeller, slug)


def propose(modeller: Modeller) -> None:
    """The dataset, from a first source: what it is called, which of the columns are kept."""
    modeller.open("dataset_new", query="?source=interventions")
    page = modeller.page
    page.get_by_label("Name", exact=True).first.fill("Ville")
    page.locator('[name="max_rejected_share"]').fill("25")
    page.locator('[name="visibility"]').select_option("public")
    for source in page.locator('#design-columns tbody input[name$="-source"]').all():
        prefix = str(source.get_attribute("name")).removesuffix("source")
        page.locator(f'[name="{prefix}is_kept"]').set_checked(source.input_value() in KEPT)
        if source.input_value() == "ordre":
            page.locator(f'[name="{prefix}is_key"]').check()
        if source.input_value() in ("debut_le", "fin_le"):
            page.locator(f'[name="{prefix}type"]').select_option("date")
    modeller.act("save-model")
    assert not modeller.faults, modeller.faults


def model(modeller: Modeller) -> None:
    """Four more entities, three of them with the columns of a source; four links."""
    modeller.act("open-0")
    modeller.page.locator('[name="b-name"]').fill("intervention")
    modeller.add_entity("service", {"libelle": {"is_required": True}})
    modeller.add_from(API, "signalement", {"reference": {"is_identifier": True}})
    modeller.add_from(NOTICES, "avis", {"numero": {"is_identifier": True}})
    modeller.add_from(SENSORS, "releve", {"capteur": {"is_identifier": True}, "releve_le": {"is_identifier": True}})
    modeller.add_link("repondre", ("intervention", "1,1", True), ("signalement", "0,n", False))
    modeller.add_link("effectuer", ("intervention", "1,1", False), ("service", "0,n", False))
    modeller.add_link("confier", ("signalement", "0,1", False), ("service", "0,n", False))
    modeller.add_link("annoncer", ("avis", "0,1", False), ("service", "0,n", False))
    modeller.save()


def write_services(modeller: Modeller, slug: str) -> None:
    modeller.open("recipe_change", slug, "service")
    if not modeller.page.locator('[id="new-inputs.0.steps"]').count():
        modeller.read(INTERVENTIONS)
    modeller.add_step("inputs.0.steps", "Take columns of the source", {"code": "service_code", "libelle": "service"})
    modeller.add_step("steps", "Merge the rows that tell the same", {"Columns": ["code"], "Why it is done": "One."})
    modeller.save()


def write_interventions(modeller: Modeller, slug: str) -> None:
    modeller.open("recipe_change", slug, "intervention")
    modeller.take("inputs.0.steps.0", {"signalement_reference": "reference", "service_code": "service_code"})
    modeller.add_step("steps", "Read dates", {"Columns": ["debut_le", "fin_le"], "Formats": "%Y%m%d"})
    modeller.save()


def write_reports(modeller: Modeller, slug: str) -> None:
    """Two inputs; what they say of the service is looked up."""
    modeller.open("recipe_change", slug, "signalement")
    modeller.read(EXPORTS)
    modeller.take("inputs.1.steps.0", {"texte": "Description"})
    modeller.add_step(
        "steps",
        "Look up in another table",
        {
            "Table": "service",
            "Found by": "libelle: service",
            "Takes": "service_code: code",
            "Case, accents, punctuation and spaces apart": True,
        },
    )
    modeller.act("preview-button")
    assert modeller.page.locator("#trial-rows tbody tr").count()
    assert modeller.page.locator("#stages tbody tr").count() > 5
    modeller.save()


def write_notices(modeller: Modeller, slug: str) -> None:
    modeller.open("recipe_change", slug, "avis")
    modeller.add_step(
        "steps",
        "Look up in another table",
        {"Table": "service", "Found by": "libelle: service", "Takes": "service_code: code"},
    )


def assert_true(version: Version, world: ServedWorld, media_root: Path) -> None:
    """What is published is what the servers hold, but for what has a fault."""
    rows = {
        table.entity: pq.read_table(media_root / "lake" / table.snapshot).to_pylist() for table in version.tables.all()
    }
    assert rows.keys() == {"intervention", "service", "signalement", "avis", "releve"}
    assert {row["libelle"] for row in rows["service"]} == {service.name for service in vocabulary().services}
    references = {row["reference"] for row in rows["signalement"]}
    assert references <= {key for _place, key in (*stores.api(world), *stores.exports(world))}
    there = {(row["reference"], int(row["ordre"])) for row in stores.database(world).values()}
    kept = {(row["signalement_reference"], row["ordre"]) for row in rows["intervention"]}
    assert kept <= there
    assert {reference for reference, _rank in kept} <= references
    assert len(rows["releve"]) > 1_000
    assert len(kept) > len(there) / 2


def read(modeller: Modeller, slug: str) -> None:
    """Its readers see rows of two linked entities, and ask for the same over REST."""
    modeller.open("entity_rows", slug, "service")
    assert modeller.page.get_by_role("cell", name="Voirie").count()
    modeller.open("rows", slug)
    assert modeller.page.locator("main table tbody tr").count() == 50
    rows = f"{modeller.site}/api/v1/datasets/{slug}/intervention/rows/?expand=service&limit=2"
    answer = modeller.page.request.get(rows)
    assert answer.ok, answer.text()
    assert answer.json()["results"][0]["service"]["libelle"]
