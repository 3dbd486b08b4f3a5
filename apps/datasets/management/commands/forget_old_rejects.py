"""The twin of the task `forget_old_rejects`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser, no_translations
from django.utils import timezone

from apps.datasets.retention import forget_old_rejects


class Command(BaseCommand):
    help = "Delete the rejected rows that are past the retention of their source. Counts only, unless --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="delete them")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        count = forget_old_rejects(now=timezone.now(), dry_run=not write)
        self.stdout.write(f"Rejected rows of {count} builds {'deleted' if write else 'to delete (run with --write)'}.")
