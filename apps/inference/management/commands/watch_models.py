"""The twin of the task `watch_models`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from apps.inference.watching import watch_models


class Command(BaseCommand):
    help = "Judge what the models in service were asked, open and close the alerts of drift."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{watch_models(now=timezone.now())} reports made.")
