"""The first rows of a source, in a terminal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from apps.collection.describing import describe_config
from apps.collection.management.tables import printable, table
from apps.collection.models import Source
from apps.collection.previewing import preview
from apps.collection.sealing import unseal
from apps.collection.telling import reason_text
from apps.core.errors import EcluseError

MOST = 1_000


class Command(BaseCommand):
    help = "Show the first rows of a source, as they would be read now, and what was detected. Nothing is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="source", help="the identifier of a source, a draft too")
        parser.add_argument("--limit", type=int, default=20, help=f"how many rows, {MOST} at most (20)")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, slug: str, limit: int, **options: Any) -> None:
        if not 1 <= limit <= MOST:
            raise CommandError(f"From 1 to {MOST} rows may be asked for.")
        source = Source.objects.filter(slug=slug).first()
        if source is None:
            raise CommandError(f"No such source: {slug}")
        try:
            found = preview(kind=source.kind, config=source.config | unseal(source.secrets), limit=limit)
        except EcluseError as error:
            raise CommandError(str(error.message)) from error
        for label, value in describe_config(source.kind, found.detected):
            self.stdout.write(f"{label}: {printable(value)}")
        for line in table([column.name for column in found.columns], found.rows):
            self.stdout.write(line)
        for each in found.rejected:
            self.stdout.write(f"Rejected, record {each.row}: {printable(reason_text(each))}")
