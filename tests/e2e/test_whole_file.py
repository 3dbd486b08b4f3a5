"""Someone sends a whole file to a service, in a real browser: what it says is refused is, and the rest is answered."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect

from apps.inference.enums import Audience
from apps.inference.models import Batch, Model
from tests.e2e.browser import Window
from tests.e2e.house import House
from tests.e2e.work import working
from tests.inference.people_factories import service
from tests.inference.serve_factories import reports

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.xdist_group("collecting_journeys")]

# As a spreadsheet writes it in France; the third row is of a district that nobody knows, the fourth lacks an age.
SENT = """text;district;source;day;age;urgent;surface
Nid de poule rue Émile-Zola;Nord;web;2026-01-31;41;oui;3,5
Un arbre tombé près de l’école;Sud;tel;2026-02-01;29;non;
Haie à tailler;Ouest;web;2026-02-02;35;non;2
Chaussée abîmée;Nord;web;2026-02-03;;oui;2
"""
ANSWERED_WITHIN = 120_000  # milliseconds: a worker starts first


@pytest.fixture
def _worker(house: House, media_root: Path, tmp_path: Path) -> Iterator[None]:
    with working(database=house.database, lake=media_root / "lake", log=tmp_path / "worker.log"):
        yield


@pytest.fixture
def page(open_as: Callable[..., BrowserContext]) -> Page:
    return open_as("user", language="en").new_page()


@pytest.fixture
def model(window: Window) -> Iterator[Model]:
    made = service(reports(), audience=Audience.PEOPLE, name="Orienter un lot", slug="orienter-un-lot")
    yield made
    Batch.objects.filter(model=made).delete()
    made.deployments.all().delete()


@pytest.mark.usefixtures("_worker")
def test_a_file_is_sent_looked_at_answered_fetched_and_deleted(
    page: Page, window: Window, model: Model, assert_sound: Callable[[], None], tmp_path: Path
) -> None:
    page.goto(window.site + reverse("inference:service", args=[model.slug]))
    page.get_by_role("link", name="Ask for a whole file").click()
    assert_sound()
    example = fetch(page, page.get_by_role("link", name="Download an example (CSV)"), tmp_path)
    assert next(csv.reader(example.removeprefix("\ufeff").splitlines())) == list(reports().signature.names)

    file = tmp_path / "signalements.csv"
    file.write_bytes(SENT.encode("cp1252"))
    page.get_by_label("File to send").set_input_files(file)
    page.get_by_role("button", name="Send, and see the first rows").click()
    expect(page.get_by_role("heading", name="What would become of its first 4 rows")).to_be_visible()
    assert_sound()
    assert "2 of them would be refused" in page.locator("main").inner_text()
    assert page.locator("#rows tbody tr").count() == 4

    page.get_by_role("button", name="Answer this file").click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    # The page follows by itself.
    expect(page.locator("#fetch-result")).to_be_visible(timeout=ANSWERED_WITHIN)
    assert_sound()
    answers = list(csv.DictReader(fetch(page, page.locator("#fetch-result"), tmp_path).splitlines()))
    refused = list(csv.reader(fetch(page, page.locator("#fetch-refused"), tmp_path).splitlines()))
    assert [each["answer"] for each in answers] == ["roads", "green", "", ""]
    assert refused[1:] == [
        ["3", "Quartier", "One of these is expected: “Nord”, “Sud”."],
        ["4", "age", "The value is missing."],
    ]

    page.get_by_role("link", name="Delete…").click()
    assert_sound()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="My files")).to_be_visible()
    assert "signalements.csv" not in page.locator("main table").all_inner_texts()
    assert not Batch.objects.filter(model=model).exists()


def fetch(page: Page, link: Locator, folder: Path) -> str:
    """The text of what this link downloads."""
    with page.expect_download() as coming:
        link.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path.read_text(encoding="utf-8")
