"""Building a version: read the collected segments, apply the recipe, judge at the gate, publish.

A build is claimed by a lease, so one process at a time works on it. What it reads is pinned when it first starts. It
keeps nothing between two attempts: its files have names of their own, which it writes again, and its table appears with
its version or not at all. So a process may die at any instruction, and another begins again.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.collection.models import Run, Segment, Source
from apps.core import lake
from apps.core.gates import Verdict
from apps.core.leases import Held, Lease
from apps.core.work import carry_out
from apps.datasets.enums import BuildPhase, BuildState
from apps.datasets.exceptions import CleaningCancelled, RecipeRefused
from apps.datasets.failures import NoRoom, RecipeBroken, SegmentsDamaged, SegmentsGone, Unexpected
from apps.datasets.judging import Tally, judge
from apps.datasets.models import Build
from apps.datasets.publishing import Snapshot, folder_of, is_published_already, publish
from apps.datasets.recipes.document import Recipe
from apps.datasets.retention import forget_rows

CANCEL_IS_LOOKED_AT_EVERY_S = 1.0

OnProgress: TypeAlias = Callable[[Build], None]


def build(*, build_id: int, on_progress: OnProgress | None = None) -> Build | None:
    """Make a waiting build, to its end. None if it is another's, or became so.

    What goes wrong is written in the build, not raised (see `core.work`).
    """

    def do(lease: Lease[Build], held: Held) -> dict[str, Any]:
        try:
            return _Building(lease=lease, held=held, on_progress=on_progress).make()
        except CleaningCancelled:
            return {"state": BuildState.CANCELLED}
        except RecipeRefused as error:
            raise RecipeBroken(reason=str(error)) from error

    done = carry_out(Build.objects.waiting(), build_id, do=do, unexpected=Unexpected, no_room=NoRoom)
    if done and done.snapshot and done.state != BuildState.PUBLISHED:
        forget_rows(done)
    return done


@dataclass(kw_only=True)
class _Building:
    """One process at work on one build."""

    lease: Lease[Build]
    held: Held
    on_progress: OnProgress | None
    looked_at: float = 0.0

    @property
    def row(self) -> Build:
        return self.lease.row

    def make(self) -> dict[str, Any]:
        """Every phase in turn. Raises CleaningCancelled if somebody asked for it to stop."""
        self._enter(BuildPhase.READ)
        runs = self._pinned()
        self._enter(BuildPhase.CLEAN)
        snapshot = self._clean(runs)
        self._enter(BuildPhase.CHECK)
        verdict = self._judge()
        if not verdict.is_open:
            return {"state": BuildState.HELD}
        if is_published_already(self.row, snapshot=snapshot.rows):
            return {"state": BuildState.UNCHANGED}
        self._enter(BuildPhase.LOAD)
        publish(lease=self.lease, snapshot=snapshot)
        return {"state": BuildState.PUBLISHED}

    def _enter(self, phase: BuildPhase) -> None:
        """Say where the build is. Between two phases is where it stops if it must."""
        self.looked_at = 0.0
        if self._must_stop():
            raise CleaningCancelled(_("The build was cancelled."))
        self._note(phase=phase)
        if self.on_progress:
            self.on_progress(self.row)

    def _note(self, **changes: Any) -> None:
        """Write this on the build, which is ours."""
        with transaction.atomic():
            held = self.lease.lock()
            for name, value in changes.items():
                setattr(held, name, value)
                setattr(self.row, name, value)
            held.save(update_fields=list(changes))

    def _pinned(self) -> list[Run]:
        """The runs that this build reads: those of its first attempt, or those that the source holds now."""
        if self.row.started_at is None:
            source = Source.objects.filter(slug=self.row.recipe["source"]).first()
            with transaction.atomic():
                self._note(started_at=timezone.now())
                self.row.runs.set(source.feeding_runs() if source else ())
        runs = list(self.row.runs.order_by("pk"))
        if not runs or any(run.segments_deleted_at for run in runs):
            raise SegmentsGone
        return runs

    def _clean(self, runs: list[Run]) -> Snapshot:
        """Apply the recipe to what was collected; what passes and what does not are written in the lake, apart."""
        from apps.datasets import engine

        landed = list(Segment.objects.filter(run__in=runs).order_by("run", "part", "seq"))
        if not landed:
            raise SegmentsGone
        folder = folder_of(self.row)
        with (
            _reading_all(landed) as segments,
            lake.writing(f"{folder}/rows.parquet") as rows,
            lake.writing(f"{folder}/rejects.parquet") as rejects,
        ):
            cleaned = engine.clean(
                recipe=Recipe.from_document(self.row.recipe),
                schema=self.row.pinned_schema,
                segments=segments,
                rows_to=rows.path,
                rejects_to=rejects.path,
                merge_on=_key_of(runs),
                should_stop=self._must_stop,
            )
        self._note(
            rows_in=cleaned.rows_in,
            rows_kept=cleaned.rows_kept,
            rows_rejected=cleaned.rows_rejected,
            reasons=[{"code": each.code, "column": each.column, "count": each.count} for each in cleaned.reasons],
            sql=cleaned.sql,
            snapshot=rows.stored.name,
            rejects=rejects.stored.name,
        )
        return Snapshot(rows=rows.stored, rejects=rejects.stored)

    def _judge(self) -> Verdict:
        current = self.row.dataset.current_version
        reasons: dict[str, int] = {}
        for each in self.row.reasons:
            reasons[each["code"]] = reasons.get(each["code"], 0) + each["count"]
        verdict = judge(
            tally=Tally(kept=self.row.rows_kept, rejected=self.row.rows_rejected, reasons=reasons),
            schema=self.row.pinned_schema,
            max_rejected_share=self.row.dataset.max_rejected_share,
            rows_before=current.rows if current else None,
            now=timezone.now(),
        )
        self._note(verdict=verdict.as_json())
        return verdict

    def _must_stop(self) -> bool:
        """Whether somebody asked for it. Raises LeaseLost if another process works on the build now."""
        self.held.check()
        if monotonic() - self.looked_at < CANCEL_IS_LOOKED_AT_EVERY_S:
            return False
        self.looked_at = monotonic()
        return bool(Build.objects.filter(pk=self.row.pk).exclude(cancel_requested_at=None).exists())


def _key_of(runs: list[Run]) -> list[str]:
    """The columns by which what several runs bring is merged: those that the last of them that had some pinned."""
    if len(runs) < 2:
        return []
    return next((list(run.plan["key"]) for run in reversed(runs) if run.plan.get("key")), [])


@contextmanager
def _reading_all(segments: list[Segment]) -> Iterator[list[Path]]:
    """Local paths to read these segments at. Raises SegmentsGone if one is not there, SegmentsDamaged if it changed."""
    with ExitStack() as stack:
        try:
            paths = [stack.enter_context(lake.reading(segment.name)) for segment in segments]
        except FileNotFoundError as error:
            raise SegmentsGone from error
        for segment, path in zip(segments, paths, strict=True):
            with path.open("rb") as file:
                if file_digest(file, "sha256").hexdigest() != segment.sha256:
                    raise SegmentsDamaged(file=segment.name)
        yield paths
