"""Fetching a page or two of a site without visiting it: through the guarded session, robots.txt obeyed."""

from dataclasses import dataclass

from apps.collection.connectors.outbound import outbound_errors
from apps.collection.connectors.web.config import StartKind, WebConfig
from apps.collection.connectors.web.exceptions import NothingReadable, RobotsForbid
from apps.collection.crawler.listings import unzipped
from apps.collection.crawler.orders import MAX_LISTING
from apps.collection.crawler.pages import Page, is_a_page
from apps.collection.crawler.robots import MAX_SIZE, Robots, robots_url
from apps.collection.crawler.urls import host_of
from apps.core.http import GuardedSession

# The time that a person waits for an answer about a site, and about a page of it.
LOOK_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What an address gave; `url` is where the redirections led."""

    url: str
    body: bytes
    content_type: str

    @property
    def is_a_page(self) -> bool:
        return is_a_page(self.body, self.content_type)

    @property
    def page(self) -> Page:
        return Page.read(self.body, url=self.url, content_type=self.content_type)


@dataclass
class Fetcher:
    """Fetches as a run would introduce itself; each robots.txt is asked for once."""

    config: WebConfig
    session: GuardedSession

    def __post_init__(self) -> None:
        self._robots: dict[str, Robots] = {}

    def fetch(self, url: str) -> Fetched:
        """Raises RobotsForbid, NothingReadable, and the errors of `connectors.outbound`."""
        self._check_robots(url)
        headers = {"User-Agent": self.config.user_agent}
        with outbound_errors():
            response = self.session.get(url, headers=headers)
        # A redirection may have led to a page that may not be read: it was fetched, and is not looked at.
        self._check_robots(response.url)
        body = unzipped(response.content, limit=MAX_LISTING)
        if body is None:
            raise NothingReadable(host=host_of(url))
        return Fetched(url=response.url, body=body, content_type=response.headers.get("Content-Type", ""))

    def _check_robots(self, url: str) -> None:
        key = robots_url(url)
        if key not in self._robots:
            self._robots[key] = read_robots(self.config, self.session, url)
        if not self._robots[key].allows(url):
            raise RobotsForbid(host=host_of(url))


def read_robots(config: WebConfig, session: GuardedSession, url: str) -> Robots:
    """The robots.txt of the site of this page: one request. Raises the errors of `connectors.outbound`."""
    with outbound_errors():
        # Of these statuses, each says that there is none.
        headers, none = {"User-Agent": config.user_agent}, range(400, 429)
        response = session.get(robots_url(url), headers=headers, accepting=none)
    return Robots.read(response.status_code, response.content[:MAX_SIZE])


def most_bytes(config: WebConfig) -> int:
    """How large what is fetched may be. A listing is larger than a page may be."""
    is_listing = config.start_kind != StartKind.PAGE
    return max(config.max_page_kb * 1024, MAX_LISTING if is_listing else MAX_SIZE)
