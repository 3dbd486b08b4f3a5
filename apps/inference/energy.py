"""What a piece of work costs: processor time, and energy, measured or estimated. The method always goes with the
number.

Measured, it is that of the whole processor while the work lasted, whoever else used it (RAPL counters, which Linux
shows under `powercap` where the machine has them and lets us read them). Estimated, it is the processor time of this
process and of its children, at so many watts for a busy core (TRAINING_WATTS_PER_CORE: by default 3.5, that of a vCPU
of AWS at full load in the coefficients of Cloud Carbon Footprint). Memory, disks, cooling and the making of the machine
are in neither.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.numbers import format_number

POWERCAP = Path("/sys/class/powercap")
RAPL = "rapl"
ESTIMATED = "cpu"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """`method` is `rapl`, or `cpu` and the watts of a core, as `cpu 3.5`: see `method_told`."""

    cpu_seconds: float
    joules: float
    method: str


@dataclass(frozen=True, kw_only=True)
class Meter:
    """What had been used when the work began."""

    cpu_seconds: float
    counters: dict[Path, int]

    @classmethod
    def start(cls, folder: Path = POWERCAP) -> Self:
        return cls(cpu_seconds=_cpu_seconds(), counters=_counters(folder))

    def cost(self) -> Cost:
        """What was used since."""
        cpu_seconds = _cpu_seconds() - self.cpu_seconds
        joules = self._measured()
        if joules is not None:
            return Cost(cpu_seconds=cpu_seconds, joules=joules, method=RAPL)
        watts = settings.TRAINING_WATTS_PER_CORE
        return Cost(cpu_seconds=cpu_seconds, joules=cpu_seconds * watts, method=f"{ESTIMATED} {watts:g}")

    def _measured(self) -> float | None:
        """None if the counters cannot be read, now or when the work began."""
        if not self.counters:
            return None
        used = 0
        for path, before in self.counters.items():
            now, largest = _read(path), _read(path.with_name("max_energy_range_uj"))
            if now is None:
                return None
            # A counter that is full begins again at zero.
            used += now - before if now >= before else now - before + (largest or 0)
        return used / 1e6


def method_told(method: str) -> str:
    """How the energy was told, in the language of the moment."""
    if method == RAPL:
        return _("Measured by the counters of the processor (RAPL), whoever else used it meanwhile.")
    if method.startswith(f"{ESTIMATED} "):
        watts = method.removeprefix(f"{ESTIMATED} ")
        return _("Estimated: processor time, at %(watts)s W for a busy core.") % {"watts": format_number(float(watts))}
    return method


def _cpu_seconds() -> float:
    """The processor time of this process and of its children that ended."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def _counters(folder: Path) -> dict[Path, int]:
    """The counters of each processor, in microjoules; those of its parts (`intel-rapl:0:1`) are in them already."""
    paths = (each / "energy_uj" for each in sorted(folder.glob("intel-rapl:*")) if each.name.count(":") == 1)
    return {path: value for path in paths if (value := _read(path)) is not None}


def _read(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
