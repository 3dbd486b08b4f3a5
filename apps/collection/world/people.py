"""The citizens and the agents: invented names, addresses of mail that lead nowhere, numbers that nobody has.

Numbers of telephone are in the ranges that ARCEP keeps for fiction (decision 2018-0881);
example.org, example.net and example.com are kept for examples by RFC 2606.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from apps.collection.world.vocabulary import Service, read_words

FICTION_PREFIXES = ("019900", "026191", "035301", "046571", "053649", "063998")
_DOMAINS = ("example.org", "example.org", "example.net", "example.com")


@dataclass(frozen=True, kw_only=True)
class Person:
    first_name: str
    last_name: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, kw_only=True)
class Agent:
    number: str
    person: Person
    service: Service
    hired_on: date


def invent_person(rng: Random) -> Person:
    words = read_words("people")
    first = rng.choice(words["first_names"])
    last = rng.choice(words["beginnings"]) + rng.choice(words["middles"]) + rng.choice(words["endings"])
    address = f"{plain(first)}.{plain(last)}".lower()
    number = f"{rng.choice(FICTION_PREFIXES)}{rng.randrange(10_000):04}"
    return Person(
        first_name=first,
        last_name=last,
        email=f"{address}{rng.choice(['', '', rng.randrange(1950, 2006)])}@{rng.choice(_DOMAINS)}",
        phone=" ".join(number[start : start + 2] for start in range(0, 10, 2)),
    )


def invent_agent(rng: Random, index: int, service: Service, *, before: date) -> Agent:
    return Agent(
        number=f"A{1000 + index}",
        person=invent_person(rng),
        service=service,
        hired_on=before - timedelta(days=rng.randrange(30, 9000)),
    )


def plain(text: str) -> str:
    """The same letters without their accents."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
