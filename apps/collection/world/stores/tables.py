"""The tables of the technical services' old database: what they are, and their rows, for SQLite and PostgreSQL alike.

Written as such software writes: days as whole numbers (20241231), amounts as texts with a comma, names in French.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from apps.collection.world.handling import UNDER_WAY
from apps.collection.world.ledger import Fault, Kind, Source
from apps.collection.world.mistakes import nulled
from apps.collection.world.planting import Place, Planting, Record, plant
from apps.collection.world.story import Report, Story
from apps.collection.world.town import town
from apps.collection.world.vocabulary import vocabulary


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: its columns with their types in SQL, its primary key, and which columns refer to which table's key."""

    name: str
    told: str
    columns: dict[str, str]
    key: tuple[str, ...]
    refers: dict[str, tuple[str, str]] = field(default_factory=dict)


SERVICES = Table(
    name="services",
    told="Les services de la mairie",
    columns={"code": "TEXT NOT NULL", "libelle": "TEXT NOT NULL", "courriel": "TEXT"},
    key=("code",),
)
DISTRICTS = Table(
    name="quartiers",
    told="Les quartiers",
    columns={"code": "TEXT NOT NULL", "nom": "TEXT NOT NULL", "population": "INTEGER"},
    key=("code",),
)
STREETS = Table(
    name="voies",
    told="Les voies, chacune dans un quartier",
    columns={
        "code": "TEXT NOT NULL",
        "type_voie": "TEXT",
        "nom": "TEXT NOT NULL",
        "quartier_code": "TEXT NOT NULL",
        "longueur_m": "DOUBLE PRECISION",
        "latitude": "DOUBLE PRECISION",
        "longitude": "DOUBLE PRECISION",
    },
    key=("code",),
    refers={"quartier_code": ("quartiers", "code")},
)
AGENTS = Table(
    name="agents",
    told="Les agents, chacun dans un service",
    columns={
        "matricule": "TEXT NOT NULL",
        "prenom": "TEXT",
        "nom": "TEXT",
        "courriel": "TEXT",
        "telephone": "TEXT",
        "service_code": "TEXT NOT NULL",
        "embauche_le": "INTEGER",
    },
    key=("matricule",),
    refers={"service_code": ("services", "code")},
)
INTERVENTIONS = Table(
    name="interventions",
    told="Les interventions sur le terrain : une référence de signalement et un numéro d’ordre",
    columns={
        "reference": "TEXT NOT NULL",
        "ordre": "INTEGER NOT NULL",
        "service_code": "TEXT NOT NULL",
        "agent_matricule": "TEXT",
        "voie_code": "TEXT",
        "debut_le": "INTEGER",
        "fin_le": "INTEGER",
        "duree_h": "DOUBLE PRECISION",
        "cout": "TEXT",
        "compte_rendu": "TEXT",
    },
    key=("reference", "ordre"),
    refers={
        "service_code": ("services", "code"),
        "agent_matricule": ("agents", "matricule"),
        "voie_code": ("voies", "code"),
    },
)
# In the order in which they may be filled.
TABLES = (SERVICES, DISTRICTS, STREETS, AGENTS, INTERVENTIONS)

VIEW = "interventions_detaillees"
VIEW_QUERY = """
SELECT i.reference, i.ordre, s.libelle AS service, a.prenom || ' ' || a.nom AS agent, v.nom AS voie,
       q.nom AS quartier, i.debut_le, i.fin_le, i.duree_h, i.cout, i.compte_rendu
  FROM interventions i
  JOIN services s ON s.code = i.service_code
  LEFT JOIN agents a ON a.matricule = i.agent_matricule
  LEFT JOIN voies v ON v.code = i.voie_code
  LEFT JOIN quartiers q ON q.code = v.quartier_code
""".strip()

_ACCOUNTS = [
    "Intervention faite.",
    "Rien constaté sur place.",
    "Pièce commandée, second passage à prévoir.",
    "Mise en sécurité, balisage posé.",
    "Travail terminé, site nettoyé.",
    "Usager absent, avis de passage laissé.",
    "Confié à l’entreprise titulaire du marché.",
]


def rows_of(story: Story) -> tuple[dict[str, list[Record]], list[Fault]]:
    """The rows of each table, and the faults that were planted in them."""
    rng = story.rng("database")
    interventions = [row for report in story.reports for row in _interventions(report, rng)]
    faults = plant(interventions, _PLANTINGS, _PLACE, rng)
    return {
        SERVICES.name: [
            {"code": each.code, "libelle": each.name, "courriel": each.email} for each in vocabulary().services
        ],
        DISTRICTS.name: [
            {"code": each.code, "nom": each.name, "population": each.population} for each in town().districts
        ],
        STREETS.name: [
            {
                "code": each.code,
                "type_voie": each.kind,
                "nom": each.name,
                "quartier_code": each.district.code,
                "longueur_m": each.length,
                "latitude": round(each.latitude, 6),
                "longitude": round(each.longitude, 6),
            }
            for each in town().streets
        ],
        AGENTS.name: [
            {
                "matricule": each.number,
                "prenom": each.person.first_name,
                "nom": each.person.last_name,
                "courriel": each.person.email,
                "telephone": each.person.phone,
                "service_code": each.service.code,
                "embauche_le": _day(each.hired_on),
            }
            for each in story.agents
        ],
        INTERVENTIONS.name: interventions,
    }, faults


def values(table: Table, rows: Sequence[Record]) -> list[tuple[Any, ...]]:
    """Rows as databases take them: in the order of the columns."""
    return [tuple(row[column] for column in table.columns) for row in rows]


def _interventions(report: Report, rng: Random) -> list[Record]:
    """One to three for each report that somebody went to see."""
    went = next((step for step in report.steps if step.state == UNDER_WAY), None)
    if went is None:
        return []
    return [_intervention(report, order, went.at, rng) for order in range(1, rng.choice([1, 1, 1, 2, 2, 3]) + 1)]


def _intervention(report: Report, order: int, went_at: datetime, rng: Random) -> Record:
    begins_on = went_at.date() + timedelta(days=order - 1)
    hours = round(rng.lognormvariate(0.5, 0.7), 2)
    return {
        "reference": report.reference,
        "ordre": order,
        "service_code": report.service.code,
        "agent_matricule": report.agent.number,
        "voie_code": report.street.code,
        "debut_le": _day(begins_on),
        "fin_le": _day(begins_on + timedelta(days=rng.choice([0, 0, 0, 0, 1]))),
        "duree_h": hours,
        "cout": f"{hours * rng.randrange(35, 90):.2f}".replace(".", ","),
        "compte_rendu": rng.choice(_ACCOUNTS),
    }


def _day(day: date) -> int:
    return int(f"{day:%Y%m%d}")


_PLACE = Place(source=Source.DATABASE, key="reference", place_of=lambda row: f"interventions, ordre {row['ordre']}")
_PLANTINGS = [
    Planting(
        kind=Kind.ORPHAN_KEY, field="agent_matricule", share=0.001, plant=lambda _, rng: f"A9{rng.randrange(900):03}"
    ),
    Planting(kind=Kind.REVERSED_DATES, field="fin_le", share=0.001, plant=lambda day, rng: day - 10_000),
    Planting(
        kind=Kind.IMPOSSIBLE_DATE, field="debut_le", share=0.001, plant=lambda day, rng: day // 10_000 * 10_000 + 231
    ),
    Planting(kind=Kind.OUTLIER, field="duree_h", share=0.001, plant=lambda _, rng: rng.choice([999.0, -1.0, 8760.0])),
    Planting(kind=Kind.NUMBER_FORMAT, field="cout", share=0.005, plant=lambda cost, rng: cost.replace(",", ".")),
    Planting(kind=Kind.MISSING_VALUE, field="voie_code", share=0.003, plant=nulled),
]
