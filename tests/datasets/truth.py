"""What each table of the demonstration must hold: what its servers give to a stranger, with what the ledger says was
meant where the recipes mend it. Each table by its key; several rows where several records tell of the same thing.
"""

import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

from apps.collection.world.ledger import Kind, Source
from apps.collection.world.vocabulary import vocabulary
from tests.collection.world import stores
from tests.world import ServedWorld

MENDED = frozenset({Kind.BROKEN_ENCODING, Kind.SERVICE_VARIANT})
MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin"]
MONTHS += ["juillet", "août", "septembre", "octobre", "novembre", "décembre"]
# A pseudonym is not known beforehand: what it stands for is told in its place.
PSEUDONYMS = {"signalement": "declarant", "intervention": "agent"}

Truth = dict[tuple[Any, ...], list[dict[str, Any]]]


def truth(world: ServedWorld) -> dict[str, Truth]:
    """The rows that each table may hold, but for those that the recipes set aside."""
    services = {service.name: service.code for service in vocabulary().services}
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True)) as database:
        ways = dict(database.execute("SELECT nom, code FROM voies").fetchall())
        area = "SELECT v.code, v.nom, q.nom FROM voies v JOIN quartiers q ON q.code = v.quartier_code"
        streets = database.execute(area).fetchall()
    tables: dict[str, Truth] = defaultdict(lambda: defaultdict(list))
    for row in _meant(world, Source.API):
        address, author = row["adresse"], row["declarant"] or {}
        tables["signalement"][row["reference"],].append(
            _report(row, row["cree_le"][:10], row["texte"], address["numero"], author.get("courriel"))
            | {"service_code": services.get(row["service"]), "voie_code": ways.get(address["voie"])}
        )
    for row in _meant(world, Source.EXPORTS):
        named = {_plain(name): value for name, value in row.items() if name}
        day = "-".join(reversed(row["Créé le"][:10].split("/")))
        tables["signalement"][row["Référence"],].append(
            _report(named, day, row["Description"], row["Numéro"], row["Courriel"])
            | {"service_code": services.get(row["Service"]), "voie_code": ways.get(row["Voie"])}
        )
    for row in _meant(world, Source.DATABASE):
        tables["intervention"][row["reference"], row["ordre"]].append(
            {
                "signalement_reference": row["reference"],
                "ordre": row["ordre"],
                "service_code": row["service_code"],
                "debut_le": _compact(row["debut_le"]),
                "fin_le": _compact(row["fin_le"]),
                "duree": row["duree_h"],
                "cout": _number(row["cout"]),
                "agent": row["agent_matricule"],
                "compte_rendu": _text(row["compte_rendu"]),
            }
        )
    for row in _meant(world, Source.SITE):
        tables["avis"][row["numero"],].append(
            {
                "numero": row["numero"],
                "titre": _text(row["titre"]),
                "nature": row.get("nature"),
                "debut_le": _in_words(row["debut"]),
                "fin_le": _in_words(row.get("fin")),
                "montant": _number(row.get("montant", "").removesuffix("€")),
                "service_code": services.get(row["service"]),
                "voie_code": ways.get(row.get("voie")),
            }
        )
    for row in _meant(world, Source.LAKE):
        tables["capteur"][row["capteur"],] = [
            {"code": row["capteur"], **{name: row[name] for name in ("grandeur", "unite", "voie_code")}}
        ]
        tables["releve"][row["capteur"], row["releve_le"]].append(
            {"capteur_code": row["capteur"], **{name: row[name] for name in ("releve_le", "valeur", "batterie")}}
        )
    tables["service"] = {(code,): [{"code": code, "libelle": name}] for name, code in services.items()}
    tables["voie"] = {(code,): [{"code": code, "nom": name, "quartier_nom": of}] for code, name, of in streets}
    tables["quartier"] = {(of,): [{"nom": of}] for _code, _name, of in streets}
    return tables


def _meant(world: ServedWorld, source: Source) -> list[dict[str, Any]]:
    read = {
        Source.API: stores.api,
        Source.EXPORTS: stores.exports,
        Source.DATABASE: stores.database,
        Source.SITE: stores.site,
        Source.LAKE: stores.lake,
    }[source](world)
    rows = {where: dict(row) for where, row in read.items()}
    for fault in world.faults:
        if fault.source == source and fault.kind in MENDED:
            rows[fault.place, fault.identifier][fault.field] = fault.truth
    return list(rows.values())


def _report(row: dict[str, Any], day: str, text: Any, number: Any, author: Any) -> dict[str, Any]:
    return {
        "reference": row["reference"],
        "recu_le": _day(day),
        "texte": _text(text),
        "numero": int(number) if str(number or "").isdecimal() else None,
        "latitude": _number(row["latitude"]),
        "longitude": _number(row["longitude"]),
        "priorite": row["priorite"],
        "statut": row["statut"],
        "canal": row["canal"],
        "declarant": author.strip().lower() if author else None,
    }


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("éè ", "ee_"))


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _number(value: Any) -> Decimal | None:
    """A number as French or a program writes it; None for what is none: its row is set aside."""
    text = "".join(str(value if value is not None else "").replace(",", ".").split())
    try:
        return Decimal(text) if text else None
    except ArithmeticError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _compact(value: Any) -> date | None:
    text = str(value or "")
    return _day(f"{text[:4]}-{text[4:6]}-{text[6:]}")


def _in_words(text: str | None) -> date | None:
    """« 3 juin 2024 », « 1er juin 2024 »."""
    words = (text or "").split()
    if len(words) != 3 or words[1] not in MONTHS:
        return None
    return _day(f"{words[2]}-{MONTHS.index(words[1]) + 1:02}-{int(words[0].removesuffix('er')):02}")
