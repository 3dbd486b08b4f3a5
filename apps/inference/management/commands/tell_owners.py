"""The twin of the task `tell_owners`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from apps.inference.alerting import tell_owners


class Command(BaseCommand):
    help = "Tell the owners of models, by e-mail, of trainings that went wrong and of reviews asked for or decided."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        told = tell_owners(now=timezone.now())
        self.stdout.write(f"Owners of models told of {told} event{'s' if told != 1 else ''}.")
