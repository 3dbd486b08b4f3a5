"""The twin of the task `teach_feedbacks`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from apps.inference.teaching import teach_feedbacks


class Command(BaseCommand):
    help = "Write the rows of the opinions that were accepted, so that the next training learns from them."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{teach_feedbacks(now=timezone.now())} rows written.")
