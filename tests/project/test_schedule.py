"""The clock's table: each entry names a real task and a real command, at a time that exists, in words."""

import celery.schedules
import pytest
from celery.beat import ScheduleEntry
from cronsim import CronSim
from django.core.management import get_commands
from django.utils import timezone

from config.celery import app
from config.schedule import SCHEDULE, Entry

entries = pytest.mark.parametrize("entry", SCHEDULE, ids=lambda entry: entry.task)


@entries
def test_the_task_is_registered(entry):
    app.loader.import_default_modules()

    assert entry.task in app.tasks


@entries
def test_the_time_exists(entry):
    assert next(CronSim(entry.cron, timezone.now())) > timezone.now()


@entries
def test_people_have_a_name_for_it(entry):
    assert str(entry.label).strip()


@entries
def test_it_can_be_done_by_hand(entry):
    assert entry.command in get_commands()


def test_beat_reads_this_table_and_no_other():
    assert set(app.conf.beat_schedule) == {entry.task for entry in SCHEDULE}


def test_work_that_no_worker_took_is_dropped_when_its_next_time_comes():
    hourly = Entry("a.task", "5 * * * *", "Hourly", "a_command").as_beat_entry()

    assert hourly["options"]["expires"] == 3600
    assert hourly["schedule"] == celery.schedules.crontab(minute="5")


def test_beat_accepts_an_entry():
    entry = ScheduleEntry(name="a", app=app, **Entry("a.task", "* * * * *", "Each minute", "a").as_beat_entry())

    assert entry.is_due().next > 0


def test_each_queue_receives_its_own_tasks_only():
    keys = [queue.routing_key for queue in app.conf.task_queues]

    assert len(set(keys)) == len(keys) == 3


def test_a_task_cannot_outlive_the_time_after_which_it_is_given_to_another_worker():
    options = app.conf.broker_transport_options

    assert app.conf.task_time_limit < options["visibility_timeout"]
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 10
