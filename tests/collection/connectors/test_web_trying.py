"""Trying selectors: what each finds in a page that was fetched once, and what never ends, ended in time."""

from time import monotonic

import psutil
import pytest

from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.exceptions import PageElsewhere, RobotsForbid, SelectorRefused, SelectorTooSlow
from apps.collection.connectors.web.judging import MEMORY, Judge
from apps.collection.connectors.web.trying import fetch_page, kept_page, try_selectors
from apps.collection.crawler.outlines import outline
from apps.collection.crawler.pages import Page
from apps.collection.previewing import preview
from tests.collection.connectors import shop
from tests.collection.connectors.shop import html, open_shop
from tests.core.http.conftest import redirect

LIST = """
<html><body><main id=list><h1 class="big title">Shop</h1>
<article class=p><b>1</b><a href=/x>x</a></article><article class=p><b>2</b></article><article class=p></article>
<script>track()</script></main></body></html>
"""
# Matched by no text, after a time that doubles with each letter.
ENDLESS = 're:test(., "^(a+)+$")'


@pytest.fixture(autouse=True)
def _own_pages(own_cache):
    """Those of each test are fetched anew."""


def config_of(url="https://shop.example/", **options):
    return WebConfig.model_validate({"start_urls": [url]} | shop.CONFIG | options)


def page_of(body):
    return Page(url="https://shop.example/list", text=body)


def tried(*lines, body=LIST, **options):
    found = try_selectors(config_of(), page_of(body), lines=lines, **options).found
    return found.items, {each.name: each for each in found.fields}


def programs():
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            found += [child] if "apps.collection.crawler.judging" in child.cmdline() else []
        except psutil.NoSuchProcess:
            continue
    return found


# --- What is found --------------------------------------------------------------------------------
def test_each_field_says_how_often_it_is_found_with_its_first_values():
    items, fields = tried("number = b", "link = a::attr(href)", "all = //b | all")

    assert (items, fields["number"].count, fields["number"].values, fields["number"].kept) == (1, 2, ("1", "2"), "1")
    assert fields["link"].values == ("https://shop.example/x",)
    assert fields["all"].kept == '["1", "2"]'


def test_a_page_of_several_items_says_in_how_many_of_them():
    items, fields = tried("number = b", item_selector="article.p")

    assert (items, fields["number"].count, fields["number"].filled) == (3, 2, 2)


def test_a_page_of_very_many_items_is_looked_into_as_far_as_one_reads():
    body = "<p><b>x</b></p>" * 5_000

    found = try_selectors(config_of(), page_of(body), lines=["number = b"], item_selector="p").found

    assert (found.items, found.tried, found.fields[0].count) == (5_000, 100, 100)


def test_a_line_that_cannot_be_read_says_where_and_the_others_are_tried():
    _items, fields = tried("title = h1 >", "number = b")

    assert fields[""].problem == "“h1 >” is not a CSS selector: it goes wrong at character 5."
    assert fields["number"].count == 2


@pytest.mark.parametrize("query", ["//b[nothing()]", "//b[re:test(., '(')]"])
def test_an_expression_that_makes_no_sense_in_a_page_says_what_the_library_says(query):
    _items, fields = tried(f"odd = {query}", "number = b")

    assert fields["odd"].problem.startswith("It cannot be applied to a page: ")
    assert fields["number"].count == 2


# --- What never ends ------------------------------------------------------------------------------
def test_a_regular_expression_that_never_ends_is_told_within_two_seconds():
    lines = ["number = b", f"endless = //b[{ENDLESS}]", "last = b"]
    with Judge(config_of()) as judge:
        since = monotonic()
        found = judge.try_fields(page_of(f"<b>{'a' * 60}!</b>"), lines=lines)
        seconds = monotonic() - since

    fields = {each.name: each for each in found.fields}
    assert seconds < 2
    assert fields["number"].count == 1
    assert fields["endless"].problem.startswith("It takes too long")
    assert fields["last"].problem.startswith("It was not tried")
    assert not programs()


def test_xpath_that_never_ends_is_stopped_too():
    body = "<b>" * 200 + "</b>" * 200

    _items, fields = tried("endless = //b[count(//b[count(//b[count(//b[count(//b) > 1]) > 1]) > 1]) > 1]", body=body)

    assert fields["endless"].problem.startswith("It takes too long")


def test_items_that_are_looked_for_without_end_are_told_as_such():
    found = try_selectors(
        config_of(), page_of(f"<b>{'a' * 60}!</b>"), lines=["number = b"], item_selector=f"//b[{ENDLESS}]"
    ).found

    assert found.items is None
    assert found.problem.startswith("It takes too long")


def test_the_program_that_evaluates_has_a_bounded_memory():
    with Judge(config_of()) as judge:
        assert psutil.Process(judge.pid).rlimit(psutil.RLIMIT_AS) == (MEMORY, MEMORY)


@pytest.mark.parametrize(
    "options", [{"follow": ["re:^(.+)+x$"]}, {"item_pages": ["re:^(.+)+x$"]}, {"fields": [f"v = //p[{ENDLESS}]"]}]
)
def test_a_preview_of_settings_that_never_end_says_so(site, open_loopback, options):
    site.answers |= {"/": html(f"<p>{'a' * 60}!</p><a href='/{'a' * 60}'>x</a>"), "/robots.txt": html("")}
    config = config_of(site.url("/"), **{"item_pages": None} | options).model_dump(mode="json", exclude_none=True)

    with pytest.raises(SelectorTooSlow):
        preview(kind="web", config=config)

    assert not programs()


def test_a_preview_of_a_selector_that_makes_no_sense_says_so(site, open_loopback):
    open_shop(site)
    config = config_of(site.url("/product/5"), fields=["v = //h1[nothing()]"])

    with pytest.raises(SelectorRefused) as caught:
        preview(kind="web", config=config.model_dump(mode="json", exclude_none=True))

    assert "function" in caught.value.details["said"]


# --- The page -------------------------------------------------------------------------------------
def test_a_page_is_fetched_once_for_each_person(site, open_loopback):
    open_shop(site)
    config, url = config_of(site.url("/")), site.url("/product/5")

    fetched = fetch_page(config, url, whose="1:1")

    assert kept_page(url, whose="1:1") == fetched
    assert kept_page(url, whose="2:1") is None
    assert kept_page(site.url("/product/6"), whose="1:1") is None
    assert [seen.path for seen in site.requests] == ["/robots.txt", "/product/5"]


def test_a_page_that_robots_txt_forbids_is_not_fetched(site, open_loopback):
    open_shop(site)

    with pytest.raises(RobotsForbid):
        fetch_page(config_of(site.url("/")), site.url("/private/1"), whose="1:1")

    assert [seen.path for seen in site.requests] == ["/robots.txt"]


def test_a_page_of_another_site_is_not_fetched_nor_one_that_leads_there(site, open_loopback):
    open_shop(site)
    site.answers["/away"] = redirect(site.url("/product/5", host="localhost"))

    with pytest.raises(PageElsewhere):
        fetch_page(config_of(site.url("/")), "https://elsewhere.example/", whose="1:1")
    with pytest.raises(PageElsewhere):
        fetch_page(config_of(site.url("/")), site.url("/away"), whose="1:1")

    assert kept_page(site.url("/away"), whose="1:1") is None


def test_the_outline_names_elements_as_css_does_and_alike_ones_once():
    assert outline(page_of(LIST)).splitlines() == [
        "html",
        "  body",
        "    main#list",
        "      h1.big.title  “Shop”",
        "      article.p  ×3",
        "        b  “1”",
        "        a  “x”",
    ]


def test_the_outline_of_a_page_without_end_has_one():
    lines = outline(page_of("<b>" * 3_000 + "".join(f"<p id=a{number}>x</p>" for number in range(3_000)))).splitlines()

    assert len(lines) <= 401
