"""What the commands that collect share: doing a run in this process to its end, and saying what came of it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from apps.collection.collecting import collect
from apps.collection.enums import RunState
from apps.collection.helping import helpers
from apps.collection.management.progress import Progress
from apps.collection.models import Run
from apps.collection.telling import failure_of, verdict_of


class CollectingCommand(BaseCommand):
    """A command that does runs, one after the other; `faults` are the sources whose run did not pass."""

    stderr: OutputWrapper

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.faults: list[str] = []

    def collect(self, run: Run) -> None:
        slug = run.source.slug
        progress = Progress(out=self.stderr, name=slug)
        with helpers(run.pk) as ask_for_help:
            done = collect(run_id=run.pk, on_progress=progress.tell, ask_for_help=ask_for_help)
        progress.clear()
        if done is None:
            self.stderr.write(f"{slug}: another process collects it, or it waits for later.")
            self.faults.append(slug)
            return
        self.stdout.write(f"{slug}: {done.state}, {done.rows_kept} rows, {done.rows_rejected} rejected.")
        if done.state != RunState.SUCCEEDED:
            self.faults.append(slug)
            self.explain(done)

    def explain(self, run: Run) -> None:
        if failure := failure_of(run):
            self.stderr.write(f"{failure.title}. {failure.advice}")
        if verdict := verdict_of(run):
            for check in verdict.blocking:
                self.stderr.write(f"{check.name}: {check.measured} (expected: {check.expected}). {check.message}")

    def complain(self) -> None:
        """Raises CommandError if a run did not pass."""
        if self.faults:
            raise CommandError("Not collected: " + ", ".join(self.faults))
