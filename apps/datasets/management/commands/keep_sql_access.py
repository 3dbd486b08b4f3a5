"""The twin of the task `keep_sql_access`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations

from apps.datasets.sql_access import drop_replaced_views, end_long_sessions, keep_sql_access


class Command(BaseCommand):
    help = "Make the accesses by SQL follow what is decided, and end the sessions that last."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        changed, ended, dropped = keep_sql_access(), end_long_sessions(), drop_replaced_views()
        self.stdout.write(f"{changed} accesses changed, {ended} sessions ended, {dropped} replaced schemas dropped.")
