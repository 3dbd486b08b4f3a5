"""Trying selectors in a browser: on a page that a site really serves, as they are typed, in each look."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.collection.models import Source
from apps.collection.sourcing import create_source
from tests.collection.connectors import shop
from tests.collection.connectors.shop import open_shop
from tests.core.http.conftest import open_loopback, over, site, sites
from tests.e2e.house import House

__all__ = ["open_loopback", "over", "site", "sites"]

pytestmark = pytest.mark.e2e


@pytest.fixture
def source(in_house: House, site: Any, open_loopback: None) -> Any:
    open_shop(site)
    config = shop.CONFIG | {"start_urls": [site.url("/product/5")], "fields": ["title = h1", "cost = .nothing"]}
    source = create_source(name=f"Shop {site.port}", kind="web", config=config, by=None)
    yield source
    Source.objects.filter(pk=source.pk).delete()


def test_what_is_typed_is_tried_at_once_and_carried_into_the_settings(
    window: Any, open_as: Any, source: Source
) -> None:
    page = open_as("ai_developer", language="en").new_page()
    page.goto(f"{window.site}{reverse('collection:source_selectors', args=[source.slug])}?essai=1")
    expect(page.locator("#found")).to_contain_text("Nothing there")

    page.locator("#id_lines").fill("title = h1\ncost = .price")
    expect(page.locator("#found")).to_contain_text("5.50")
    page.locator("#carry").click()

    expect(page.locator("#id_fields")).to_have_value("title = h1\ncost = .price")


@pytest.mark.parametrize(("theme", "language"), [("light", "fr"), ("dark", "en")])
def test_what_is_found_is_sound(window: Any, open_as: Any, source: Source, theme: str, language: str) -> None:
    page = open_as("ai_developer", theme=theme, language=language).new_page()
    page.goto(f"{window.site}{reverse('collection:source_selectors', args=[source.slug])}?essai=1")

    found = window.findings(page)
    assert not found, "\n".join(map(str, found))
