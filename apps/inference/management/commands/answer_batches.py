"""Answer batches from a terminal: the twin of the tasks `answer_batch` and `start_waiting_batches`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations

from apps.inference.batch_answering import answer_batch
from apps.inference.models import Batch


class Command(BaseCommand):
    help = "Answer the batches that wait, now, in this process."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        for batch_id in list(Batch.objects.waiting().values_list("pk", flat=True)):
            if batch := answer_batch(batch_id=batch_id):
                told = f"{batch.rows_done} rows, {batch.rows_refused} refused"
                self.stdout.write(f"batch {batch.pk}: {batch.state}, {told}")
