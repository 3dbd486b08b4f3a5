from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.core.leases import reap_all


class Command(BaseCommand):
    help = "Give back the rows whose holder died, as beat does."

    def handle(self, *args: Any, **options: Any) -> None:
        for label, reaped in reap_all(now=timezone.now()).items():
            self.stdout.write(f"{label}: {reaped}")
