"""What servers cost the processor, from the kernel's counts."""

from collections.abc import Iterable

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    main = psutil.Process(pid)
    return [main, *main.children(recursive=True)]


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)
