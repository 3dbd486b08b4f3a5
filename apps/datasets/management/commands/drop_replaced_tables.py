"""The twin of the task `drop_replaced_tables`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser, no_translations
from django.utils import timezone

from apps.datasets.retention import drop_replaced_tables


class Command(BaseCommand):
    help = "Drop the tables of versions that are replaced; their snapshots stay. Counts only, unless --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="drop them")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        count = drop_replaced_tables(now=timezone.now(), dry_run=not write)
        self.stdout.write(f"{count} tables {'dropped' if write else 'to drop (run with --write)'}.")
