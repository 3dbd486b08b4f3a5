"""The notices of the town's site: works and orders, one page each. Kept as JSON; serving/site.py makes the pages."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from apps.collection.world.ledger import Fault, Kind, Source
from apps.collection.world.mistakes import misspelt_service, mojibake, nulled
from apps.collection.world.people import invent_person, plain
from apps.collection.world.planting import Place, Planting, Record, plant
from apps.collection.world.story import BEGINNING, END, Report, Story
from apps.collection.world.town import Street, town
from apps.collection.world.vocabulary import Service, read_words, vocabulary

FILE = "avis.json"
_REPORTS_A_NOTICE = 160
_AT_LEAST = 45

_MONTHS = [
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
]  # fmt: skip
_COMPANIES = [
    "Terrassements Quintrelle (imaginaire)",
    "Aune Réseaux (imaginaire)",
    "Sauvelade et Fils (imaginaire)",
    "en régie",
]


def write_notices(story: Story, folder: Path) -> list[Fault]:
    """Write the file of `folder`, the latest notice first, and tell its faults."""
    rng = story.rng("site")
    wanted = max(_AT_LEAST, story.scale // _REPORTS_A_NOTICE)
    services = [service for service in vocabulary().services if service.slug in read_words("notices")]
    days = sorted(BEGINNING + timedelta(days=rng.randrange((END - BEGINNING).days - 20)) for _ in range(wanted))
    notices = [
        _notice(number, day, rng.choice(services), rng.choice(town().streets), story.reports, rng)
        for number, day in enumerate(days, start=1)
    ]
    faults = plant(notices, _PLANTINGS, _PLACE, rng)
    folder.mkdir(parents=True)
    (folder / FILE).write_text(json.dumps(notices[::-1], ensure_ascii=False, indent=1), encoding="utf-8")
    return faults


def in_words(day: date) -> str:
    """A day as French writes it."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def _notice(
    number: int, published_on: date, service: Service, street: Street, reports: Sequence[Report], rng: Random
) -> Record:
    works = rng.choice(read_words("notices")[service.slug])
    kind, title = works["kind"], works["title"]
    begins_on = published_on + timedelta(days=rng.randrange(3, 18))
    ends_on = begins_on + timedelta(days=rng.randrange(0, 45))
    heard = [
        report.reference
        for report in reports
        if report.service is service and report.street is street and report.created_at.date() < published_on
    ][-3:]
    name = f"{title}, {street.name}"
    return {
        "numero": f"ARR-{published_on.year}-{number:04}",
        "adresse": f"{published_on.year}-{number:04}-{_slug(name)}",
        "nature": kind,
        "titre": name,
        "service": service.name,
        "voie": street.name,
        "quartier": street.district.name,
        "publie_le": in_words(published_on),
        "debut": in_words(begins_on),
        "fin": in_words(ends_on),
        "entreprise": rng.choice(_COMPANIES) if kind == "Travaux" else None,
        "montant": f"{rng.randrange(2, 400) * 500:,} €".replace(",", "\u202f") if kind == "Travaux" else None,
        "contact": invent_person(rng).phone,
        "signalements": heard,
        "texte": [
            f"Considérant que {works['reason']}, l’avis porte sur {street.with_article.replace(chr(39), '’')} "
            f"du {in_words(begins_on)} au {in_words(ends_on)}.",
            works["consequence"],
            rng.choice(
                [
                    "La collecte des déchets est maintenue aux heures habituelles.",
                    "Un plan de déviation est affiché sur place.",
                    "Le présent avis peut être prolongé en cas d’intempéries.",
                    "Les commerces restent accessibles à pied.",
                ]
            ),
        ],
    }


def _slug(text: str) -> str:
    letters = plain(text).lower().replace("’", "-")
    return "-".join("".join(each if each.isalnum() else " " for each in letters).split())


def _impossible_day(_day: Any, rng: Random) -> str:
    return rng.choice(["31 juin 2026", "30 février 2025", "31 novembre 2024", "32 mars 2026"])


def _vague_day(_day: Any, rng: Random) -> str:
    return rng.choice(["courant avril", "à l’automne", "date à préciser", "selon la météo"])


_PLACE = Place(source=Source.SITE, key="numero", place_of=lambda notice: f"/travaux/{notice['adresse']}/")
_PLANTINGS = [
    Planting(kind=Kind.UNPARSABLE_DATE, field="fin", share=0.03, plant=_vague_day),
    Planting(kind=Kind.IMPOSSIBLE_DATE, field="fin", share=0.02, plant=_impossible_day),
    Planting(kind=Kind.MISSING_VALUE, field="quartier", share=0.02, plant=nulled),
    Planting(kind=Kind.SERVICE_VARIANT, field="service", share=0.05, plant=misspelt_service),
    Planting(kind=Kind.BROKEN_ENCODING, field="titre", share=0.01, plant=mojibake),
]
