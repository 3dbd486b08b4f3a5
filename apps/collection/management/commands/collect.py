"""Collect from a terminal: the twin of the tasks `collect_run` and `start_waiting_runs`."""

from collections.abc import Iterator
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from apps.collection.collecting import collect
from apps.collection.enums import RunState, Trigger
from apps.collection.models import Run, Source
from apps.collection.requesting import request_run
from apps.collection.telling import failure_of, verdict_of
from apps.core.errors import RuleViolation

PROGRESS_EVERY_S = 1.0


class Command(BaseCommand):
    help = (
        "Collect sources now, in this process, and wait for the end. "
        "Fails if a run fails, is held at its gate, or cannot be asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="source", help="identifiers of open sources")
        parser.add_argument("--missing", action="store_true", help="open sources that were never collected")
        parser.add_argument("--waiting", action="store_true", help="runs that wait for a worker")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, slugs: list[str], missing: bool, waiting: bool, **options: Any) -> None:
        if not (slugs or missing or waiting):
            raise CommandError("Name sources, or use --missing or --waiting.")
        self.faults: list[str] = []
        for run in self.runs(slugs, missing=missing, waiting=waiting):
            self.collect(run)
        if self.faults:
            raise CommandError("Not collected: " + ", ".join(self.faults))

    def runs(self, slugs: list[str], *, missing: bool, waiting: bool) -> Iterator[Run]:
        """The runs to do, each asked for when its turn comes."""
        sources = {source.slug: source for source in Source.objects.filter(slug__in=slugs)}
        if unknown := [slug for slug in slugs if slug not in sources]:
            raise CommandError("No such source: " + ", ".join(unknown))
        wanted = [sources[slug] for slug in slugs]
        if missing:
            wanted += [source for source in Source.objects.open().never_run() if source.slug not in sources]
        if waiting:
            yield from Run.objects.waiting().select_related("source")
        for source in wanted:
            try:
                yield request_run(source=source, by=None, trigger=Trigger.COMMAND)
            except RuleViolation as refusal:
                self.stderr.write(f"{source.slug}: {refusal.message}")
                self.faults.append(source.slug)

    def collect(self, run: Run) -> None:
        slug, told_at = run.source.slug, monotonic()

        def tell(now: Run) -> None:
            nonlocal told_at
            if monotonic() - told_at >= PROGRESS_EVERY_S:
                told_at = monotonic()
                self.stderr.write(f"{slug}: {now.rows_kept} rows, {now.rows_rejected} rejected…")

        done = collect(run_id=run.pk, on_progress=tell)
        if done is None:
            self.stderr.write(f"{slug}: another process collects it.")
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
