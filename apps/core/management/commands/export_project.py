"""Write this instance down as a project."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from apps.core.errors import EcluseError
from apps.core.projects import export_project


class Command(BaseCommand):
    help = (
        "Write this instance down as a project that `apply` takes: a folder of YAML files, with the files that they "
        "name. Secrets are never written. Nothing is deleted from a folder that has files already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--kind", action="append", dest="kinds", default=[], help="Only this kind; repeatable.")
        parser.add_argument("--force", action="store_true", help="Replace files of the same names in the folder.")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, folder: Path, kinds: list[str], force: bool, **options: Any) -> None:
        try:
            written = export_project(root=folder, kinds=kinds, force=force)
        except EcluseError as refusal:
            raise CommandError(str(refusal)) from refusal
        for name in written:
            self.stdout.write(name)
        self.stdout.write(f"{len(written)} written in {folder}")
