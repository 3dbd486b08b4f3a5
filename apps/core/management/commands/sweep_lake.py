from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.core import lake


class Command(BaseCommand):
    help = "Delete the unfinished files that killed processes left in the lake, as beat does."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = lake.sweep(now=timezone.now())
        self.stdout.write(f"{swept} unfinished files deleted.")
