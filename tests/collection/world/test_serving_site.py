"""The public site, the files and the first page: every link answers, robots know where not to go, all is accessible."""

import gzip
import hashlib
import re
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest

from apps.collection.world.ledger import Source

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


class Page(HTMLParser):
    """What is asked of a page: its links, its headings, its language, its landmarks."""

    def __init__(self, text):
        super().__init__()
        self.links, self.tags, self.ids, self.language = [], [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.ids.add(found.get("id"))
        if tag == "html":
            self.language = found.get("lang", "")
        if tag == "a":
            self.links.append(found["href"])


@pytest.fixture(scope="module")
def visited(demo_world):
    """Every page and file that links lead to from the first page, by their addresses."""
    found, to_visit = {}, [f"{demo_world.base}/"]
    while to_visit:
        address = to_visit.pop()
        if address in found:
            continue
        found[address] = answer = demo_world.get(address)
        if answer.headers["Content-Type"].startswith("text/html"):
            links = (urldefrag(urljoin(address, link)).url for link in Page(answer.text).links)
            to_visit += [link for link in links if link.startswith(demo_world.base)]
    return found


def html_pages(visited):
    return {to: answer.text for to, answer in visited.items() if "text/html" in answer.headers["Content-Type"]}


def test_every_link_answers(visited):
    assert {to: answer.status_code for to, answer in visited.items() if answer.status_code != 200} == {}
    assert len(visited) > 70


def test_every_link_within_a_page_leads_to_a_place_of_it(visited):
    for text in html_pages(visited).values():
        page = Page(text)
        assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids


def test_every_page_is_in_french_and_has_its_landmarks(visited):
    for text in html_pages(visited).values():
        page = Page(text)
        assert page.language == "fr"
        assert page.tags.count("h1") == page.tags.count("main") == page.tags.count("title") == 1
        assert "script" not in page.tags
        assert page.links[0] == "#contenu"


def test_the_map_of_the_site_names_every_notice_and_links_lead_to_all_of_them(demo_world, visited):
    tree = ElementTree.fromstring(demo_world.get("/sitemap.xml").content)  # noqa: S314 -- our own
    named = {each.text for each in tree.iter(f"{SITEMAP}loc")}

    notices = {to for to in visited if re.search(r"/travaux/\d{4}-", to)}
    assert named == notices | {f"{demo_world.base}/travaux/"}
    assert len(notices) == 45


def test_the_list_is_in_pages_without_a_notice_twice(demo_world):
    seen, address = [], f"{demo_world.base}/travaux/"
    while address:
        text = demo_world.get(address).text
        seen += re.findall(r'<li><a href="(/travaux/\d{4}-[^"]+)">', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = urljoin(address, following[1]) if following else ""

    assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize("page", ["0", "4", "x", "99999"])
def test_a_page_of_the_list_that_is_not_there_is_not_found(demo_world, page):
    assert demo_world.get("/travaux/", params={"page": page}).status_code == 404


def test_robots_may_go_everywhere_but_to_the_internal_area_and_not_too_fast(demo_world, visited):
    text = demo_world.get("/robots.txt").text
    rules = RobotFileParser()
    rules.parse(text.splitlines())

    closed = {to for to in visited if not rules.can_fetch("Ecluse", to)}

    assert closed == {f"{demo_world.base}/interne/"}
    assert "Crawl-delay: 0.2" in text
    assert rules.site_maps() == [f"{demo_world.base}/sitemap.xml"]


def test_a_notice_tells_its_facts_and_which_reports_it_answers(demo_world, visited):
    references = {report.reference for report in demo_world.story.reports}
    pages = [text for to, text in html_pages(visited).items() if re.search(r"/travaux/\d{4}-", to)]

    for text in pages:
        assert {"numero", "nature", "titre", "service", "voie", "publie_le", "debut", "fin"} - {"titre"} <= set(
            re.findall(r'<dd class="(\w+)">', text)
        )
    told = {found for text in pages for found in re.findall(r"<code>(SIG-[\d-]+)</code>", text)}
    assert told
    assert told <= references


def test_the_first_page_tells_each_source_and_counts_its_faults(demo_world):
    text = demo_world.get("/").text

    for source in Source:
        assert f'<section id="{source}">' in text
    counted = sum(map(int, re.findall(r"<td>(\d+)</td></tr>", text)))
    assert counted == len(demo_world.faults)
    assert str(demo_world.lake) in text
    assert str(demo_world.database) in text


def test_a_file_is_served_as_it_is_and_from_where_a_download_stopped(demo_world):
    path = "/exports/signalements-2024-03.csv.gz"
    whole = demo_world.get(path)

    rest = demo_world.get(path, headers={"Range": "bytes=100-", "If-Range": whole.headers["ETag"]})
    changed = demo_world.get(path, headers={"Range": "bytes=100-", "If-Range": '"other"'})
    beyond = demo_world.get(path, headers={"Range": f"bytes={len(whole.content)}-"})

    assert whole.headers["ETag"].strip('"') == hashlib.sha256(whole.content).hexdigest()
    assert gzip.decompress(whole.content)
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    assert rest.headers["Content-Range"] == f"bytes 100-{len(whole.content) - 1}/{len(whole.content)}"
    assert (changed.status_code, changed.content) == (200, whole.content)
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "path", ["/exports/../monde.json", "/exports/%2e%2e/monde.json", "/etc/passwd", "/lac/", "/base/"]
)
def test_nothing_but_what_is_served_can_be_named(demo_world, path):
    assert demo_world.get(path).status_code == 404
