from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.secrets.rotation import Rotation, rotate_secrets


class Command(BaseCommand):
    help = (
        "Encrypt every stored secret with the first of FIELD_ENCRYPTION_KEYS. Counts only, unless --write. "
        "May be stopped and run again; the older keys can be removed once nothing is under them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="Rewrite what is under an older key.")
        parser.add_argument("--batch-size", type=int, default=200)

    def handle(self, *args: Any, write: bool, batch_size: int, **options: Any) -> None:
        fields: dict[str, Rotation] = {}
        for rotation in rotate_secrets(write=write, batch_size=batch_size):
            fields[rotation.label] = rotation
            done = "rewritten" if write else "to rewrite"
            self.stdout.write(f"{rotation.label}: {rotation.stored} stored, {rotation.stale} {done}")
        if lost := [subject for rotation in fields.values() for subject in rotation.undecipherable]:
            raise CommandError("No key opens: " + ", ".join(lost))
