"""The twin of the task `forget_old_batches`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser, no_translations
from django.utils import timezone

from apps.inference.batching import forget_old_batches


class Command(BaseCommand):
    help = "Delete the batches that are no longer kept, with their files. Counts only, unless --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="delete them")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        count = forget_old_batches(now=timezone.now(), dry_run=not write)
        self.stdout.write(f"{count} batches {'deleted' if write else 'to delete (run with --write)'}.")
