"""Building a version: read the collected segments, apply the recipes, judge at the gate, publish.

A build is claimed by a lease, so one process at a time works on it. What it reads is pinned when it first starts. It
keeps nothing between two attempts: its files have names of their own, which it writes again, and its tables appear with
its version or not at all. So a process may die at any instruction, and another begins again.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import lake
from apps.core.gates import Verdict
from apps.core.lake import Stored
from apps.core.leases import Held, Lease
from apps.core.work import carry_out
from apps.datasets.design import in_order_of_making
from apps.datasets.enums import BuildMode, BuildPhase, BuildState, Engine
from apps.datasets.examining import examine
from apps.datasets.exceptions import CleaningCancelled, RecipeRefused
from apps.datasets.failures import NoRoom, RecipeBroken, Unexpected
from apps.datasets.inputs import pseudonym_key, read_now, reading, reading_base, reading_before
from apps.datasets.judging import judge
from apps.datasets.models import Build, BuildOutput, Version
from apps.datasets.planning import why_full
from apps.datasets.publishing import is_published_already, publish
from apps.datasets.recipes.document import Recipe
from apps.datasets.restoring import copy_files, outputs_of, told_of
from apps.datasets.retention import forget_rows
from apps.datasets.schema import EntitySchema
from apps.datasets.snapshots import Snapshot, folder_of

if TYPE_CHECKING:
    from apps.datasets.engine import Cleaning, Landed

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
    if done and done.state != BuildState.PUBLISHED:
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
        if self.row.restores:
            self._enter(BuildPhase.COPY)
            return self._publish(self._copy(self.row.restores))
        self._enter(BuildPhase.READ)
        self._pin()
        self._enter(BuildPhase.CLEAN)
        snapshots = self._clean()
        self._enter(BuildPhase.CHECK)
        verdict = self._judge(snapshots)
        if not verdict.is_open:
            return {"state": BuildState.HELD}
        if is_published_already(self.row, snapshots=snapshots):
            return {"state": BuildState.UNCHANGED}
        return self._publish(snapshots)

    def _publish(self, snapshots: Sequence[Snapshot]) -> dict[str, Any]:
        self._enter(BuildPhase.LOAD)
        publish(lease=self.lease, snapshots=snapshots)
        return {"state": BuildState.PUBLISHED}

    def _enter(self, phase: BuildPhase) -> None:
        """Say where the build is. Between two phases is where it stops if it must."""
        self.looked_at = 0.0
        if self._must_stop():
            raise CleaningCancelled(_("The build was cancelled."))
        self.lease.note(phase=phase)
        if self.on_progress:
            self.on_progress(self.row)

    def _pin(self) -> None:
        """What this build reads is what was there when it was first tried."""
        if self.row.started_at is not None:
            return
        recipes = self._recipes()
        runs, versions = read_now(recipes)
        received = self.row.dataset.receipts.last_numbers()
        current = self.row.dataset.current_version
        if current and any(recipe.mode == BuildMode.UPSERT for recipe in recipes.values()):
            versions.append(current)
        self.row.engine = Engine(settings.DATASET_ENGINE)
        why = why_full(self.row, current, runs)
        with transaction.atomic():
            self.lease.note(
                started_at=timezone.now(),
                received=received,
                engine=self.row.engine,
                base=None if why else current,
                full_because=why or "",
            )
            self.row.runs.set(runs)
            self.row.read_versions.set(versions)

    def _copy(self, version: Version) -> list[Snapshot]:
        """Take the files of this version again, and what was told of them."""
        self.lease.note(started_at=self.row.started_at or timezone.now())
        snapshots = copy_files(self.row, should_stop=self._must_stop)
        with transaction.atomic():
            self.lease.note(**told_of(version))
            self.row.outputs.all().delete()
            BuildOutput.objects.bulk_create(outputs_of(self.row, version, snapshots))
        return snapshots

    def _clean(self) -> list[Snapshot]:
        """Apply the recipes to what is pinned; what passes and what does not are written in the lake, apart."""
        from apps.datasets import engine

        schema = self.row.pinned_schema
        recipes = self._recipes()
        folder = folder_of(self.row)
        with ExitStack() as stack:
            read = stack.enter_context(reading(self.row, recipes))
            drafts = {
                name: tuple(
                    stack.enter_context(lake.writing(f"{folder}/{name}{kind}.parquet")) for kind in ("", ".rejects")
                )
                for name in schema.names
            }
            cleaning = engine.clean(
                makings=[
                    engine.Making(
                        schema=schema.entity(name),
                        rows_to=drafts[name][0].path,
                        rejects_to=drafts[name][1].path,
                        **self._inputs(stack, recipes[name], schema.entity(name), read),
                    )
                    for name in in_order_of_making(recipes)
                ],
                others={name: read[name] for recipe in recipes.values() for name in recipe.needs if name in read},
                pseudonym_key=pseudonym_key(self.row.dataset.slug),
                engine=Engine(self.row.engine),
                should_stop=self._must_stop,
            )
        self._record(cleaning, {name: (rows.stored, rejects.stored) for name, (rows, rejects) in drafts.items()})
        counts = {each.entity: each.counts for each in cleaning.entities}
        return [
            Snapshot(entity=name, count=counts[name].kept, rows=rows.stored, rejects=rejects.stored)
            for name, (rows, rejects) in drafts.items()
        ]

    def _inputs(
        self, stack: ExitStack, recipe: Recipe, schema: EntitySchema, read: "Mapping[str, Landed]"
    ) -> dict[str, Any]:
        """The recipe of an entity and what it reads, the version before last if it is to be updated."""
        inputs = tuple(read[each.name] for each in recipe.inputs)
        if recipe.mode == BuildMode.UPSERT:
            before = stack.enter_context(reading_before(self.row, schema.name, schema.names))
            if before:
                return {"recipe": recipe.after(schema.names), "inputs": (*inputs, before), "is_update": True}
            return {"recipe": recipe, "inputs": inputs}
        return {"recipe": recipe, "inputs": inputs, "base": stack.enter_context(reading_base(self.row, schema.name))}

    def _record(self, cleaning: "Cleaning", files: Mapping[str, tuple[Stored, Stored]]) -> None:
        """Write what came of each entity, in place of what another attempt did."""
        counts = [each.counts for each in cleaning.entities]
        outputs, recipes = [], self._recipes()
        for cleaned in cleaning.entities:
            rows, rejects = files[cleaned.entity]
            inputs = recipes[cleaned.entity].inputs
            outputs.append(
                BuildOutput(
                    build=self.row,
                    position=list(files).index(cleaned.entity),
                    entity=cleaned.entity,
                    rows_in=cleaned.counts.read,
                    rows_kept=cleaned.counts.kept,
                    rows_rejected=cleaned.counts.rejected,
                    rows_left_out=cleaned.counts.left_out,
                    reasons=[
                        {"code": each.code, "column": each.column, "count": each.count} for each in cleaned.reasons
                    ],
                    update=asdict(cleaned.update) if cleaned.update else None,
                    inputs=[
                        {"name": each.title, **asdict(counted)}
                        for each, counted in zip(inputs, cleaned.by_input, strict=True)
                    ],
                    snapshot=rows.name,
                    rejects=rejects.name,
                )
            )
        with transaction.atomic():
            self.lease.note(
                rows_in=sum(each.read for each in counts),
                rows_kept=sum(each.kept for each in counts),
                rows_rejected=sum(each.rejected for each in counts),
                rows_left_out=sum(each.left_out for each in counts),
                sql=cleaning.sql,
            )
            self.row.outputs.all().delete()
            BuildOutput.objects.bulk_create(outputs)

    def _judge(self, snapshots: Sequence[Snapshot]) -> Verdict:
        entities, sql = examine(
            build=self.row, snapshots=snapshots, recipes=self._recipes(), should_stop=self._must_stop
        )
        verdict = judge(entities=entities, max_rejected_share=self.row.dataset.max_rejected_share, now=timezone.now())
        self.lease.note(verdict=verdict.as_json(), sql="\n\n".join(filter(None, [self.row.sql, sql])))
        return verdict

    def _recipes(self) -> dict[str, Recipe]:
        return {name: Recipe.from_document(document) for name, document in self.row.recipes.items()}

    def _must_stop(self) -> bool:
        """Whether somebody asked for it. Raises LeaseLost if another process works on the build now."""
        self.held.check()
        if monotonic() - self.looked_at < CANCEL_IS_LOOKED_AT_EVERY_S:
            return False
        self.looked_at = monotonic()
        return bool(Build.objects.filter(pk=self.row.pk).exclude(cancel_requested_at=None).exists())
