"""The twin of the task `start_waiting_benchmarks`: runs, here, the benchmarks that wait."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations

from apps.inference.benchmarking.running import run_benchmark
from apps.inference.models import Benchmark


class Command(BaseCommand):
    help = "Ask the questions of the benchmarks that wait."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        for benchmark_id in list(Benchmark.objects.waiting().values_list("pk", flat=True)):
            benchmark = run_benchmark(benchmark_id=benchmark_id)
            if benchmark:
                self.stdout.write(f"Benchmark {benchmark.pk}: {benchmark.state}.")
