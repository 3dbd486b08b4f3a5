"""The twin of the task `purge_expired_tokens`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.accounts.tokens import EXPIRED_TOKENS_ARE_KEPT_FOR, purge_expired_tokens


class Command(BaseCommand):
    help = (
        f"Delete the API tokens that expired more than {EXPIRED_TOKENS_ARE_KEPT_FOR.days} days ago. "
        "Counts only, unless --write."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="delete them")

    def handle(self, *args: Any, **options: Any) -> None:
        count = purge_expired_tokens(dry_run=not options["write"])
        done = "deleted" if options["write"] else "to delete (run with --write)"
        self.stdout.write(f"{count} expired tokens {done}.")
