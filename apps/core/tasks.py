"""What beat asks of core: who died is replaced, what is due is started."""

from celery import shared_task
from django.utils import timezone

from apps.core import lake, leases, schedules


@shared_task
def reap_leases() -> int:
    """Give back the rows whose holder died."""
    return sum(leases.reap_all(now=timezone.now()).values())


@shared_task
def dispatch_schedules() -> int:
    """Start what people scheduled and is due."""
    return schedules.dispatch_schedules(now=timezone.now())


@shared_task
def sweep_lake() -> int:
    """Delete the files that killed processes were writing."""
    return lake.sweep(now=timezone.now())
