"""A process of its own that takes jobs: `python -m tests.core.testapp.worker <database> <name> drain|hold`."""

import os
import signal
import sys
from datetime import timedelta

import django


def drain(name: str) -> None:
    """Take jobs one by one until none is left."""
    from django.utils import timezone

    from tests.core.testapp.models import Job

    waiting = Job.objects.filter(state="waiting").order_by("pk")
    while lease := waiting.claim_next(now=timezone.now(), for_=timedelta(minutes=1), state="running"):
        lease.release(state="done", done_by=name)


def work_on_one() -> None:
    """Take one job, say which, and work on it until killed."""
    from django.utils import timezone

    from apps.core.leases import hold
    from tests.core.testapp.models import Job

    waiting = Job.objects.filter(state="waiting")
    lease = waiting.claim_next(now=timezone.now(), for_=timedelta(seconds=1), state="running")
    assert lease
    with hold(lease):
        sys.stdout.write(f"{lease.row.pk}\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    database, name, what = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    drain(name) if what == "drain" else work_on_one()
