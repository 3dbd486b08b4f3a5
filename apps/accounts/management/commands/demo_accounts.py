"""Make the accounts with which a demonstration is visited, and say how to sign in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from apps.accounts.demonstration import PASSWORD, make_demonstration_accounts
from apps.accounts.exceptions import DemonstrationOnly


class Command(BaseCommand):
    help = "Make one account for each role, and print how to sign in. Only where DEMONSTRATION is on."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts = make_demonstration_accounts()
        except DemonstrationOnly as refusal:
            raise CommandError(str(refusal)) from refusal
        rows = [("Role", "E-mail", "Password")]
        rows += [(str(account.role.label), account.email, PASSWORD) for account in accounts]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
