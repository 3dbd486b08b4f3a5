"""What is read in a page: fields, links, addresses, encodings, sitemaps, robots.txt. Nothing is fetched."""

import gzip

import pytest

from apps.collection.crawler.links import LinkRules, link_rule, links_of
from apps.collection.crawler.listings import read_listing, unzipped
from apps.collection.crawler.pages import Page
from apps.collection.crawler.robots import Robots
from apps.collection.crawler.selecting import RuleRefused, field_rule, rows_of
from apps.collection.crawler.urls import cleaned, fingerprint, is_a_loop, is_inside

SHOP = """
<html><head><base href="/media/"></head><body><h1> Le <b>grand</b>
 vase <script>track()</script></h1><p class=price></p><p class=price> 12,50 € </p>
<i class=tag>bleu</i><i class=tag>grès</i><img src="a.png"><img src="https://cdn.example/b.png">
<dl><dt>Ville</dt><dd class="city">Brest</dd></dl></body></html>
"""


def read(*fields, html=SHOP, content_type="", item_selector=""):
    page = Page.read(html, url="https://shop.example/p/1", content_type=content_type)
    return rows_of(page, [field_rule(line) for line in fields], item_selector)


# --- Fields ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("v = h1", "Le grand vase"),
        ("v = h1::text", "Le"),
        ("v = .price", "12,50 €"),
        ("v = .tag | all", '["bleu", "grès"]'),
        ('v = .tag | join " / "', "bleu / grès"),
        ("v = .tag | join", "bleu, grès"),
        ("v = .tag | join '' | required", "bleugrès"),
        ("v = img::attr(src)", "https://shop.example/media/a.png"),
        ("v = //img/@src", "https://shop.example/media/a.png"),
        ('v = img::attr(src) | join " "', "https://shop.example/media/a.png https://cdn.example/b.png"),
        ("v = dt::html", "<dt>Ville</dt>"),
        ('v = //dd[@class="city"]/text()', "Brest"),
        ("v = //dt | //dd | all", '["Ville", "Brest"]'),
        ("v = xpath:count(//img)", "2.0"),
        ("v = .nothing", None),
    ],
)
def test_a_field_is_read_as_its_line_says(line, value):
    assert [row.values for row in read(line)] == [{"v": value}]


def test_a_required_field_that_is_not_there_is_told():
    (row,) = read("title = h1 | required", "author = .author | required", "year = .year")

    assert row.missing == ("author",)


def test_a_page_may_hold_several_items():
    html = "<ul><li><b>1</b><a href=x>x</a><li><b>2</b><li></ul><b>3</b>"

    rows = read("n = b", "link = .//a/@href", html=html, item_selector="li")

    assert [row.values for row in rows] == [
        {"n": "1", "link": "https://shop.example/p/x"},
        {"n": "2", "link": None},
        {"n": None, "link": None},
    ]
    assert rows[2].is_empty


@pytest.mark.parametrize("line", ["title", "= h1", "title =", "title = h1[", "title = //h1[", "title = a::attr("])
def test_a_line_that_cannot_be_read_is_refused_with_a_sentence(line):
    with pytest.raises(RuleRefused, match="“"):
        field_rule(line)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Café".encode(), "text/html"),
        ("Café".encode("latin-1"), "text/html"),
        ("Café".encode("utf-16"), "text/html"),
        ("Café".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ("<meta charset=iso-8859-15>Café".encode("latin-1"), "text/html"),
        ("Ca\0fé".encode(), ""),
    ],
    ids=["utf-8 unsaid", "latin-1 unsaid", "byte order mark", "said by HTTP", "said by the page", "with a NUL"],
)
def test_the_characters_of_a_page_are_told_as_browsers_tell_them(body, content_type):
    assert read("v = body", html=body, content_type=content_type)[0].values == {"v": "Café"}


# --- Links ----------------------------------------------------------------------------------------
LINKS = """
<base href="/boutique/"><nav><a href='list?page=2&amp;utm_source=x#top'>2</a></nav>
<h3><a href='p/1'>one</a></h3><h3><a href='/p/2?ref=a'>two</a></h3><a href='p/1#reviews'>one again</a>
<a href='notice.pdf'>pdf</a><a href='mailto:a@b.fr'>write</a><a href='javascript:void(0)'>js</a><a href='//[bad'>bad</a>
"""


def links(*, follow=(), items=()):
    rules = LinkRules(
        follow=tuple(map(link_rule, follow)), items=tuple(map(link_rule, items)), dropped=("utm_*", "ref")
    )
    return list(links_of(Page.read(LINKS, url="https://a.org/x/y"), rules))


@pytest.mark.parametrize(
    "rule", ["h3 a", "h3", "/*p/*", "https://a.org/*p/*", r"re:/p/\d+$", "xpath://h3/a"], ids=lambda rule: rule
)
def test_a_rule_takes_the_links_that_it_says(rule):
    assert links(items=[rule]) == [("https://a.org/boutique/p/1", True), ("https://a.org/p/2", True)]


def test_links_to_items_are_told_from_those_to_follow():
    assert links(items=["h3"], follow=["a"]) == [
        ("https://a.org/boutique/p/1", True),
        ("https://a.org/p/2", True),
        ("https://a.org/boutique/list?page=2", False),
    ]


def test_without_a_rule_for_items_what_is_followed_is_read():
    assert links(follow=["nav"]) == [("https://a.org/boutique/list?page=2", True)]


@pytest.mark.parametrize("line", ["re:(", "li[", "xpath://li["])
def test_a_rule_that_cannot_be_read_is_refused(line):
    with pytest.raises(RuleRefused):
        link_rule(line)


@pytest.mark.parametrize(
    ("shape", "url", "is_it"),
    [
        ("/p/*", "https://a.org/p/1?x=2", True),
        ("/p/*", "https://a.org/q/p/1", False),
        ("/p/*/photos", "https://a.org/p/1/photos", True),
        ("/p/*/photos", "https://a.org/p/photos", False),
        ("/list?page=*", "https://a.org/list?page=3", True),
        ("/", "https://a.org", True),
        ("http://a.org/*", "https://a.org/", False),
        ("/a*a", "https://a.org/a", False),
    ],
)
def test_a_shape_is_that_of_a_whole_address(shape, url, is_it):
    assert link_rule(shape).accepts(url) is is_it


# --- Addresses ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("HTTPS://A.org/x?b=1&utm_source=m&a=2#f", "https://a.org/x?b=1&a=2"),
        ("https://a.org", "https://a.org/"),
        ("https://a.org/x;jsessionid=AB12?y=1", "https://a.org/x?y=1"),
        ("https://a.org/café", "https://a.org/caf%C3%A9"),
        ("ftp://a.org/x", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("https://user:secret@a.org/", None),
        ("https://a.org/" + "x" * 3000, None),
        ("//[", None),
    ],
)
def test_an_address_is_cleaned_or_is_none(url, address):
    assert cleaned(url, ("utm_*",)) == address


def test_the_order_of_parameters_makes_no_other_page():
    assert fingerprint("https://a.org/?a=1&b=2") == fingerprint("https://a.org/?b=2&a=1")
    assert fingerprint("https://a.org/?a=1") != fingerprint("https://a.org/?a=2")


def test_a_domain_holds_those_below_it_and_no_other():
    assert is_inside("https://www.a.org/", ["a.org"])
    assert not is_inside("https://bad-a.org/", ["a.org"])
    assert not is_inside("https://a.org.example/", ["a.org"])


def test_an_address_that_goes_round_in_circles_is_seen():
    assert is_a_loop("https://a.org/x/y/x/y/x/y/x/y")
    assert not is_a_loop("https://a.org/2024/2024/2024")


# --- Sitemaps and feeds ---------------------------------------------------------------------------
SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc> https://a.org/1 </loc>
<image:image><image:loc>https://a.org/1.png</image:loc></image:image></url><url><loc>/2</loc></url></urlset>"""
INDEX = b"<sitemapindex><sitemap><loc>https://a.org/s1.xml.gz</loc></sitemap></sitemapindex>"
RSS = b"""<rss><channel><link>https://a.org/</link><item><link>https://a.org/1</link></item>
<item><link>https://a.org/2</link></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://a.org/"/><entry>
<link rel="enclosure" href="https://a.org/1.mp3"/><link href="https://a.org/1"/></entry>
<entry><link rel="alternate" href="/2"/></entry></feed>"""


@pytest.mark.parametrize(("body", "kind"), [(SITEMAP, "urlset"), (RSS, "rss"), (ATOM, "feed")])
def test_what_a_listing_lists_is_read(body, kind):
    listing = read_listing(body, url="https://a.org/listing")

    assert (listing.kind, listing.pages) == (kind, ("https://a.org/1", "https://a.org/2"))


def test_a_sitemap_of_sitemaps_leads_to_them():
    listing = read_listing(INDEX, url="https://a.org/sitemap.xml")

    assert (listing.pages, listing.listings) == ((), ("https://a.org/s1.xml.gz",))


@pytest.mark.parametrize("body", [b"", b"plain", b"<html><body>x</body></html>", b"<", b"{}"])
def test_what_is_no_listing_is_none(body):
    assert read_listing(body, url="https://a.org/") is None


def test_a_listing_reads_no_file_of_ours():
    body = b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>/&x;</loc></url></urlset>'

    listing = read_listing(body, url="https://a.org/")

    assert "root" not in str(listing)


def test_a_compressed_listing_is_opened_up_to_the_limit():
    assert unzipped(gzip.compress(SITEMAP), limit=10_000) == SITEMAP
    assert unzipped(gzip.compress(b"0" * 1_000_000), limit=10_000) is None
    assert unzipped(b"\x1f\x8bnonsense", limit=10_000) is None


# --- robots.txt -----------------------------------------------------------------------------------
ROBOTS = b"User-agent: *\nDisallow: /\nUser-agent: ecluse\nDisallow: /private\nCrawl-delay: 2.5\n"


def test_what_is_said_to_us_holds_for_us():
    robots = Robots.read(200, ROBOTS)

    assert robots.allows("https://a.org/page")
    assert not robots.allows("https://a.org/private/1")
    assert robots.delay == 2.5


@pytest.mark.parametrize(("status", "is_open"), [(404, True), (403, True), (429, False), (500, False), (503, False)])
def test_a_robots_txt_that_is_not_there_forbids_nothing_and_one_that_cannot_be_had_everything(status, is_open):
    assert Robots.read(status, b"<html>User-agent: *\nDisallow: /").allows("https://a.org/x") is is_open


def test_a_site_that_asks_for_an_hour_between_pages_is_not_given_it():
    assert Robots.read(200, b"User-agent: *\nCrawl-delay: 3600\n").delay == 60
