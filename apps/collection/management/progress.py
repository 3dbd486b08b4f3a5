"""How far a run is, in a terminal: a bar that stays on its line, or lines where nobody looks."""

from dataclasses import dataclass, field
from shutil import get_terminal_size
from time import monotonic

from django.core.management.base import OutputWrapper

from apps.collection.models import Run
from apps.collection.standing import read_share

LINE_EVERY_S = 1.0
BAR_EVERY_S = 0.1
BAR_CELLS = 24
FULL, EMPTY = "█", "░"
CLEAR = "\r\x1b[K"


@dataclass(kw_only=True)
class Progress:
    """Told of a run after each batch; says it no more often than people read."""

    out: OutputWrapper
    name: str
    started_at: float = field(default_factory=monotonic)
    told_at: float = field(default_factory=monotonic)

    @property
    def is_bar(self) -> bool:
        return self.out.isatty()

    def tell(self, run: Run) -> None:
        now = monotonic()
        if now - self.told_at < (BAR_EVERY_S if self.is_bar else LINE_EVERY_S):
            return
        self.told_at = now
        if self.is_bar:
            said = bar(run, name=self.name, elapsed_s=now - self.started_at)
            self.out.write(CLEAR + said[: get_terminal_size().columns - 1], ending="")
            self.out.flush()
        else:
            self.out.write(f"{self.name}: {run.rows_kept} rows, {run.rows_rejected} rejected…")

    def clear(self) -> None:
        """Leave the line to what is said next."""
        if self.is_bar:
            self.out.write(CLEAR, ending="")
            self.out.flush()


def bar(run: Run, *, name: str, elapsed_s: float) -> str:
    """`towns ████████░░░░░░░░ 50 %  1200 rows, 3 rejected, 400 rows/s, 3 s left`; less where less is known."""
    counts = f"{run.rows_kept} rows, {run.rows_rejected} rejected"
    if elapsed_s > 0:
        counts += f", {run.rows_read / elapsed_s:.0f} rows/s"
    share = read_share(run)
    if share is None:
        return f"{name}  {counts}"
    done = round(share * BAR_CELLS)
    left = f", {elapsed_s * (1 - share) / share:.0f} s left" if share else ""
    return f"{name} {FULL * done}{EMPTY * (BAR_CELLS - done)} {share:4.0%}  {counts}{left}"
