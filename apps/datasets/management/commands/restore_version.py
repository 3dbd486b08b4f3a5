"""Restore a former version from a terminal."""

from typing import Any

from django.core.management.base import CommandError, CommandParser, no_translations

from apps.collection.enums import Trigger
from apps.core.errors import RuleViolation
from apps.datasets.management.building import PUBLISHED, BuildingCommand
from apps.datasets.models import Version
from apps.datasets.restoring import request_restoration


class Command(BuildingCommand):
    help = (
        "Publish a former version again, under a new number, from its files. The versions that came since stay. "
        "Fails if it is the one that is served, or if its files are no longer kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", help="identifier of the dataset")
        parser.add_argument("number", type=int, help="number of the version")
        parser.add_argument("--note", default="", help="what is said of the new version")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, dataset: str, number: int, note: str, **options: Any) -> None:
        version = Version.objects.filter(dataset__slug=dataset, number=number).first()
        if version is None:
            raise CommandError(f"No version {number} of a dataset “{dataset}”.")
        try:
            asked = request_restoration(version=version, by=None, trigger=Trigger.COMMAND, note=note)
        except RuleViolation as refusal:
            raise CommandError(str(refusal.message)) from refusal
        if self.build(asked) not in PUBLISHED:
            raise CommandError(f"Not restored: {dataset}, version {number}.")
