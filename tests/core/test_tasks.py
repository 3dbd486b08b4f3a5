"""Each periodic task of core and its twin on the command line do the same."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.core import tasks
from apps.core.schedules import dispatch_schedules
from tests.core.testapp.models import Chore, Errand, Job

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("run", [tasks.reap_leases, lambda: call_command("reap_leases")], ids=["task", "command"])
def test_reaping_gives_back_the_rows_whose_holder_died(run):
    job = Job.objects.create()
    Job.objects.claim(job.pk, now=timezone.now() - HOUR, for_=timedelta(minutes=1), state="running")

    run()

    job.refresh_from_db()
    assert (job.is_held, job.state) == (False, "waiting")


@pytest.mark.parametrize(
    "run", [tasks.dispatch_schedules, lambda: call_command("dispatch_schedules")], ids=["task", "command"]
)
def test_dispatching_starts_what_is_due(run):
    Chore.objects.create(cron="* * * * *", is_scheduled=True)
    dispatch_schedules(now=timezone.now() - HOUR)

    run()

    assert Errand.objects.count() == 1
