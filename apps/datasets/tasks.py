"""What workers and the clock do for datasets (config/schedule.py). Each has its twin on the command line."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.datasets import building, retention
from apps.datasets.models import Build
from apps.datasets.requesting import request_due_builds

# As often as the clock asks for it: a message that nobody took by then is asked again.
START_EXPIRES_S = 60


# Past this, the build is given back, and begins again in another task.
@shared_task(soft_time_limit=settings.CELERY_TASK_TIME_LIMIT * 9 // 10)
def build_version(build_id: int) -> None:
    building.build(build_id=build_id)


@shared_task
def start_due_builds() -> int:
    """Ask for the builds that are due, then start all that wait: also those whose worker died."""
    request_due_builds(now=timezone.now())
    waiting = list(Build.objects.waiting().values_list("pk", flat=True))
    for build_id in waiting:
        build_version.apply_async((build_id,), expires=START_EXPIRES_S)
    return len(waiting)


@shared_task
def drop_replaced_tables() -> int:
    return retention.drop_replaced_tables(now=timezone.now())


@shared_task
def forget_old_rejects() -> int:
    return retention.forget_old_rejects(now=timezone.now())
