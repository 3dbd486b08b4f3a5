"""A forecast in a real browser, without any script: declared by its form, then read by whoever wants to know."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from apps.inference.models import Model
from tests.e2e.browser import Window
from tests.e2e.samples.foretelling import SLUG, a_forecast

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(open_as: Callable[..., BrowserContext]) -> Page:
    return open_as("ai_developer", language="en", theme="dark").new_page()


def test_choosing_a_forecast_changes_the_form_and_it_is_declared(
    page: Page, window: Window, assert_sound: Callable[[], None]
) -> None:
    a_forecast()
    page.goto(f"{window.site}{reverse('inference:model_new')}?jeu={SLUG}&entite=visit")
    page.get_by_label("Name", exact=True).fill("Groups to come")
    page.get_by_label("Task").select_option(label="Forecast")
    page.get_by_role("button", name="Show what suits this task").click()

    expect(page.get_by_role("heading", name="What is foretold")).to_be_visible()
    expect(page.get_by_label("Column to predict")).to_be_visible()
    expect(page.locator("#features")).to_be_hidden()
    expect(page.get_by_label("Rows kept apart to judge by")).to_be_hidden()
    assert_sound()

    page.get_by_label("How many of them ahead").fill("14")
    page.get_by_role("button", name="Preview").click()
    fields = page.locator("#preview-fields tbody tr")
    expect(fields).to_have_count(5)
    expect(fields.nth(1)).to_contain_text("Value 14 days before")
    assert_sound()

    page.locator("#save").click()
    expect(page.get_by_text("The model is declared")).to_be_visible()
    model = Model.objects.get(name="Groups to come")
    assert model.declared.forecast is not None
    assert (model.declared.forecast.horizon, model.declared.forecast.aggregate) == (14, "count")
    model.delete()


def test_what_comes_next_is_read_without_anything_to_fill_in(page: Page, window: Window, tmp_path: Path) -> None:
    page.goto(window.site + reverse("inference:service", args=[a_forecast().slug]))
    page.get_by_role("link", name="See the forecast").click()

    expect(page.locator("#next tbody tr")).to_have_count(7)
    expect(page.locator("#foretold svg .band")).to_have_count(1)
    page.locator("#foretold-summary").click()
    with page.expect_download() as fetched:
        page.locator("#foretold-csv").click()
    fetched.value.save_as(tmp_path / "forecast.csv")
    rows = list(csv.reader((tmp_path / "forecast.csv").read_text().splitlines()))
    assert rows[0] == ["Day", "Known", "Foretold", "At least", "At most"]
    assert [bool(row[2]) for row in rows[-7:]] == [True] * 7


def test_the_report_shows_both_lines(page: Page, window: Window, assert_sound: Callable[[], None]) -> None:
    page.goto(window.site + reverse("inference:report", args=[a_forecast().slug, 1]))

    expect(page.get_by_role("heading", name="What happened, and what was foretold")).to_be_visible()
    expect(page.locator("#true-and-foretold svg .line-2")).to_have_count(1)
    assert_sound()
