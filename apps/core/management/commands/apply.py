"""Make this instance match a project that is written down."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from apps.core.declarations import Outcome
from apps.core.errors import EcluseError
from apps.core.projects import apply_project


class Command(BaseCommand):
    help = (
        "Make this instance match a project: a folder of YAML files (docs/how-to/write-a-project.md). All of it is "
        "applied, or nothing if anything is wrong. What the project does not name is left alone, never deleted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Do everything, then take it back.")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, folder: Path, dry_run: bool, verbosity: int, **options: Any) -> None:
        try:
            applied = apply_project(root=folder, dry_run=dry_run)
        except EcluseError as refusal:
            raise CommandError(str(refusal)) from refusal
        if verbosity:
            for each in applied:
                self.stdout.write(f"{each.outcome.value:9}  {each.kind} {each.key}")
        counts = Counter(each.outcome for each in applied)
        told = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome])
        self.stdout.write(f"{told} (dry run: nothing is kept)" if dry_run else told)
