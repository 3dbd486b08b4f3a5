"""Reading datasets by SQL: a role of PostgreSQL for a person or a group (docs/how-to/read-with-sql.md)."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.db import ProgrammingError

from apps.accounts.models import User
from apps.core.errors import RuleViolation
from apps.datasets.models import Dataset, SqlAccess
from apps.datasets.sql_access import close_sql, open_sql


class Command(BaseCommand):
    help = "Let a person (by their e-mail) or a group (a role of the house, by its name) read datasets by SQL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("holder", nargs="?", help="an e-mail, or the name of a group")
        parser.add_argument("datasets", nargs="*", help="their identifiers")
        parser.add_argument("--new-password", action="store_true", help="make another password, shown once")
        parser.add_argument("--revoke", action="store_true", help="take back these datasets, all if none is named")
        parser.add_argument("--list", action="store_true", help="tell who reads what by SQL")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, holder: str | None, datasets: list[str], **options: Any) -> None:
        if options["list"]:
            self._tell(holder)
            return
        if not holder:
            raise CommandError("Say who: an e-mail, or the name of a group.")
        try:
            if options["revoke"]:
                self._close(_holder(holder), _datasets(datasets))
            else:
                self._open(_holder(holder), _datasets(datasets), renews_password=options["new_password"])
        except RuleViolation as refusal:
            raise CommandError(str(refusal.message)) from refusal
        except ProgrammingError as error:
            needs = "The role of the platform needs CREATEROLE, and to own its database."
            raise CommandError(f"PostgreSQL refuses: {error}{needs}") from error

    def _open(self, holder: User | Group, datasets: list[Dataset], *, renews_password: bool) -> None:
        if not datasets:
            raise CommandError("Name the datasets to read.")
        opened = open_sql(holder=holder, datasets=datasets, by=None, renews_password=renews_password)
        self.stdout.write(f"Role: {opened.role}")
        if opened.password:
            self.stdout.write(f"Password, shown this once: {opened.password}")

    def _close(self, holder: User | Group, datasets: list[Dataset]) -> None:
        closed = close_sql(holder=holder, datasets=datasets, by=None)
        self.stdout.write(f"Taken back: {', '.join(each.slug for each in closed) or 'nothing'}.")

    def _tell(self, holder: str | None) -> None:
        for access in SqlAccess.objects.select_related("dataset", "user", "group").order_by("user", "group", "pk"):
            name = access.held_by.email if isinstance(access.held_by, User) else access.held_by.name
            if holder in {None, name}:
                self.stdout.write(f"{access.role}  {name}  {access.dataset.slug}  {', '.join(access.views) or '-'}")


def _holder(name: str) -> User | Group:
    found: User | Group | None = (
        User.objects.filter(email=name.lower(), is_active=True).first()
        if "@" in name
        else Group.objects.filter(name=name).first()
    )
    if found is None:
        raise CommandError(f"There is no account and no group called {name}.")
    return found


def _datasets(slugs: list[str]) -> list[Dataset]:
    found = {dataset.slug: dataset for dataset in Dataset.objects.filter(slug__in=slugs)}
    if unknown := [slug for slug in slugs if slug not in found]:
        raise CommandError(f"There is no dataset {', '.join(unknown)}.")
    return [found[slug] for slug in slugs]
