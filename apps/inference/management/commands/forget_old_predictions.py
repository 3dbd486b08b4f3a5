"""The twin of the task `forget_old_predictions`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser, no_translations
from django.utils import timezone

from apps.inference.retention import forget_old_predictions


class Command(BaseCommand):
    help = "Delete the predictions that their model keeps no longer. Counts only, unless --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="delete them")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        count = forget_old_predictions(now=timezone.now(), dry_run=not write)
        self.stdout.write(f"{count} predictions {'deleted' if write else 'to delete (run with --write)'}.")
