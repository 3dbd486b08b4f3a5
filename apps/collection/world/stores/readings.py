"""The lake of the sensors: Parquet, one folder for each month (year=2024/month=03), columns as sensors send them."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.collection.world import label
from apps.collection.world.ledger import Fault, Kind, Source
from apps.collection.world.story import BEGINNING, END, Story
from apps.collection.world.town import Street, town

if TYPE_CHECKING:
    import numpy as np

# Engines skip files whose name begins so, where another text would be taken for Parquet.
README = "_LISEZMOI.txt"
_FULL_SCALE = 24_000
_STEPS_H = (1, 2, 3, 4, 6, 8, 12, 24)
_CORRUPT_A_MONTH = 4


@dataclass(frozen=True, kw_only=True)
class Sensor:
    code: str
    measure: str
    unit: str
    street: Street


# What is measured, its unit, how many sensors there are.
_MEASURES = (("bruit", "dB(A)", 7), ("temperature", "°C", 6), ("pluie", "mm", 4), ("remplissage", "%", 8))


def sensors() -> list[Sensor]:
    streets = town().streets
    kinds = [(measure, unit) for measure, unit, count in _MEASURES for _ in range(count)]
    return [
        Sensor(code=f"C{number:03}", measure=measure, unit=unit, street=streets[number * 5 % len(streets)])
        for number, (measure, unit) in enumerate(kinds, start=1)
    ]


def write_readings(story: Story, folder: Path) -> list[Fault]:
    """Write the partitions below `folder`, and tell their faults: one reading an hour and a sensor at full scale."""
    import numpy as np

    rng = np.random.default_rng(story.rng("readings").getrandbits(64))
    step = next((each for each in _STEPS_H if each * story.scale >= _FULL_SCALE), _STEPS_H[-1])
    folder.mkdir(parents=True)
    (folder / README).write_text(_readme(), encoding="utf-8")
    faults = []
    for first in _months():
        faults += _write_month(folder, first, step, rng)
    return faults


def _months() -> list[date]:
    count = (END.year - BEGINNING.year) * 12 + END.month - BEGINNING.month
    numbers = [BEGINNING.month - 1 + each for each in range(count)]
    return [date(BEGINNING.year + number // 12, number % 12 + 1, 1) for number in numbers]


def _write_month(folder: Path, first: date, step: int, rng: "np.random.Generator") -> list[Fault]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    days = ((first + timedelta(days=31)).replace(day=1) - first).days
    hours = np.arange(0, days * 24, step)
    instants = np.datetime64(first, "ms") + hours.astype("timedelta64[h]")
    known = sensors()
    values = np.concatenate([_measured(sensor.measure, first.month, hours, step, rng) for sensor in known]).round(2)
    partition = f"year={first.year}/month={first.month:02}"
    codes = np.repeat([sensor.code for sensor in known], len(hours))
    at = np.tile(instants, len(known))
    faults = _corrupt(values, codes, at, partition, rng)
    table = pa.table(
        {
            "capteur": pa.array(codes),
            "grandeur": _repeated([sensor.measure for sensor in known], len(hours)),
            "unite": _repeated([sensor.unit for sensor in known], len(hours)),
            "voie_code": _repeated([sensor.street.code for sensor in known], len(hours)),
            "releve_le": pa.array(at, pa.timestamp("ms", tz="UTC")),
            "valeur": pa.array(values, pa.float64()),
            "batterie": pa.array(rng.integers(20, 101, len(values)), pa.int16()),
        }
    ).replace_schema_metadata({"mention": label.MENTION})
    place = folder / partition
    place.mkdir(parents=True)
    pq.write_table(table, place / "part-0.parquet", compression="zstd")
    return faults


def _repeated(words: list[str], times: int) -> Any:
    import numpy as np
    import pyarrow as pa

    return pa.array(np.repeat(words, times))


def _measured(
    measure: str, month: int, hours: "np.ndarray[Any, Any]", step: int, rng: "np.random.Generator"
) -> "np.ndarray[Any, Any]":
    """One sensor's month, in the unit of its measure: noise follows the day, rain the season, bins the collection."""
    import numpy as np

    values: np.ndarray[Any, Any]
    hour, shake = hours % 24, rng.normal(0, 1, len(hours))
    summer = math.cos((month - 7) / 12 * 2 * math.pi)
    match measure:
        case "bruit":
            values = 52 + 9 * np.sin((hour - 8) / 24 * 2 * np.pi) + 2 * summer * (hour >= 20) + 3 * shake
        case "temperature":
            values = 12 + 8 * summer + 4 * np.sin((hour - 9) / 24 * 2 * np.pi) + 2 * shake
        case "pluie":
            values = rng.gamma(0.6, 1.8, len(hours)) * (rng.random(len(hours)) < 0.14 - 0.05 * summer) * step
        case _:  # a bin, emptied every third day
            values = np.clip((hours % 72) * 1.35 + rng.uniform(0, 12) + 2 * shake, 0, 100)
    return values


def _corrupt(
    values: "np.ndarray[Any, Any]", codes: Any, at: Any, partition: str, rng: "np.random.Generator"
) -> list[Fault]:
    """A few readings of a sensor that fails: its own mark, a peak, no number."""
    faults = []
    for index in sorted(rng.choice(len(values), _CORRUPT_A_MONTH, replace=False).tolist()):
        served = float(rng.choice([-999.0, 9999.0, float("nan")]))
        faults.append(
            Fault(
                kind=Kind.MISSING_VALUE if math.isnan(served) else Kind.OUTLIER,
                source=Source.LAKE,
                place=partition,
                identifier=f"{codes[index]}@{_iso(at[index])}",
                field="valeur",
                served=str(served),
                truth=str(float(values[index])),
            )
        )
        values[index] = served
    return faults


def _iso(at: "np.datetime64") -> str:
    return f"{datetime.fromtimestamp(at.astype('int64') / 1000, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"


def _readme() -> str:
    return (
        f"{label.MENTION}\n\n"
        "Relevés de capteurs : capteur, grandeur (bruit, temperature, pluie, remplissage), unite, voie_code (table\n"
        "« voies »), releve_le (UTC), valeur, batterie (%). Partitions year=/month=.\n"
    )
