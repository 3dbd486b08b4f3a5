"""Reading the rejected records of a run again, from a terminal."""

from typing import Any

from django.core.management.base import CommandError, CommandParser, no_translations

from apps.collection.enums import RunState, Trigger
from apps.collection.management.collecting import CollectingCommand
from apps.collection.models import Run
from apps.collection.requesting import replay_rejections
from apps.core.errors import RuleViolation


class Command(CollectingCommand):
    help = (
        "Read again, with the settings of today, the records that a run set aside, and wait for the end: those of a "
        "run, by its number, or of the last run of a source that passed with some. Fails if they cannot be read again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("which", metavar="source-or-run", help="the identifier of a source, or the number of a run")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, which: str, **options: Any) -> None:
        try:
            replay = replay_rejections(run=self.find(which), by=None, trigger=Trigger.COMMAND)
        except RuleViolation as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.collect(replay)
        self.complain()

    def find(self, which: str) -> Run:
        runs = Run.objects.select_related("source").order_by("-pk")
        if which.isdecimal():
            run: Run | None = runs.filter(pk=int(which)).first()
        else:
            run = runs.filter(source__slug=which, state=RunState.SUCCEEDED, rows_rejected__gt=0).first()
        if run is None:
            raise CommandError(f"No such run, or no run of this source that passed and set records aside: {which}")
        return run
