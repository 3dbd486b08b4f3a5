"""What the clock does: every periodic task of the house, in one table that beat reads.

What people schedule (when a source is collected, when a digest leaves) is a row of the database instead, picked up
each minute by `dispatch_schedules`. Each entry has a twin on the command line, to do the same by hand.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from celery.schedules import crontab
from cronsim import CronSim
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Text


@dataclass(frozen=True)
class Entry:
    """One periodic task: when it runs (cron, in UTC), what people call it, and its twin among `manage.py` commands."""

    task: str
    cron: str
    label: Text
    command: str

    def as_beat_entry(self) -> dict[str, Any]:
        # While no worker runs, the same work must not pile up: it is worth doing until its next time comes.
        return {
            "task": self.task,
            "schedule": crontab.from_string(self.cron),
            "options": {"expires": self.shortest_interval_s},
        }

    @property
    def shortest_interval_s(self) -> float:
        """The shortest time between two of the next runs, in seconds."""
        runs = CronSim(self.cron, datetime.now(UTC))
        instants = [next(runs) for _run in range(8)]
        return min((later - sooner).total_seconds() for sooner, later in pairwise(instants))


SCHEDULE = [
    Entry("apps.core.tasks.dispatch_schedules", "* * * * *", _("Start what is due"), "dispatch_schedules"),
    Entry("apps.core.tasks.reap_leases", "* * * * *", _("Take back abandoned work"), "reap_leases"),
    Entry("apps.collection.tasks.start_waiting_runs", "* * * * *", _("Hand out waiting collections"), "collect"),
    Entry("apps.collection.tasks.tell_followers", "* * * * *", _("Tell the followers of sources"), "tell_followers"),
    Entry("apps.datasets.tasks.start_due_builds", "* * * * *", _("Start the builds that are due"), "build"),
    Entry("apps.datasets.tasks.index_texts", "* * * * *", _("Index the texts of new versions"), "index_texts"),
    Entry("apps.datasets.tasks.keep_sql_access", "* * * * *", _("Keep accesses by SQL as decided"), "keep_sql_access"),
    Entry("apps.datasets.tasks.drop_replaced_tables", "7 * * * *", _("Drop replaced tables"), "drop_replaced_tables"),
    Entry("apps.inference.tasks.start_waiting_trainings", "* * * * *", _("Start waiting trainings"), "train"),
    Entry("apps.inference.tasks.watch_models", "3 * * * *", _("Watch what models are asked"), "watch_models"),
    Entry("apps.inference.tasks.tell_of_drifts", "* * * * *", _("Tell owners of drifts"), "tell_of_drifts"),
    Entry("apps.inference.tasks.start_waiting_trials", "* * * * *", _("Try the watch"), "start_waiting_trials"),
    Entry("apps.inference.tasks.forget_old_traffic", "7 3 * * *", _("Delete old traffic"), "forget_old_traffic"),
    Entry("apps.inference.tasks.start_waiting_batches", "* * * * *", _("Hand out waiting batches"), "answer_batches"),
    Entry("apps.inference.tasks.forget_old_batches", "27 3 * * *", _("Delete old batches"), "forget_old_batches"),
    Entry(
        "apps.inference.tasks.keep_prediction_days", "17 * * * *", _("Cut predictions by day"), "keep_prediction_days"
    ),
    Entry(
        "apps.inference.tasks.forget_old_predictions",
        "37 3 * * *",
        _("Delete old predictions"),
        "forget_old_predictions",
    ),
    Entry("apps.inference.tasks.teach_feedbacks", "* * * * *", _("Write the opinions accepted"), "teach_feedbacks"),
    Entry(
        "apps.inference.tasks.start_waiting_benchmarks", "* * * * *", _("Compare services"), "start_waiting_benchmarks"
    ),
    Entry("apps.inference.tasks.retrain_due", "* * * * *", _("Start the trainings that are due"), "retrain_due"),
    Entry("apps.inference.tasks.tell_owners", "* * * * *", _("Tell the owners of models"), "tell_owners"),
    Entry("apps.accounts.tasks.purge_expired_tokens", "17 2 * * *", _("Delete expired tokens"), "purge_expired_tokens"),
    Entry("apps.accounts.tasks.clear_sessions", "27 2 * * *", _("Delete ended sessions"), "clearsessions"),
    Entry("apps.accounts.tasks.purge_audit_trail", "37 2 * * *", _("Delete old audit events"), "purge_audit_trail"),
    Entry("apps.collection.tasks.forget_old_runs", "47 2 * * *", _("Delete old collected data"), "forget_old_runs"),
    Entry("apps.core.tasks.sweep_lake", "7 3 * * *", _("Delete unfinished files"), "sweep_lake"),
    Entry("apps.datasets.tasks.forget_old_rejects", "57 2 * * *", _("Delete old rejected rows"), "forget_old_rejects"),
]
