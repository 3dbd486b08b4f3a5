"""Trying selectors on a page of a site, with and without a script."""

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.collection.sourcing import create_source
from tests.collection.connectors import shop
from tests.collection.connectors.shop import open_shop
from tests.core.rendering import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(site, open_loopback):
    open_shop(site)
    config = shop.CONFIG | {"start_urls": [site.url("/product/5")]}
    return create_source(name="Shop", kind="web", config=config, by=None)


def address(source, page="selectors"):
    return reverse(f"collection:source_{page}", args=[source.slug])


def typed(site, path="/product/5", *, lines="title = h1", **fields):
    return {"url": site.url(path), "lines": lines, "item_selector": ""} | fields


def asked(site):
    return [seen.path for seen in site.requests]


def test_the_page_shows_the_settings_and_fetches_nothing_by_itself(browser, source, site):
    page = Page(browser.get(address(source)).text)

    assert page.one("textarea")
    assert asked(site) == []


def test_the_link_of_the_settings_tries_what_is_set_on_the_first_page(browser, source):
    answer = browser.get(address(source), {"essai": "1"})

    assert {"title = h1", "Product 5"} <= {*Page(answer.text).texts("code"), *Page(answer.text).texts("li")}
    assert "h1  “Product 5”" in answer.text


def test_selectors_are_tried_again_on_the_page_that_was_fetched(browser, source, site):
    browser.post(address(source), typed(site))

    answer = browser.post(address(source), typed(site, lines="cost = .price\nnone = .nothing"))

    assert "5.50" in answer.text
    assert "One field finds nothing." in answer.text
    assert asked(site).count("/product/5") == 1


def test_a_button_fetches_the_page_again(browser, source, site):
    browser.post(address(source), typed(site))

    browser.post(address(source), typed(site, again="1"))

    assert asked(site).count("/product/5") == 2


def test_what_is_typed_is_tried_at_once_and_never_fetches(browser, source, site):
    live = {"HX-Request": "true"}
    before = browser.post(address(source), typed(site), headers=live)
    browser.post(address(source), typed(site))

    after = browser.post(address(source), typed(site, lines="cost = .price"), headers=live)
    wrong = browser.post(address(source), typed(site, item_selector="li["), headers=live)

    assert "This page is not fetched yet." in before.text
    assert "5.50" in after.text
    assert "<html" not in after.text
    assert "it goes wrong at character 4" in wrong.text
    assert asked(site).count("/product/5") == 1


@pytest.mark.parametrize(
    ("path", "said"),
    [("/private/1", "asks programs not to read these pages"), (f"/product/{shop.GONE}", "has nothing at this address")],
)
def test_a_page_that_cannot_be_fetched_says_why(browser, source, site, path, said):
    assert said in browser.post(address(source), typed(site, path)).text


@pytest.mark.parametrize("url", ["ftp://a.org/", "http://me:secret@a.org/"])
def test_an_address_that_cannot_be_called_is_refused_beside_its_field(browser, source, site, url):
    answer = browser.post(address(source), typed(site) | {"url": url})

    assert "url" in answer.context["form"].errors
    assert asked(site) == []


def test_good_selectors_are_carried_into_the_settings_and_not_saved(browser, source, site):
    carried = typed(site, lines="cost = .price\ntitle = h1", carry="1")

    answer = browser.post(address(source, "settings"), carried)

    assert answer.context["form"]["fields"].value() == "cost = .price\ntitle = h1"
    assert "save to keep them" in answer.text
    source.refresh_from_db()
    assert source.config["fields"] == shop.CONFIG["fields"]


def test_another_kind_of_source_has_no_such_page(browser, file_source):
    assert browser.get(address(file_source())).status_code == 404


def test_whoever_may_not_change_sources_is_refused(signed_in_as, source):
    assert signed_in_as(Role.OPERATOR).get(address(source)).status_code == 403
