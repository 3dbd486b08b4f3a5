"""What the commands that make versions share: a build done in this process, told phase by phase."""

from django.core.management.base import BaseCommand

from apps.datasets.building import build
from apps.datasets.enums import BuildPhase, BuildState
from apps.datasets.models import Build
from apps.datasets.telling import failure_of, verdict_of

# Readers have the rows of these.
PUBLISHED = frozenset({BuildState.PUBLISHED, BuildState.UNCHANGED})


class BuildingCommand(BaseCommand):
    def build(self, row: Build) -> BuildState | None:
        """Do this build and tell of it, by the name of the dataset; what became of it, None if it is another's."""
        slug = row.dataset.slug

        def tell(now: Build) -> None:
            self.stderr.write(f"{slug}: {BuildPhase(now.phase).label.lower()}…")

        done = build(build_id=row.pk, on_progress=tell)
        if done is None:
            self.stderr.write(f"{slug}: another process builds it.")
            return None
        version = f", version {done.version.number}" if done.state == BuildState.PUBLISHED else ""
        self.stdout.write(f"{slug}: {done.state}{version}, {done.rows_kept} rows, {done.rows_rejected} rejected.")
        if done.state not in PUBLISHED:
            self.explain_build(done)
        return BuildState(done.state)

    def explain_build(self, done: Build) -> None:
        if failure := failure_of(done):
            self.stderr.write(f"{failure.title}. {failure.advice}")
        if verdict := verdict_of(done):
            for check in verdict.blocking:
                self.stderr.write(f"{check.name}: {check.measured} (expected: {check.expected}). {check.message}")
