"""The monthly exports of the old software: Windows-1252, semicolons, French dates, decimal commas, some compressed."""

import gzip
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from apps.collection.world import label
from apps.collection.world.handling import CLOSED
from apps.collection.world.ledger import Fault, Kind, Source
from apps.collection.world.mistakes import (
    DoesNotSuit,
    emptied,
    misspelt_service,
    mojibake,
    trial_entry,
    unreadable_date,
    wrong_service,
)
from apps.collection.world.planting import Place, Planting, Record, fault_of, plant, typos
from apps.collection.world.story import API_SINCE, Report, Story
from apps.collection.world.town import POSTCODE, TOWN

ENCODING = "windows-1252"
COLUMNS = (
    "Référence",
    "Créé le",
    "Clos le",
    "Service",
    "Description",
    "Numéro",
    "Voie",
    "Quartier",
    "Code postal",
    "Commune",
    "Latitude",
    "Longitude",
    "Priorité",
    "Statut",
    "Canal",
    "Prénom",
    "Nom",
    "Courriel",
    "Téléphone",
    "Mention",
)
README = "LISEZMOI.txt"
# Exports of the years that are over were compressed to save room.
_COMPRESSED_BEFORE = "2024-10"
_PARIS = ZoneInfo("Europe/Paris")
_ENTERED_TWICE = 0.008
# The five bytes that Windows-1252 does not define, each as half of a surrogate pair.
_UNDEFINED = "\udc81\udc8d\udc8f\udc90\udc9d"
_IMPOSSIBLE = [
    "31/02/{year} 10:15",
    "30/02/{year} 08:40",
    "31/04/{year} 17:05",
    "31/06/{year} 09:00",
    "29/02/2025 11:30",
]


class Unquoted(str):
    """A cell that some program wrote without its quotes."""


def exported(reports: Iterable[Report]) -> list[Report]:
    """The reports that the old software holds."""
    return [report for report in reports if report.created_at.date() < API_SINCE]


def file_of(at: datetime) -> str:
    """The name of the file that holds the reports of that month."""
    month = f"{at:%Y-%m}"
    return f"signalements-{month}.csv{'.gz' if month < _COMPRESSED_BEFORE else ''}"


def write_exports(story: Story, folder: Path) -> list[Fault]:
    """Write the files of `folder`, and tell their faults."""
    rng = story.rng("exports")
    reports = exported(story.reports)
    rows = [_row(report) for report in reports]
    faults = typos(reports, rows, _PLACE, "Description")
    faults += plant(rows, _PLANTINGS, _PLACE, rng, spared=[n for n, report in enumerate(reports) if report.typo])
    again, told = _entered_twice(reports, rows, rng, spared={fault.identifier for fault in faults})
    months: dict[str, list[Record]] = defaultdict(list)
    for row in sorted([*rows, *again], key=lambda row: row["_at"]):
        months[row["_file"]].append(row)
    folder.mkdir(parents=True)
    for name, lines in months.items():
        data = "".join(_line(cells) for cells in [COLUMNS, *([row[each] for each in COLUMNS] for row in lines)])
        # A byte that Windows-1252 does not have is carried by half of a surrogate pair.
        encoded = data.encode(ENCODING, "surrogateescape")
        (folder / name).write_bytes(gzip.compress(encoded, mtime=0) if name.endswith(".gz") else encoded)
    (folder / README).write_text(_readme(months), encoding="utf-8")
    return faults + told


def _row(report: Report) -> Record:
    closed = report.steps[-1].at if report.state in CLOSED else None
    return {
        "_at": report.created_at,
        "_file": file_of(report.created_at),
        "Référence": report.reference,
        "Créé le": _french(report.created_at),
        "Clos le": _french(closed) if closed else "",
        "Service": report.service.name,
        "Description": report.text,
        "Numéro": str(report.number),
        "Voie": report.street.name,
        "Quartier": report.street.district.name,
        "Code postal": POSTCODE,
        "Commune": TOWN,
        "Latitude": _decimal(report.latitude),
        "Longitude": _decimal(report.longitude),
        "Priorité": report.priority,
        "Statut": report.state,
        "Canal": report.channel,
        "Prénom": report.person.first_name,
        "Nom": report.person.last_name,
        "Courriel": report.person.email,
        "Téléphone": report.person.phone,
        "Mention": label.SHORT,
    }


def _french(at: datetime) -> str:
    return f"{at.astimezone(_PARIS):%d/%m/%Y %H:%M}"


def _decimal(value: float) -> str:
    return f"{value:.6f}".replace(".", ",")


def _line(cells: Iterable[str]) -> str:
    return ";".join(map(_cell, cells)) + "\r\n"


def _cell(value: str) -> str:
    if isinstance(value, Unquoted) or not any(mark in value for mark in ';"\n\r'):
        return value
    return '"' + value.replace('"', '""') + '"'


def _entered_twice(
    reports: list[Report], rows: list[Record], rng: Random, *, spared: set[str]
) -> tuple[list[Record], list[Fault]]:
    """Reports that an agent entered again a few days later, under another reference, in almost the same words."""
    sound = [index for index, row in enumerate(rows) if row["Référence"] not in spared]
    chosen = sorted(rng.sample(sound, max(1, round(len(rows) * _ENTERED_TWICE))))
    again, faults = [], []
    for number, index in enumerate(chosen, start=1):
        at = reports[index].created_at + timedelta(hours=rng.randrange(20, 90))
        if at.date() >= API_SINCE:
            continue
        row = rows[index] | {
            "_at": at,
            "_file": file_of(at),
            "Référence": f"SIG-{at.year}-8{number:05}",
            "Créé le": _french(at),
            "Description": rng.choice(["Relance : ", "2e demande. ", "Suite appel : "]) + rows[index]["Description"],
            "Canal": "téléphone",
        }
        again.append(row)
        original = rows[index]["Référence"]
        faults.append(fault_of(Kind.DUPLICATE_WITHIN, _PLACE, row, "Référence", row["Référence"], original))
    return again, faults


def _impossible_date(date: Any, rng: Random) -> str:
    return rng.choice(_IMPOSSIBLE).format(year=str(date)[6:10])


def _with_a_point(number: Any, _rng: Random) -> str:
    return str(number).replace(",", ".")


def _far_away(number: Any, rng: Random) -> str:
    return rng.choice(["0,000000", str(number).replace(",", "") + ",0", "999,999999"])


def _undecodable(text: Any, rng: Random) -> str:
    at = rng.randrange(len(text))
    return f"{text[:at]}{rng.choice(_UNDEFINED)}{text[at:]}"


def _two_cells(text: Any, _rng: Random) -> str:
    if any(mark in text for mark in ';"\n\r') or ", " not in text:
        raise DoesNotSuit
    return Unquoted(text.replace(", ", " ; ", 1))


def _readme(months: Iterable[str]) -> str:
    return (
        f"{label.MENTION}\n\n"
        f"Exports mensuels des signalements de {TOWN}, commune imaginaire, jusqu’au {API_SINCE:%d/%m/%Y} exclu.\n"
        "Encodage Windows-1252, séparateur point-virgule, dates jj/mm/aaaa hh:mm (heure de Paris), virgule décimale.\n"
        "La colonne « Mention » rappelle sur chaque ligne que tout est inventé.\n\n" + "\n".join(sorted(months)) + "\n"
    )


_PLACE = Place(source=Source.EXPORTS, key="Référence", place_of=lambda row: str(row["_file"]))
_PLANTINGS = [
    Planting(kind=Kind.UNDECODABLE_BYTE, field="Description", share=0.0005, plant=_undecodable),
    Planting(kind=Kind.EXTRA_CELL, field="Description", share=0.0007, plant=_two_cells),
    Planting(kind=Kind.BROKEN_ENCODING, field="Description", share=0.004, plant=mojibake),
    Planting(kind=Kind.TEST_ENTRY, field="Description", share=0.0015, plant=trial_entry),
    Planting(kind=Kind.MISSING_VALUE, field="Description", share=0.002, plant=emptied),
    Planting(kind=Kind.MISSING_VALUE, field="Service", share=0.002, plant=emptied),
    Planting(kind=Kind.UNPARSABLE_DATE, field="Créé le", share=0.002, plant=unreadable_date),
    Planting(kind=Kind.IMPOSSIBLE_DATE, field="Créé le", share=0.002, plant=_impossible_date),
    Planting(kind=Kind.SERVICE_VARIANT, field="Service", share=0.03, plant=misspelt_service),
    Planting(kind=Kind.WRONG_SERVICE, field="Service", share=0.01, plant=wrong_service),
    Planting(kind=Kind.NUMBER_FORMAT, field="Latitude", share=0.005, plant=_with_a_point),
    Planting(kind=Kind.OUTLIER, field="Latitude", share=0.002, plant=_far_away),
]
