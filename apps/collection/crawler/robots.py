"""robots.txt, as RFC 9309 has it read. Pure."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from protego import Protego

# The name by which sites may speak to us in their robots.txt.
AGENT = "Ecluse"
MAX_SIZE = 512 * 1024
# A site that asks for more than this between two pages asks not to be visited.
MAX_DELAY = 60.0


@dataclass(frozen=True)
class Robots:
    """What a site lets us read. Without rules: everything, or nothing."""

    rules: Protego | None = None
    is_closed: bool = False

    @classmethod
    def read(cls, status: int, body: bytes) -> Self:
        """By the answer's status: one that is not there forbids nothing, one that cannot be had forbids everything."""
        if 200 <= status < 300:
            return cls(Protego.parse(body[:MAX_SIZE].decode("utf-8-sig", "replace")))
        return cls(is_closed=status >= 500 or status == 429 or status < 200)

    def allows(self, url: str) -> bool:
        return not self.is_closed and (self.rules is None or self.rules.can_fetch(url, AGENT))

    @property
    def delay(self) -> float:
        """The seconds that the site wants between two pages, at most MAX_DELAY."""
        asked = self.rules.crawl_delay(AGENT) if self.rules else None
        return min(float(asked or 0), MAX_DELAY)


def robots_url(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"
