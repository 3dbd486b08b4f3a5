from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.core.schedules import dispatch_schedules


class Command(BaseCommand):
    help = "Start what people scheduled and is due, as beat does each minute."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{dispatch_schedules(now=timezone.now())} started")
