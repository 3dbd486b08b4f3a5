"""A shop on the web, with all that sites do to those who visit them: `open_shop(site)` fills a real local server."""

import gzip
from http.server import BaseHTTPRequestHandler
from threading import Lock
from urllib.parse import parse_qs, urlsplit

from tests.core.http.conftest import Answer, LocalSite, page, raw, redirect

PRODUCTS = 40
PER_LIST = 10
# Products that are not as the others; each is a trap of its own.
NO_PRICE, LATIN, BASED, MOVED, GONE, BROKEN, BUSY, ENDLESS, HUGE, PDF, LONG_WAY, INSIDE, BOMB = range(3, 16)
FAILING = {GONE: "status", BROKEN: "status", ENDLESS: "timeout", HUGE: "too_large", PDF: "not_a_page"}
FAILING |= {LONG_WAY: "redirects", BOMB: "too_large"}
# The products that a visit gives: those that fail do not, one is another's old address, one leads where we do not go.
READABLE = sorted(set(range(1, PRODUCTS + 1)) - set(FAILING) - {NO_PRICE, MOVED, INSIDE})

CONFIG = {
    "follow": ["li.next a", "nav a"],
    "item_pages": ["/product/*"],
    "fields": ["title = h1", "price = .price | required", "photo = img::attr(src)", 'tags = .tag | join "/"'],
    "delay": 0,
    "concurrency": 4,
    "timeout": 2,
    "max_page_kb": 256,
    "max_depth": 12,
    "terms": "https://shop.example/terms: anyone may collect the catalogue.",
    "terms_checked": True,
}


def html(
    body: str, *, head: str = "", content_type: str = "text/html; charset=utf-8", encoding: str = "utf-8"
) -> Answer:
    text = f"<!doctype html><html><head><title>Shop</title>{head}</head><body>{body}</body></html>"
    return page(text.encode(encoding), headers={"Content-Type": content_type})


def open_shop(site: LocalSite, *, private: str = "http://127.0.0.9:1/", over=None) -> None:
    """`private` is where a product leads that is none; `over` ends what has no end."""
    site.answers |= {
        "/robots.txt": page(b"User-agent: *\nDisallow: /private/\nUser-agent: Rude\nDisallow: /\n"),
        "/": html(
            "<nav><a href='/list/1?utm_source=home'>All</a> <a href='/calendar/1'>Events</a> <a href='/private/1'>x</a>"
            "<a href='/circle/a/'>Circle</a> <a href='mailto:a@b.fr'>Write</a> <a href='//[bad'>?</a>"
            "<a href='http://elsewhere.example/list/1'>Friends</a></nav><a href='/about'>Who we are</a>"
        ),
        "/private/1": html("<a href='/product/1'>hidden</a>"),
        "/circle/a/": html("<nav><a href='a/'>further</a></nav>"),
    }
    lists = -(-PRODUCTS // PER_LIST)
    for number in range(1, lists + 1):
        site.answers[f"/list/{number}"] = _list(number, is_last=number == lists)
    for number in range(1, PRODUCTS + 1):
        site.answers[f"/product/{number}"] = product(number)
    for number in range(1, 60):
        site.answers[f"/calendar/{number}"] = html(f"<nav><a href='/calendar/{number + 1}'>next month</a></nav>")
    for number in range(20):
        site.answers[f"/circle/{'a/' * number}"] = html("<nav><a href='a/'>further</a></nav>")
    site.answers |= {
        f"/product/{LATIN}": html(_product(LATIN, "Café crème"), content_type="text/html", encoding="latin-1"),
        f"/product/{BASED}": html(_product(BASED, photo="b.png"), head="<base href='/photos/'>"),
        f"/product/{NO_PRICE}": html("<h1>Free</h1>"),
        f"/product/{MOVED}": redirect("/product/1"),
        f"/product/{GONE}": page(b"gone", status=404),
        f"/product/{BROKEN}": page(b"broken", status=500),
        f"/product/{BUSY}": Busy(html(_product(BUSY))),
        f"/product/{ENDLESS}": raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b" ", every=0.05, stop=over),
        f"/product/{HUGE}": page(b"x" * 20_000_000, headers={"Content-Type": "text/html"}),
        f"/product/{PDF}": page(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}),
        f"/product/{LONG_WAY}": redirect(f"/product/{LONG_WAY}"),
        f"/product/{INSIDE}": redirect(private),
        f"/product/{BOMB}": page(
            gzip.compress(b"0" * 50_000_000), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}
        ),
    }


def product(number: int) -> Answer:
    return html(_product(number))


def _product(number: int, name: str = "", photo: str = "/photos/a.png") -> str:
    return (
        f"<h1> {name or f'Product {number}'} <script>x()</script></h1><p class=price>{number}.50</p>"
        f"<img src='{photo}'><i class=tag>a</i><i class=tag>b</i><a href='/product/1?utm_medium=also'>also</a>"
    )


def _list(number: int, *, is_last: bool) -> Answer:
    first = (number - 1) * PER_LIST + 1
    links = "".join(
        f"<li><a href='../product/{each}?PHPSESSID={number}#top'>{each}</a>"
        for each in range(first, min(first + PER_LIST, PRODUCTS + 1))
    )
    following = "" if is_last else f"<li class=next><a href='{number + 1}'>next</a>"
    return html(f"<ul>{links}{following}</ul>")


class Busy:
    """Answers 429 once, then as it should; `asked` are the instants at which it was."""

    def __init__(self, then: Answer, *, seconds: int = 1, times: int = 1) -> None:
        self.then, self.seconds, self.times = then, seconds, times
        self.lock = Lock()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        with self.lock:
            self.times -= 1
            is_busy = self.times >= 0
        answer = page(b"", status=429, headers={"Retry-After": str(self.seconds)}) if is_busy else self.then
        answer(handler)


def numbers(urls) -> list[int]:
    """Which products these addresses are of."""
    return sorted(int(urlsplit(url).path.rpartition("/")[2]) for url in urls)


def parameters(path: str) -> set[str]:
    return set(parse_qs(urlsplit(path).query))
