"""The town: its districts, its streets, where they are. It is the same whatever the seed.

No department bears the number 96, and the coordinates are in the Bay of Biscay: nobody lives there.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from apps.collection.world.vocabulary import read_words

TOWN = "Brumeval-sur-Aune"
POSTCODE = "96420"
INSEE_CODE = "96042"
LATITUDE, LONGITUDE = 46.4, -5.2
# Half of the town's width, in degrees.
SPREAD = 0.03

_MASCULINE = {"boulevard", "chemin", "quai", "square", "passage"}
_STREETS_A_DISTRICT = 14


@dataclass(frozen=True, kw_only=True)
class District:
    code: str
    name: str
    population: int
    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True)
class Street:
    """A street; lengths in metres. `number` of a house grows along it, from one end to the other."""

    code: str
    kind: str
    name: str
    district: District
    length: float
    latitude: float
    longitude: float
    lean: float

    @property
    def with_article(self) -> str:
        if self.kind[0] in "aiou":
            return f"l'{self.name}"
        return f"le {self.name}" if self.kind in _MASCULINE else f"la {self.name}"

    @property
    def with_of(self) -> str:
        return f"du {self.name}" if self.kind in _MASCULINE else f"de {self.with_article}"

    def position(self, number: int) -> tuple[float, float]:
        """Latitude and longitude in front of a house, six digits: about ten centimetres."""
        along = (number * 6 - self.length / 2) / 111_000
        return round(self.latitude + along * self.lean, 6), round(self.longitude + along * (1 - abs(self.lean)), 6)


@dataclass(frozen=True, kw_only=True)
class Town:
    districts: tuple[District, ...]
    streets: tuple[Street, ...]


@cache
def town() -> Town:
    words = read_words("town")
    rng = Random(TOWN)  # noqa: S311 -- invents a town, protects nothing
    districts = tuple(_district(rng, index, name) for index, name in enumerate(words["districts"]))
    seen: set[str] = set()
    streets: list[Street] = []
    while len(streets) < len(districts) * _STREETS_A_DISTRICT:
        kind, name = rng.choice(words["kinds"]), rng.choice(words["names"])
        if f"{kind} {name}" not in seen:
            seen.add(f"{kind} {name}")
            streets.append(_street(rng, len(streets), kind, name, districts[len(streets) % len(districts)]))
    return Town(districts=districts, streets=tuple(streets))


def _district(rng: Random, index: int, name: str) -> District:
    return District(
        code=f"Q{index + 1:02}",
        name=name,
        population=rng.randrange(1800, 7200, 10),
        latitude=LATITUDE + rng.uniform(-SPREAD, SPREAD) * 0.7,
        longitude=LONGITUDE + rng.uniform(-SPREAD, SPREAD) * 0.7,
    )


def _street(rng: Random, index: int, kind: str, name: str, district: District) -> Street:
    return Street(
        code=f"V{index + 1:04}",
        kind=kind,
        name=f"{kind} {name}",
        district=district,
        length=float(rng.randrange(60, 900)) + 0.5,
        latitude=district.latitude + rng.uniform(-0.005, 0.005),
        longitude=district.longitude + rng.uniform(-0.005, 0.005),
        lean=round(rng.uniform(-1, 1), 3),
    )
