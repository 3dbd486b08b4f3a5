"""What workers and the clock do for datasets (config/schedule.py). Each has its twin on the command line."""

from typing import Any

from celery import Task, shared_task
from celery.signals import task_success
from django.conf import settings
from django.utils import timezone

from apps.collection.tasks import collect_run
from apps.datasets import building, indexing, retention, sql_access
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


@task_success.connect
def build_what_follows(sender: "Task[Any, Any]", **kwargs: Any) -> None:
    """Once a run is over, or a dataset built, what is made from it need not wait for the next minute of the clock."""
    if sender.name in {collect_run.name, build_version.name}:
        start_due_builds.delay()


@shared_task
def drop_replaced_tables() -> int:
    return retention.drop_replaced_tables(now=timezone.now())


@shared_task
def index_texts() -> int:
    return indexing.index_texts()


@shared_task
def keep_sql_access() -> int:
    """What changed of the rights of readers by SQL, sessions that last, views that were replaced."""
    return sql_access.keep_sql_access() + sql_access.end_long_sessions() + sql_access.drop_replaced_views()


@shared_task
def forget_old_rejects() -> int:
    return retention.forget_old_rejects(now=timezone.now())
