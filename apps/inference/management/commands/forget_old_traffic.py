"""The twin of the task `forget_old_traffic`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from apps.inference.watching import forget_old_traffic


class Command(BaseCommand):
    help = "Delete the counts of traffic, and the drift reports, that are too old to be compared."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{forget_old_traffic(now=timezone.now())} rows deleted.")
