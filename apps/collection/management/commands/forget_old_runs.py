"""The twin of the task `forget_old_runs`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from apps.collection.retention import forget_old_runs


class Command(BaseCommand):
    help = (
        "Delete the collected files and rejected records past the retention of their source, and the received files "
        "that nothing uses. Counts only, unless --write."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="delete them")

    def handle(self, *args: Any, **options: Any) -> None:
        forgotten = forget_old_runs(now=timezone.now(), dry_run=not options["write"])
        done = "deleted" if options["write"] else "to delete (run with --write)"
        self.stdout.write(f"{forgotten.runs} runs and {forgotten.files} received files {done}.")
