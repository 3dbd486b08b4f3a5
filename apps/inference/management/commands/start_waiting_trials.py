"""The twin of the task `start_waiting_trials`: runs, here, the trials of the watch that wait."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations

from apps.inference.drift_trials import run_trial
from apps.inference.models import DriftTrial


class Command(BaseCommand):
    help = "Run the trials of the watch that wait."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        waiting = list(DriftTrial.objects.waiting().values_list("pk", flat=True))
        for trial_id in waiting:
            trial = run_trial(trial_id=trial_id)
            if trial:
                self.stdout.write(f"Trial {trial.pk}: {trial.state}.")
