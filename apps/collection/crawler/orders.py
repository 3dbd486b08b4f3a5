"""What the program is told when it starts: written by the connector, read by the program, as one line of JSON."""

import json
from dataclasses import asdict, dataclass
from ipaddress import ip_network
from typing import Any, Self

from apps.collection.crawler.links import LinkRules, link_rule
from apps.collection.crawler.selecting import FieldRule, field_rule
from apps.core.http.policy import Policy

# A sitemap may have 50,000 addresses and 50 MiB: it is not held to the size of pages.
MAX_LISTING = 50 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What to read, how politely, and where calls may go. `delay`, `timeout` and `max_hold` (how
    long a site may have us wait in the middle of a visit) are seconds, `max_size` is bytes.
    """

    parent: int
    user_agent: str
    domains: tuple[str, ...]
    fields: tuple[str, ...]
    item_selector: str = ""
    follow: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    cookies: bool = False
    delay: float = 1.0
    concurrency: int = 2
    max_size: int = 2 * 1024 * 1024
    timeout: float = 30.0
    max_hold: float = 120.0
    networks: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = (80, 443)
    proxy: str = ""

    def as_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        told: dict[str, Any] = json.loads(line)
        values: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in told.items()}
        return cls(**values)

    @property
    def policy(self) -> Policy:
        return Policy(
            networks=tuple(ip_network(each) for each in self.networks),
            hosts=frozenset(self.hosts),
            ports=frozenset(self.ports),
            proxy=self.proxy,
        )

    @property
    def field_rules(self) -> list[FieldRule]:
        return [field_rule(line) for line in self.fields]

    @property
    def link_rules(self) -> LinkRules:
        return LinkRules(
            follow=tuple(link_rule(line) for line in self.follow),
            items=tuple(link_rule(line) for line in self.items),
            dropped=self.dropped,
        )
