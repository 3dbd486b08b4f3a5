"""What goes wrong with a value: each function makes the wrong one of the true one. Pure, but for their generator."""

from random import Random
from typing import Any

from apps.collection.world.vocabulary import Service, vocabulary


class DoesNotSuit(Exception):
    """This record cannot have this fault."""


def misspelt_service(name: Any, rng: Random) -> str:
    return rng.choice(_service_named(name).variants)


def wrong_service(name: Any, rng: Random) -> str:
    right = _service_named(name)
    return rng.choice([service.name for service in vocabulary().services if service is not right])


def trial_entry(_text: Any, rng: Random) -> str:
    return rng.choice(["test test", "TEST", "test ne pas tenir compte", "azerty", "essai 123", "ceci est un test svp"])


def mojibake(text: Any, _rng: Random) -> str:
    """UTF-8 read as Windows-1252 by some program on the way."""
    try:
        broken = str(text).encode().decode("windows-1252")
    except UnicodeDecodeError:
        raise DoesNotSuit from None
    if broken == text:
        raise DoesNotSuit
    return broken


def emptied(value: Any, _rng: Random) -> str:
    if not value:
        raise DoesNotSuit
    return ""


def nulled(value: Any, _rng: Random) -> None:
    if not value:
        raise DoesNotSuit


def unreadable_date(_date: Any, rng: Random) -> str:
    return rng.choice(["courant mars", "hier matin", "??/??/2024", "le 3 mars vers midi", "voir courrier", "13h30"])


def _service_named(name: Any) -> Service:
    for service in vocabulary().services:
        if service.name == name:
            return service
    raise DoesNotSuit
