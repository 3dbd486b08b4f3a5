"""The twin of the task `purge_audit_trail`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.accounts.retention import purge_audit_trail


class Command(BaseCommand):
    help = "Delete the audit events older than AUDIT_RETENTION_DAYS. Counts only, unless --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="delete them")

    def handle(self, *args: Any, **options: Any) -> None:
        count = purge_audit_trail(dry_run=not options["write"])
        done = "deleted" if options["write"] else "to delete (run with --write)"
        self.stdout.write(f"{count} audit events {done}.")
