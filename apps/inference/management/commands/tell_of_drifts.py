"""The twin of the task `tell_of_drifts`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from apps.inference.drift_alerting import tell_of_drifts


class Command(BaseCommand):
    help = "Tell the owners of models, by e-mail, of what drifted."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Owners told of {tell_of_drifts(now=timezone.now())} alerts.")
