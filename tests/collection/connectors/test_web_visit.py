"""Visits of a real site on loopback, by the real program: what is read, what is not, and nothing left behind."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from time import monotonic, sleep

import psutil
import pytest

from apps.collection.connectors.outbound import NothingThere, SiteOutOfReach, SiteRateLimited
from apps.collection.connectors.web import visiting
from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.exceptions import RobotsForbid, VisitBroken
from apps.collection.connectors.web.reading import read_site
from apps.collection.connectors.web.visiting import Visitor, orders_for
from tests.collection.connectors import shop
from tests.collection.connectors.shop import Busy, html, open_shop
from tests.core.http.conftest import at_most, page, raw

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("open_loopback")]


def settings_of(site, path="/", **options):
    return WebConfig.model_validate({"start_urls": [site.url(path)]} | shop.CONFIG | options)


def urls_of(batches):
    return [url for batch in batches for url in batch.rows.column("url").to_pylist()]


def rejected_of(batches):
    return [each for batch in batches for each in batch.rejected]


def programs():
    """The programs that visit and that this process started."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if "apps.collection.crawler" in child.cmdline():
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def wait_until(condition, seconds=60):
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, "the condition never came true"
        sleep(0.01)


def asked(site, prefix):
    return [seen.path for seen in site.requests if seen.path.startswith(prefix)]


# --- What is read ---------------------------------------------------------------------------------
@pytest.fixture
def visited(site, over):
    """The shop, and what a visit of it gave."""
    open_shop(site, over=over)
    with at_most(60):
        return site, list(read_site(settings_of(site), None))


def test_a_site_is_read_whole_once_and_politely(visited):
    site, batches = visited
    rows = {row["url"]: row for batch in batches for row in batch.rows.to_pylist()}
    rejected = rejected_of(batches)
    by_page = {each.text: each for each in rejected if "count" not in each.details}
    left_out = {each.details["why"]: each for each in rejected if "count" in each.details}

    # Each product once, whichever links lead to it.
    assert shop.numbers(urls_of(batches)) == shop.READABLE
    assert rows[site.url("/product/2")] | {"_row": 0} == {
        "url": site.url("/product/2"),
        "title": "Product 2",
        "price": "2.50",
        "photo": site.url("/photos/a.png"),
        "tags": "a/b",
        "_row": 0,
    }
    assert rows[site.url(f"/product/{shop.LATIN}")]["title"] == "Café crème"
    assert rows[site.url(f"/product/{shop.BASED}")]["photo"] == site.url("/photos/b.png")

    # What could not be read is told, page by page.
    assert {number: by_page[site.url(f"/product/{number}")].details["why"] for number in shop.FAILING} == shop.FAILING
    assert by_page[site.url(f"/product/{shop.NO_PRICE}")].details == {"field": "price"}
    assert all(site.url() not in json.dumps(each.details) for each in rejected)

    # What was not asked for is counted.
    assert {why: each.details["count"] for why, each in left_out.items()} == {
        "robots": 1,
        "elsewhere": 1,
        "loop": 1,
        "too_deep": 1,
        "address_not_allowed": 1,
    }
    assert left_out["robots"].text == site.url("/private/1")

    # Every record has a number, in order.
    numbers = sorted([row["_row"] for row in rows.values()] + [each.row for each in rejected])
    assert numbers == list(range(1, len(numbers) + 1))

    # And manners.
    assert not asked(site, "/private")
    assert asked(site, "/robots.txt") == ["/robots.txt"]
    assert not [seen for seen in site.requests if "utm_" in seen.path or "SESSID" in seen.path]
    assert {seen.headers["User-Agent"].split("/")[0] for seen in site.requests} == {"Ecluse"}
    assert not any(seen.headers["Cookie"] for seen in site.requests)
    assert not programs()

    # There is nothing to read after the end.
    assert list(read_site(settings_of(site), batches[-1].cursor)) == []


def test_sitemaps_and_feeds_lead_to_the_pages_that_they_list(site):
    open_shop(site)
    entries = "".join(f"<url><loc>{site.url(f'/product/{number}')}</loc></url>" for number in (21, 22, 23))
    site.answers |= {
        "/sitemap.xml": page(
            f"<sitemapindex><sitemap><loc>{site.url('/s.xml')}</loc></sitemap></sitemapindex>".encode()
        ),
        "/s.xml": page(f"<urlset>{entries}<url><loc>{site.url('/about')}</loc></url></urlset>".encode()),
        "/feed": page(b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/product/24'/></entry></feed>"),
    }
    config = settings_of(
        site, start_urls=[site.url("/sitemap.xml"), site.url("/feed")], follow=None, start_kind="listing"
    )

    batches = list(read_site(config, None))

    assert shop.numbers(urls_of(batches)) == [1, 21, 22, 23, 24]  # each of them also links to the first
    assert not rejected_of(batches)
    assert not asked(site, "/about")


def test_several_items_of_a_page_are_several_records_and_the_number_of_pages_is_a_limit(site):
    for number in range(1, 10):
        site.answers[f"/{number}"] = html(
            f"<article><b>{number}a</b></article><article><b>{number}b</b></article><article></article>"
            f"<a rel=next href=/{number + 1}>next</a>"
        )
    config = settings_of(
        site,
        "/1",
        item_selector="article",
        fields=["name = b"],
        follow=["a[rel=next]"],
        item_pages=None,
        max_pages=3,
    )

    batches = list(read_site(config, None))

    names = [name for batch in batches for name in batch.rows.column("name").to_pylist()]
    assert names == ["1a", "1b", "2a", "2b", "3a", "3b"]
    assert Counter(each.reason for each in rejected_of(batches)) == {"missing_field": 3, "page_not_read": 1}
    assert rejected_of(batches)[-1].details == {"why": "too_many_pages", "count": 1}


# --- Sites that ask for patience, or stop ---------------------------------------------------------
def test_a_site_that_asks_for_patience_is_left_alone_for_that_long(site):
    site.answers |= {
        "/": html("".join(f"<a href=/product/{number}>x</a>" for number in range(1, 9))),
        **{f"/product/{number}": shop.product(number) for number in range(1, 9)},
    }
    instants = []
    busy = Busy(shop.product(1), seconds=2)

    def watched(answer):
        def answered(handler):
            instants.append(monotonic())
            answer(handler)

        return answered

    site.answers["/product/1"] = busy
    for path in [f"/product/{number}" for number in range(1, 9)]:
        site.answers[path] = watched(site.answers[path])

    urls = urls_of(read_site(settings_of(site, concurrency=1), None))

    assert shop.numbers(urls) == list(range(1, 9))
    assert max(after - before for before, after in pairwise(instants)) >= 1.9


def test_a_site_that_asks_for_an_hour_is_gone_back_to_later(site):
    site.answers |= {
        "/": html("<a href=/product/1>x</a><a href=/product/2>x</a>"),
        "/product/1": shop.product(1),
        "/product/2": Busy(shop.product(2), seconds=3600),
    }
    config = settings_of(site, concurrency=1)
    reading = read_site(config, None)

    before = next(reading)
    with pytest.raises(SiteRateLimited) as caught:
        next(reading)
    after = list(read_site(config, before.cursor))

    assert caught.value.retry_after == 3600
    assert (shop.numbers(urls_of([before])), shop.numbers(urls_of(after))) == ([1], [2])
    assert not programs()


def test_a_site_that_stops_answering_is_not_a_site_without_pages(site):
    count = 14
    dead = {"is": True}
    site.answers["/"] = html("".join(f"<a href=/product/{number}>x</a>" for number in range(1, count + 1)))

    def answer(number):
        def answered(handler):
            if dead["is"] and number > 2:
                handler.close_connection = True
                handler.connection.close()
            else:
                shop.product(number)(handler)

        return answered

    site.answers |= {f"/product/{number}": answer(number) for number in range(1, count + 1)}
    config = settings_of(site, concurrency=1)
    reading = read_site(config, None)

    before = next(reading)
    with pytest.raises(SiteOutOfReach):
        next(reading)
    dead["is"] = False
    after = list(read_site(config, before.cursor))

    assert shop.numbers(urls_of([before, *after])) == list(range(1, count + 1))
    assert not rejected_of([before, *after])


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"/": page(b"", status=404)}, NothingThere),
        ({"/robots.txt": page(b"User-agent: Ecluse\nDisallow: /"), "/": html("x")}, RobotsForbid),
    ],
    ids=["nothing there", "robots.txt"],
)
def test_a_site_of_which_nothing_can_be_read_is_an_error(site, answers, error):
    site.answers |= answers

    with pytest.raises(error):
        list(read_site(settings_of(site), None))


# --- Kills ----------------------------------------------------------------------------------------
def test_a_reader_killed_at_random_times_loses_and_doubles_nothing(site, over, tmp_path):
    open_shop(site, over=over)
    config, journal = tmp_path / "config.json", tmp_path / "journal"
    config.write_text(settings_of(site, timeout=1).model_dump_json())
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = inherited | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.1/32",
        "OUTBOUND_ALLOWED_PORTS": str(site.port),
        "OUTBOUND_REQUESTS_PER_SECOND": "0",
    }
    command = [sys.executable, "-m", "tests.collection.connectors.reader", config, journal]
    kills = 0
    for pages in random.SystemRandom().sample(range(3, 40), 2):
        seen = len(site.requests)
        with subprocess.Popen(command, env=environment) as reader:
            wait_until(lambda: len(site.requests) >= seen + pages or reader.poll() is not None)  # noqa: B023 -- used at once
            children = psutil.Process(reader.pid).children() if reader.poll() is None else []
            reader.kill()
        kills += reader.returncode == -signal.SIGKILL
        wait_until(lambda: not any(child.is_running() for child in children), seconds=5)  # noqa: B023
    subprocess.run(command, env=environment, check=True, timeout=120)

    batches = [json.loads(line) for line in journal.read_text().splitlines()]
    urls = [row["url"] for batch in batches for row in batch["rows"]]
    rejected = [text for batch in batches for reason, details, text in batch["rejected"] if "count" not in details]
    assert kills
    assert shop.numbers(urls) == shop.READABLE
    assert shop.numbers(rejected) == sorted({*shop.FAILING, shop.NO_PRICE})


def test_the_program_killed_halfway_stops_the_reading_and_the_next_one_goes_on(site, over):
    open_shop(site, over=over)
    config = settings_of(site, timeout=1)
    batches, reading = [], read_site(config, None, batch_seconds=0)

    def read_and_kill():
        for batch in reading:
            batches.append(batch)
            if len(batches) == 3:
                (program,) = programs()
                program.kill()

    with pytest.raises(VisitBroken):
        read_and_kill()
    rest = list(read_site(config, batches[-1].cursor))

    assert len(batches) >= 4  # what had been told before it died is not lost
    assert shop.numbers(urls_of(batches + rest)) == shop.READABLE


def test_a_reading_that_is_left_leaves_no_program_behind(site):
    open_shop(site)
    reading = read_site(settings_of(site), None, batch_seconds=0)
    next(reading)
    (program,) = programs()

    reading.close()

    assert not program.is_running()
    assert not programs()


def test_a_program_that_says_nothing_is_not_waited_for_for_ever(site, monkeypatch):
    monkeypatch.setattr(visiting, "longest_silence", lambda _orders: 0.3)
    config = settings_of(site)

    def visit():
        with Visitor(orders_for(config), host="shop") as visitor:
            os.kill(visitor.pid, signal.SIGSTOP)
            visitor.ask(1, url=site.url("/"), kind="start")
            visitor.listen()

    with pytest.raises(VisitBroken):
        visit()

    assert not programs()


def test_a_page_that_takes_the_program_down_is_set_aside_and_the_others_are_read(site, monkeypatch):
    monkeypatch.setattr(visiting, "longest_silence", lambda _orders: 6.0)
    endless = f"<a href='/{'a' * 60}!'>what takes an expression for ever</a>"
    site.answers |= {"/": html("".join(f"<a href=/product/{number}>x</a>" for number in range(1, 6)))}
    site.answers |= {f"/product/{number}": shop.product(number) for number in range(1, 6)}
    site.answers["/product/3"] = html(endless)
    site.answers["/product/5"] = raw(b"")  # among those that are suspected, one that is only silent
    config, cursor, batches = settings_of(site, follow=["re:/(a+)+$"]), None, []

    for _time in range(2):  # found among others, then alone
        with pytest.raises(VisitBroken):
            batches.extend(read_site(config, cursor))
        cursor = batches[-1].cursor
    batches.extend(read_site(config, cursor))

    assert shop.numbers(urls_of(batches)) == [1, 2, 4]
    assert {each.text: each.details["why"] for each in rejected_of(batches)} == {
        site.url("/product/3"): "breaks_us",
        site.url("/product/5"): "unreachable",
    }


def test_the_program_is_told_nothing_in_the_open(site, settings):
    settings.OUTBOUND_PROXY = "http://someone:a-password@127.0.0.1:1"

    with suppress(KeyboardInterrupt), Visitor(orders_for(settings_of(site)), host="shop") as visitor:
        program = psutil.Process(visitor.pid)
        told = f"{program.cmdline()} {program.environ()}"
        raise KeyboardInterrupt

    assert "a-password" not in told
    assert settings.SECRET_KEY not in told
    assert "DATABASE_URL" not in told
