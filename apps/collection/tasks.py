"""What workers do for the collection. Each task has its twin on the command line."""

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.collection import alerting, collecting, retention
from apps.collection.models import Run

# As often as the clock asks for it: a message that nobody took by then is asked again.
START_EXPIRES_S = 60
# Help that comes late finds the parts read.
HELP_EXPIRES_S = 3_600


# Past this, the run is given back between two batches, and goes on in another task.
@shared_task(soft_time_limit=settings.CELERY_TASK_TIME_LIMIT * 9 // 10)
def collect_run(run_id: int) -> None:
    def ask_for_help(hands: int) -> None:
        for _hand in range(hands):
            help_run.apply_async((run_id,), expires=HELP_EXPIRES_S)

    collecting.collect(run_id=run_id, ask_for_help=ask_for_help)


@shared_task(soft_time_limit=settings.CELERY_TASK_TIME_LIMIT * 9 // 10)
def help_run(run_id: int) -> int:
    """Read parts of a run that another worker leads."""
    return collecting.help_collect(run_id=run_id)


def hand_out(run: Run) -> None:
    """Tell a worker of this run once it is written."""
    transaction.on_commit(lambda: collect_run.delay(run.pk))


@shared_task
def start_waiting_runs() -> int:
    """Hand out the runs that wait: those whose worker died, or whose task was lost."""
    waiting = list(Run.objects.waiting().values_list("pk", flat=True))
    for run_id in waiting:
        collect_run.apply_async((run_id,), expires=START_EXPIRES_S)
    return len(waiting)


@shared_task
def forget_old_runs() -> int:
    return retention.forget_old_runs(now=timezone.now()).runs


@shared_task
def tell_followers() -> int:
    return alerting.tell_followers(now=timezone.now())
