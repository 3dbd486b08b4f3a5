"""Build from a terminal: the twin of the tasks `build_version` and `start_due_builds`."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser, no_translations
from django.utils import timezone

from apps.collection.enums import Trigger
from apps.core.errors import RuleViolation
from apps.datasets.management.building import PUBLISHED, BuildingCommand
from apps.datasets.models import Build, Dataset
from apps.datasets.requesting import request_build, request_due_builds


class Command(BuildingCommand):
    help = (
        "Build datasets now, in this process, and publish the versions that pass their gate. "
        "Fails if a build fails, is held at its gate, or cannot be asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="dataset", help="identifiers of datasets")
        parser.add_argument("--missing", action="store_true", help="datasets that were never built")
        parser.add_argument("--waiting", action="store_true", help="builds that are due, or wait for a worker")

        parser.add_argument("--full", action="store_true", help="read all that was collected, not only what is new")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, slugs: list[str], missing: bool, waiting: bool, full: bool, **options: Any) -> None:
        if not (slugs or missing or waiting):
            raise CommandError("Name datasets, or use --missing or --waiting.")
        self.faults: list[str] = []
        for each in self.builds(slugs, missing=missing, waiting=waiting, full=full):
            if self.build(each) not in PUBLISHED:
                self.faults.append(each.dataset.slug)
        if self.faults:
            raise CommandError("Not published: " + ", ".join(self.faults))

    def builds(self, slugs: list[str], *, missing: bool, waiting: bool, full: bool) -> Iterator[Build]:
        """The builds to do, each asked for when its turn comes."""
        datasets = {dataset.slug: dataset for dataset in Dataset.objects.filter(slug__in=slugs)}
        if unknown := [slug for slug in slugs if slug not in datasets]:
            raise CommandError("No such dataset: " + ", ".join(unknown))
        wanted = [datasets[slug] for slug in slugs]
        if missing:
            wanted += [dataset for dataset in Dataset.objects.never_built() if dataset.slug not in datasets]
        if waiting:
            request_due_builds(now=timezone.now())
            yield from Build.objects.waiting().select_related("dataset")
        for dataset in wanted:
            try:
                yield request_build(dataset=dataset, by=None, trigger=Trigger.COMMAND, is_full=full)
            except RuleViolation as refusal:
                self.stderr.write(f"{dataset.slug}: {refusal.message}")
                self.faults.append(dataset.slug)
