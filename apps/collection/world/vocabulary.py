"""The words of the world, as `words/` holds them: a file for each service, and one for each other subject."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).parent / "words"

# How often each season's topics come up, from January to December.
SEASONS: dict[str, Sequence[float]] = {
    "all": (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    "winter": (2.2, 2.2, 1.6, 0.9, 0.5, 0.4, 0.4, 0.4, 0.5, 0.8, 1.2, 1.8),
    "deep-winter": (4, 3.5, 1, 0, 0, 0, 0, 0, 0, 0, 0.6, 2.8),
    "dark": (2, 1.6, 1, 0.7, 0.4, 0.3, 0.3, 0.4, 0.8, 1.4, 2, 2.2),
    "spring": (0.6, 0.8, 1.4, 1.9, 2, 1.4, 0.8, 0.6, 0.8, 0.7, 0.5, 0.4),
    "summer": (0.2, 0.2, 0.4, 0.8, 1.5, 2.3, 2.7, 2.4, 1.4, 0.5, 0.2, 0.2),
    "autumn": (0.4, 0.3, 0.3, 0.3, 0.3, 0.4, 0.5, 0.6, 1.5, 3, 3.2, 1.4),
    "storm": (1.4, 1.3, 1.2, 0.8, 0.6, 0.9, 1.1, 1, 0.8, 1.1, 1.5, 1.3),
    "school": (1.2, 1.1, 1.2, 1, 1, 1.1, 0.2, 0.3, 2.4, 1.4, 1.2, 0.9),
}

_RULES = ("what", "effect", "ask", "place")


@dataclass(frozen=True, kw_only=True, eq=False)
class Topic:
    """What people report to a service; `rules` are the phrases of its own, `months` its weight in each month.

    Nobody reports it before `since`: the words of the last year are not quite those of the first.
    """

    title: str
    service: "Service"
    months: tuple[float, ...]
    since: date
    at_night: bool
    rules: dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service of the town hall; `variants` are other ways in which its name is found written."""

    code: str
    slug: str
    name: str
    weight: float
    variants: tuple[str, ...]

    @property
    def email(self) -> str:
        return f"{self.slug}@example.org"


@dataclass(frozen=True, kw_only=True, eq=False)
class Register:
    """A way of writing; one that is plain has no capitals and no final stop."""

    name: str
    weight: float
    is_plain: bool
    rules: dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    services: tuple[Service, ...]
    topics: tuple[Topic, ...]
    registers: tuple[Register, ...]
    rules: dict[str, list[str]]


@cache
def vocabulary() -> Vocabulary:
    services, topics = [], []
    for path in sorted((WORDS / "services").glob("*.toml")):
        service, its_topics = _service(path.stem, read_words(f"services/{path.stem}"))
        services.append(service)
        topics += its_topics
    registers = read_words("registers")
    return Vocabulary(
        services=tuple(services),
        topics=tuple(topics),
        registers=tuple(_register(name, told) for name, told in registers.items() if name != "rules"),
        rules=registers["rules"],
    )


@cache
def read_words(name: str) -> dict[str, Any]:
    """What the file of this name holds."""
    return tomllib.loads((WORDS / f"{name}.toml").read_text(encoding="utf-8"))


def _service(slug: str, told: dict[str, Any]) -> tuple[Service, list[Topic]]:
    service = Service(
        code=told["code"], slug=slug, name=told["name"], weight=told["weight"], variants=tuple(told["variants"])
    )
    total = sum(topic["weight"] for topic in told["topics"])
    return service, [
        Topic(
            title=topic["title"],
            service=service,
            months=tuple(service.weight * topic["weight"] / total * each for each in SEASONS[topic["season"]]),
            since=date.fromisoformat(f"{topic.get('since', '2000-01')}-01"),
            at_night=topic.get("hours") == "night",
            # A topic has its own places, those of its service, or those of everyone.
            rules={name: phrases for name, phrases in (told | topic).items() if name in _RULES},
        )
        for topic in told["topics"]
    ]


def _register(name: str, told: dict[str, Any]) -> Register:
    rules = {rule: phrases for rule, phrases in told.items() if isinstance(phrases, list)}
    return Register(name=name, weight=told["weight"], is_plain=told.get("plain", False), rules=rules)
