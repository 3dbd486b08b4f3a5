"""The reports of the new software, as the API serves them: nested JSON, a line each, in the order of their updates."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from apps.collection.world.handling import RECEIVED
from apps.collection.world.ledger import Fault, Kind, Source
from apps.collection.world.mistakes import (
    emptied,
    misspelt_service,
    mojibake,
    nulled,
    trial_entry,
    unreadable_date,
    wrong_service,
)
from apps.collection.world.people import plain
from apps.collection.world.planting import Place, Planting, Record, fault_of, plant, typos
from apps.collection.world.stores.exports import exported, file_of
from apps.collection.world.story import API_SINCE, NOW, Report, Story
from apps.collection.world.town import POSTCODE, TOWN

FILE = "signalements.jsonl"
_ALSO_EXPORTED = 0.02
_ENTERED_TWICE = 0.008
_IMPOSSIBLE = ["{year}-02-30T09:10:00Z", "{year}-02-31T14:00:00Z", "{year}-04-31T08:20:00Z", "{year}-13-01T10:00:00Z"]


def write_records(story: Story, folder: Path) -> list[Fault]:
    """Write the file of `folder`, and tell its faults."""
    rng = story.rng("api")
    recent = [report for report in story.reports if report.created_at.date() >= API_SINCE]
    records = [_record(report) for report in recent]
    faults = typos(recent, records, _PLACE, "texte")
    faults += plant(records, _PLANTINGS, _PLACE, rng, spared=[n for n, report in enumerate(recent) if report.typo])
    sound = {record["reference"] for record in records} - {fault.identifier for fault in faults}
    for duplicates, told in (_entered_twice(recent, sound, rng), _reopened(exported(story.reports), rng)):
        records += duplicates
        faults += told
    records.sort(key=lambda record: (record["modifie_le"], record["reference"]))
    folder.mkdir(parents=True)
    with (folder / FILE).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
    return faults


def _record(report: Report) -> Record:
    return {
        "reference": report.reference,
        "cree_le": _iso(report.created_at),
        "modifie_le": _iso(report.updated_at),
        # Nobody has sorted it yet: what a classifier is for.
        "service": None if report.state == RECEIVED else report.service.name,
        "texte": report.text,
        "adresse": {
            "numero": report.number,
            "voie": report.street.name,
            "quartier": report.street.district.name,
            "code_postal": POSTCODE,
            "commune": TOWN,
        },
        "latitude": report.latitude,
        "longitude": report.longitude,
        "priorite": report.priority,
        "statut": report.state,
        "canal": report.channel,
        "declarant": {
            "prenom": report.person.first_name,
            "nom": report.person.last_name,
            "courriel": report.person.email,
            "telephone": report.person.phone,
        },
        "historique": [
            {
                "statut": step.state,
                "le": _iso(step.at),
                "agent": None if step.state == RECEIVED else report.agent.number,
            }
            for step in report.steps
        ],
    }


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _entered_twice(reports: list[Report], sound: set[str], rng: Random) -> tuple[list[Record], list[Fault]]:
    """The same citizen, the same fact, on the telephone some hours after the form."""
    candidates = [
        report for report in reports if report.reference in sound and report.updated_at < NOW - timedelta(days=4)
    ]
    duplicates, faults = [], []
    for number, report in enumerate(rng.sample(candidates, max(1, round(len(reports) * _ENTERED_TWICE))), start=1):
        record = _record(report)
        delay = timedelta(hours=rng.randrange(2, 70))
        record |= {
            "reference": f"SIG-{report.created_at.year}-9{number:05}",
            "cree_le": _iso(report.created_at + delay),
            "modifie_le": _iso(report.updated_at + delay),
            "texte": f"{rng.choice(['Appel : ', 'Relance. ', 'Déjà signalé. '])}{record['texte']}",
            "canal": "téléphone",
        }
        duplicates.append(record)
        faults.append(
            fault_of(Kind.DUPLICATE_WITHIN, _PLACE, record, "reference", record["reference"], report.reference)
        )
    return duplicates, faults


def _reopened(reports: list[Report], rng: Random) -> tuple[list[Record], list[Fault]]:
    """Reports of the old software that were carried over into the new one: the same reference, small differences."""
    duplicates, faults = [], []
    well_written = [report for report in reports if not report.typo]
    for report in rng.sample(well_written, max(1, round(len(reports) * _ALSO_EXPORTED))):
        record = _record(report)
        record["texte"] = rng.choice([plain(report.text), report.text.upper(), f"{report.text} (reprise)"])
        record["declarant"]["telephone"] = report.person.phone.replace(" ", "")
        record["modifie_le"] = _iso(NOW - timedelta(minutes=rng.randrange(60, 500_000)))
        duplicates.append(record)
        file = file_of(report.created_at)
        faults.append(fault_of(Kind.DUPLICATE_ACROSS, _PLACE, record, "reference", report.reference, file))
    return duplicates, faults


def _impossible_date(date: Any, rng: Random) -> str:
    return rng.choice(_IMPOSSIBLE).format(year=str(date)[:4])


def _with_a_comma(number: Any, _rng: Random) -> str:
    return f"{number:.6f}".replace(".", ",")


def _far_away(number: Any, rng: Random) -> float:
    return float(rng.choice([0.0, -number, number * 10, 999.0]))


_PLACE = Place(source=Source.API, key="reference", place_of=lambda _record: "/api/v1/signalements")
_PLANTINGS = [
    Planting(kind=Kind.BROKEN_ENCODING, field="texte", share=0.004, plant=mojibake),
    Planting(kind=Kind.TEST_ENTRY, field="texte", share=0.0015, plant=trial_entry),
    Planting(kind=Kind.MISSING_VALUE, field="texte", share=0.002, plant=nulled),
    Planting(kind=Kind.MISSING_VALUE, field="service", share=0.002, plant=emptied),
    Planting(kind=Kind.UNPARSABLE_DATE, field="cree_le", share=0.001, plant=unreadable_date),
    Planting(kind=Kind.IMPOSSIBLE_DATE, field="cree_le", share=0.002, plant=_impossible_date),
    Planting(kind=Kind.SERVICE_VARIANT, field="service", share=0.02, plant=misspelt_service),
    Planting(kind=Kind.WRONG_SERVICE, field="service", share=0.01, plant=wrong_service),
    Planting(kind=Kind.NUMBER_FORMAT, field="latitude", share=0.004, plant=_with_a_comma),
    Planting(kind=Kind.OUTLIER, field="latitude", share=0.002, plant=_far_away),
]
