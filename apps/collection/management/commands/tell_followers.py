"""The twin of the task `tell_followers`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from apps.collection.alerting import tell_followers


class Command(BaseCommand):
    help = "Tell the followers of sources, by e-mail, of the runs that failed or were held at their gate."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Followers told of {tell_followers(now=timezone.now())} runs.")
