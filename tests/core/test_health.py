"""Each check of core has been seen to fail on the failure that it is there for."""

from datetime import timedelta
from time import monotonic
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from apps.core import health
from apps.core.declarations import health_checks
from apps.core.queues import WORKERS_KEY, queue_lengths
from apps.core.schedules import LAST_TICK
from config.celery import app
from tests.workers import a_worker

pytestmark = pytest.mark.django_db

NOWHERE = "redis://127.0.0.1:1/0"


def run(name):
    return next(check for check in health_checks.all() if check.name == name).run()


@pytest.mark.parametrize("name", ["database", "migrations", "cache", "broker", "storage"])
def test_what_runs_is_well(name, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)

    assert run(name).problem == ""


def test_only_what_serves_pages_takes_the_instance_out_of_service():
    core = health_checks.by_app["core"]

    assert {check.name for check in core if check.critical} == {"database", "migrations", "cache"}


def test_a_migration_that_was_not_applied_is_told_until_it_is():
    health._migrations_are_applied.cache_clear()
    recorder = MigrationRecorder(health.connection)
    recorder.record_unapplied("sessions", "0001_initial")

    missing = run("migrations")
    recorder.record_applied("sessions", "0001_initial")

    assert "migrate" in missing.problem
    assert run("migrations").is_well


def test_a_database_that_does_not_answer_is_not_well(monkeypatch):
    monkeypatch.setattr(health, "connection", {})

    assert run("database").problem == "AttributeError"


def test_a_cache_that_forgets_is_not_well(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    assert not run("cache").is_well


def test_a_broker_that_does_not_answer_is_not_well(monkeypatch):
    monkeypatch.setattr(app.conf, "broker_read_url", NOWHERE)

    result = run("broker")

    assert result.problem == "OperationalError"
    assert result.seconds < 15


def test_a_queue_that_received_nothing_is_empty():
    assert set(queue_lengths()) >= {"default", "collect", "train"}


def test_waiting_tasks_are_counted():
    name = f"test-{uuid4().hex}"
    app.amqp.queues.add(name)
    app.send_task("nobody.runs.this", queue=name)
    app.send_task("nobody.runs.this", queue=name)

    lengths = queue_lengths()

    assert lengths[name] == 2
    del app.amqp.queues[name]
    with app.connection_for_write() as connection:
        connection.default_channel.queue_delete(name)


@pytest.mark.django_db(transaction=True)
def test_workers_are_well_when_one_answers():
    cache.delete(WORKERS_KEY)
    assert not run("workers").is_well
    cache.delete(WORKERS_KEY)

    with a_worker():
        deadline = monotonic() + 120
        # One that is busy, or a machine that is, may not answer within the second that asking lasts.
        while not (result := run("workers")).is_well and monotonic() < deadline:
            cache.delete(WORKERS_KEY)

    assert result.is_well
    cache.delete(WORKERS_KEY)


@pytest.mark.parametrize(
    ("age", "is_well"), [(None, False), (timedelta(minutes=10), False), (timedelta(minutes=1), True)]
)
def test_the_clock_is_well_when_it_ticked_lately(age, is_well):
    cache.delete(LAST_TICK)
    if age:
        cache.set(LAST_TICK, (timezone.now() - age).isoformat())

    assert run("beat").is_well is is_well


def test_a_disk_almost_full_is_not_well(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    settings.MIN_FREE_DISK_MB = 10**9

    assert run("storage").problem


def test_a_place_where_nothing_can_be_written_is_not_well(settings, tmp_path):
    (tmp_path / "a file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "a file" / "media")

    assert run("storage").problem == "NotADirectoryError"


def test_a_place_that_no_file_was_kept_in_yet_is_well(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "new" / "media")

    assert run("storage").is_well
