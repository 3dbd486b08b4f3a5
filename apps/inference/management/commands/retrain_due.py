"""The twin of the task `retrain_due`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from apps.inference.retraining import request_due_trainings


class Command(BaseCommand):
    help = "Ask for the trainings that schedules and new versions of datasets make due. A worker carries them out."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        for training in request_due_trainings(now=timezone.now()):
            self.stdout.write(f"{training.model.slug}: training {training.pk}, {training.cause}.")
