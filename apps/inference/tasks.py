"""What workers and the clock do for models (config/schedule.py). Each has its twin on the command line."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.inference import (
    alerting,
    batch_answering,
    batching,
    drift_alerting,
    drift_trials,
    retention,
    retraining,
    teaching,
    training,
    watching,
)
from apps.inference.benchmarking import running
from apps.inference.models import Batch, Benchmark, DriftTrial, TrainingRun

# As often as the clock asks for it: a message that nobody took by then is asked again.
START_EXPIRES_S = 60


# Past this, the training is given back, and begins again in another task.
@shared_task(soft_time_limit=settings.CELERY_TASK_TIME_LIMIT * 9 // 10)
def train_model(training_id: int) -> None:
    training.train(training_id=training_id)


@shared_task
def start_waiting_trainings() -> int:
    """Start all that wait: also those whose worker died."""
    waiting = list(TrainingRun.objects.waiting().values_list("pk", flat=True))
    for training_id in waiting:
        train_model.apply_async((training_id,), expires=START_EXPIRES_S)
    return len(waiting)


@shared_task
def watch_models() -> int:
    return watching.watch_models(now=timezone.now())


@shared_task
def tell_of_drifts() -> int:
    return drift_alerting.tell_of_drifts(now=timezone.now())


@shared_task
def forget_old_traffic() -> int:
    return watching.forget_old_traffic(now=timezone.now())


@shared_task
def try_watch(trial_id: int) -> None:
    drift_trials.run_trial(trial_id=trial_id)


@shared_task
def start_waiting_trials() -> int:
    """Start the trials that wait: also those whose worker died."""
    waiting = list(DriftTrial.objects.waiting().values_list("pk", flat=True))
    for trial_id in waiting:
        try_watch.apply_async((trial_id,), expires=START_EXPIRES_S)
    return len(waiting)


@shared_task
def keep_prediction_days() -> int:
    return retention.keep_prediction_days(now=timezone.now())


@shared_task
def forget_old_predictions() -> int:
    return retention.forget_old_predictions(now=timezone.now())


# Past this, the batch is given back, and goes on in another task.
@shared_task(soft_time_limit=settings.CELERY_TASK_TIME_LIMIT * 9 // 10)
def answer_batch(batch_id: int) -> None:
    batch_answering.answer_batch(batch_id=batch_id)


@shared_task
def start_waiting_batches() -> int:
    """Hand out the batches that wait: also those whose worker died."""
    waiting = list(Batch.objects.waiting().values_list("pk", flat=True))
    for batch_id in waiting:
        answer_batch.apply_async((batch_id,), expires=START_EXPIRES_S)
    return len(waiting)


@shared_task
def forget_old_batches() -> int:
    return batching.forget_old_batches(now=timezone.now())


@shared_task
def teach_feedbacks() -> int:
    return teaching.teach_feedbacks(now=timezone.now())


@shared_task
def run_benchmark(benchmark_id: int) -> None:
    running.run_benchmark(benchmark_id=benchmark_id)


@shared_task
def start_waiting_benchmarks() -> int:
    """Start the benchmarks that wait: also those whose worker died."""
    waiting = list(Benchmark.objects.waiting().values_list("pk", flat=True))
    for benchmark_id in waiting:
        run_benchmark.apply_async((benchmark_id,), expires=START_EXPIRES_S)
    return len(waiting)


@shared_task
def retrain_due() -> int:
    """Ask for the trainings that are due, then start all that wait."""
    asked = len(retraining.request_due_trainings(now=timezone.now()))
    if asked:
        start_waiting_trainings.delay()
    return asked


@shared_task
def tell_owners() -> int:
    """What happened to models that whoever answers for them was not told of yet."""
    return alerting.tell_owners(now=timezone.now())
