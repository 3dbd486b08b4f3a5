"""Collect from a terminal: the twin of the tasks `collect_run` and `start_waiting_runs`."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser, no_translations

from apps.collection.enums import Trigger
from apps.collection.management.collecting import CollectingCommand
from apps.collection.models import Run, Source
from apps.collection.requesting import request_run
from apps.collection.tasks import hand_out
from apps.core.errors import RuleViolation


class Command(CollectingCommand):
    help = (
        "Collect sources now, in this process, and wait for the end; or ask workers to (--ask). "
        "Fails if a run fails, is held at its gate, or cannot be asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="source", help="identifiers of open sources")
        parser.add_argument("--missing", action="store_true", help="open sources that were never collected")
        parser.add_argument("--waiting", action="store_true", help="runs that wait for a worker")
        parser.add_argument("--ask", action="store_true", help="ask for them and leave: workers do them")
        parser.add_argument("--full", action="store_true", help="everything, also where only what is new is read")
        parser.add_argument("--since", default="", help="a backfill: from this value of the cursor of the source on")
        parser.add_argument("--until", default="", help="a backfill: up to this value, included")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(
        self,
        *args: Any,
        slugs: list[str],
        missing: bool,
        waiting: bool,
        ask: bool,
        full: bool,
        since: str,
        until: str,
        **options: Any,
    ) -> None:
        if not (slugs or missing or waiting):
            raise CommandError("Name sources, or use --missing or --waiting.")
        if full and (since or until):
            raise CommandError("Either everything is read, or what is between two values: choose.")
        if (full or since or until) and not slugs:
            raise CommandError("Name the sources of which something else than usual is to be read.")
        wanted: dict[str, Any] = {"is_full": full, "since": since, "until": until}
        for run in self.runs(slugs, missing=missing, waiting=waiting, wanted=wanted):
            if ask:
                hand_out(run)
                self.stdout.write(f"{run.source.slug}: asked for.")
            else:
                self.collect(run)
        self.complain()

    def runs(self, slugs: list[str], *, missing: bool, waiting: bool, wanted: dict[str, Any]) -> Iterator[Run]:
        """The runs to do, each asked for when its turn comes; `wanted` is what is read of the sources named."""
        sources = {source.slug: source for source in Source.objects.filter(slug__in=slugs)}
        if unknown := [slug for slug in slugs if slug not in sources]:
            raise CommandError("No such source: " + ", ".join(unknown))
        asked = [(sources[slug], wanted) for slug in slugs]
        if missing:
            asked += [(source, {}) for source in Source.objects.open().never_run() if source.slug not in sources]
        if waiting:
            yield from Run.objects.waiting().select_related("source")
        for source, what in asked:
            try:
                yield request_run(source=source, by=None, trigger=Trigger.COMMAND, **what)
            except RuleViolation as refusal:
                self.stderr.write(f"{source.slug}: {refusal.message}")
                self.faults.append(source.slug)
