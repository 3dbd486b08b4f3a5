"""Train from a terminal: the twin of the tasks `train_model` and `start_waiting_trainings`."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from apps.core.errors import RuleViolation
from apps.inference.enums import TrainingCause, TrainingPhase, TrainingState
from apps.inference.failures import TrainingFailure
from apps.inference.models import Model, TrainingRun
from apps.inference.requesting import request_training
from apps.inference.telling import verdict_of
from apps.inference.training import train


class Command(BaseCommand):
    help = (
        "Train models now, in this process; those that pass their gate have a new version, which waits for a review. "
        "Fails if a training fails, is held at its gate, or cannot be asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", action="append", default=[], metavar="slug", help="a model, as often as needed")
        parser.add_argument("--all", action="store_true", help="every model")
        parser.add_argument("--missing", action="store_true", help="models that have no version yet")
        parser.add_argument("--waiting", action="store_true", help="trainings that wait for a worker")

    @no_translations  # the terminal speaks one language, that of the README
    def handle(
        self,
        *args: Any,
        model: list[str],
        all: bool,
        missing: bool,
        waiting: bool,
        **options: Any,
    ) -> None:
        if not (model or all or missing or waiting):
            raise CommandError("Name models with --model, or use --all, --missing or --waiting.")
        self.faults: list[str] = []
        if waiting:
            for training in TrainingRun.objects.waiting().select_related("model"):
                self.train(training)
        for each in self.wanted(model, all=all, missing=missing):
            try:
                training = request_training(model=each, by=None, cause=TrainingCause.COMMAND)
            except RuleViolation as refusal:
                self.stderr.write(f"{each.slug}: {refusal.message}")
                self.faults.append(each.slug)
            else:
                self.train(training)
        if self.faults:
            raise CommandError("No new version: " + ", ".join(self.faults))

    def wanted(self, slugs: list[str], *, all: bool, missing: bool) -> Iterator[Model]:
        """The models to train, those that are named first."""
        known = {each.slug: each for each in Model.objects.filter(archived_at=None).select_related("dataset")}
        if unknown := [slug for slug in slugs if slug not in known]:
            raise CommandError("No such model: " + ", ".join(unknown))
        yield from (known[slug] for slug in slugs)
        if all or missing:
            for slug, each in known.items():
                if slug not in slugs and (all or not each.versions.exists()):
                    yield each

    def train(self, training: TrainingRun) -> None:
        """Do this training and tell of it."""
        slug = training.model.slug

        def tell(now: TrainingRun) -> None:
            self.stderr.write(f"{slug}: {TrainingPhase(now.phase).label.lower()}…")

        done = train(training_id=training.pk, on_progress=tell)
        if done is None:
            self.stderr.write(f"{slug}: another process trains it.")
            return
        version = f", version {done.version.number}" if done.state == TrainingState.PASSED else ""
        self.stdout.write(f"{slug}: {done.state}{version}, {done.rows_train} rows learnt, {done.rows_test} judged.")
        if hasattr(done, "evaluation"):
            told = (f"{name} {value:.3f}" for name, value in done.evaluation.metrics.items())
            self.stdout.write(f"{slug}: {', '.join(told)}.")
        if done.state != TrainingState.PASSED:
            self.explain(done)

    def explain(self, done: TrainingRun) -> None:
        self.faults.append(done.model.slug)
        if done.state == TrainingState.FAILED:
            self.stderr.write(TrainingFailure.named(done.error_code).tell(done.error_details))
        if verdict := verdict_of(done):
            for check in verdict.blocking:
                subject = f" [{check.subject}]" if check.subject else ""
                self.stderr.write(
                    f"{check.name}{subject}: {check.measured} (expected: {check.expected}). {check.message}"
                )
