"""The twin of the task `keep_prediction_days`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from apps.inference.retention import keep_prediction_days


class Command(BaseCommand):
    help = "Make the days to come of the table of predictions, and move the rows that had no day to theirs."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{keep_prediction_days(now=timezone.now())} days made.")
