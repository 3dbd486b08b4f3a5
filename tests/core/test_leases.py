"""Rows that one process at a time works on, raced for by real threads and real processes."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.leases import Lease, LeaseLost, expired_leases, hold, reap_all
from tests.core.testapp.models import Careless, Job

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def wait_until(condition, seconds=120):
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, "the condition never came true"
        sleep(0.02)


def in_threads(number, act):
    """Run `act` in that many threads that start together; what each returned."""
    barrier = threading.Barrier(number)

    def run(index):
        try:
            barrier.wait()
            return act(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def start_worker(name, what):
    command = [sys.executable, "-m", "tests.core.testapp.worker", connection.settings_dict["NAME"], name, what]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ours(counts):
    """Without the models of the apps above."""
    return {label: count for label, count in counts.items() if label.startswith("testapp.")}


def claim_a_job(**changes) -> Lease[Job]:
    lease = Job.objects.claim(Job.objects.create().pk, now=NOW, for_=MINUTE, **changes)
    assert lease
    return lease


@pytest.mark.django_db
def test_a_claimed_row_is_held_until_its_lease_ends_and_carries_the_changes():
    lease = claim_a_job(state="running")

    row = Job.objects.get()

    assert row.is_held
    assert row.lease_owner == lease.token
    assert row.lease_until == NOW + MINUTE
    assert (row.state, row.lease_count) == ("running", 1)


@pytest.mark.django_db
def test_a_held_row_cannot_be_claimed():
    lease = claim_a_job()

    assert Job.objects.claim(lease.row.pk, now=NOW, for_=MINUTE) is None


@pytest.mark.django_db
def test_an_expired_row_cannot_be_claimed_before_it_is_reaped():
    lease = claim_a_job()
    later = NOW + 2 * MINUTE

    before = Job.objects.claim(lease.row.pk, now=later, for_=MINUTE)
    Job.objects.reap(now=later)
    after = Job.objects.claim(lease.row.pk, now=later, for_=MINUTE)

    assert before is None
    assert after


@pytest.mark.django_db
def test_only_a_row_of_the_queryset_can_be_claimed():
    job = Job.objects.create(state="done")

    assert Job.objects.filter(state="waiting").claim(job.pk, now=NOW, for_=MINUTE) is None


@pytest.mark.django_db
def test_the_next_row_is_the_first_in_the_order_of_the_queryset():
    first, second = Job.objects.create(), Job.objects.create()

    lease = Job.objects.order_by("-pk").claim_next(now=NOW, for_=MINUTE)

    assert lease
    assert lease.row == second != first


@pytest.mark.django_db
def test_nothing_is_claimed_when_nothing_is_free():
    assert Job.objects.claim_next(now=NOW, for_=MINUTE) is None


@pytest.mark.django_db
def test_renewing_holds_the_row_for_its_duration_from_then_on():
    lease = claim_a_job()

    lease.renew(now=NOW + timedelta(seconds=30))

    assert Job.objects.get().lease_until == NOW + timedelta(seconds=90)


@pytest.mark.django_db
def test_releasing_frees_the_row_and_writes_its_outcome():
    lease = claim_a_job(state="running")

    lease.release(state="done")

    row = Job.objects.get()
    assert not row.is_held
    assert row.state == "done"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        lambda lease: lease.renew(now=NOW),
        lambda lease: lease.release(state="done"),
        lambda lease: lease.lock(),
    ],
    ids=["renew", "release", "lock"],
)
def test_a_holder_whose_row_was_taken_over_changes_nothing_and_learns_it(act):
    lost = claim_a_job(state="running")
    Job.objects.reap(now=NOW + MINUTE)
    taken_over = Job.objects.claim(lost.row.pk, now=NOW + MINUTE, for_=MINUTE, state="running")

    with pytest.raises(LeaseLost) as raised:
        act(lost)

    assert raised.value.subject == f"testapp.job:{lost.row.pk}"
    assert not lost.is_mine()
    row = Job.objects.get()
    assert (row.lease_owner, row.state, row.lease_until) == (taken_over.token, "running", NOW + 2 * MINUTE)


@pytest.mark.django_db
def test_an_expired_lease_that_nobody_took_over_can_still_be_renewed():
    lease = claim_a_job()

    lease.renew(now=NOW + 10 * MINUTE)

    assert Job.objects.reap(now=NOW + 10 * MINUTE) == 0


@pytest.mark.django_db
def test_a_lease_is_whole_or_absent():
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(lease_until=NOW)


@pytest.mark.django_db
def test_only_expired_leases_are_reaped_and_the_model_says_what_the_row_becomes():
    expired, alive = claim_a_job(state="running"), claim_a_job(state="running")
    alive.renew(now=NOW + MINUTE)

    reaped = Job.objects.reap(now=NOW + MINUTE)

    assert reaped == 1
    assert Job.objects.get(pk=expired.row.pk).state == "waiting"
    assert not Job.objects.get(pk=expired.row.pk).is_held
    assert alive.is_mine()


@pytest.mark.django_db
def test_a_row_that_kills_its_holders_can_be_given_up():
    job = Job.objects.create()
    now = NOW

    for _ in range(3):
        Job.objects.claim(job.pk, now=now, for_=MINUTE, state="running")
        now += MINUTE
        Job.objects.reap(now=now)

    job.refresh_from_db()
    assert (job.state, job.lease_count) == ("given up", 3)


@pytest.mark.django_db
def test_a_model_that_cannot_be_reaped_is_logged_and_stops_no_other(caplog):
    careless = Careless.objects.claim(Careless.objects.create().pk, now=NOW, for_=MINUTE)
    claim_a_job()
    assert ours(expired_leases(at=NOW + MINUTE)) == {"testapp.job": 1, "testapp.careless": 1}

    reaped = reap_all(now=NOW + MINUTE)

    assert ours(reaped) == {"testapp.job": 1, "testapp.careless": 0}
    assert ours(expired_leases(at=NOW + MINUTE)) == {"testapp.job": 0, "testapp.careless": 1}
    assert [record.getMessage() for record in caplog.records] == ["lease_not_reaped"]
    assert caplog.records[0].subject == f"testapp.careless:{careless.row.pk}"


@pytest.mark.django_db(transaction=True)
def test_one_of_many_threads_wins_a_row():
    job = Job.objects.create()

    leases = in_threads(8, lambda index: Job.objects.claim(job.pk, now=NOW, for_=MINUTE))

    assert sum(lease is not None for lease in leases) == 1


@pytest.mark.django_db(transaction=True)
def test_threads_that_take_the_next_row_take_each_a_different_one():
    Job.objects.bulk_create([Job() for _ in range(8)])

    leases = in_threads(8, lambda index: Job.objects.claim_next(now=NOW, for_=MINUTE))

    assert len({lease.row.pk for lease in leases if lease}) == 8


@pytest.mark.django_db(transaction=True)
def test_one_of_many_threads_reaps_a_row():
    lease = claim_a_job()

    reaped = in_threads(6, lambda index: Job.objects.reap(now=NOW + MINUTE))

    assert sum(reaped) == 1
    assert Job.objects.get(pk=lease.row.pk).lease_count == 1


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_processes_that_drain_the_same_rows_take_each_exactly_once():
    Job.objects.bulk_create([Job() for _ in range(300)])

    workers = [start_worker(f"worker {index}", "drain") for index in range(3)]
    for worker in workers:
        worker.communicate(timeout=120)

    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert Job.objects.filter(state="done", lease_count=1).exclude(done_by="").count() == 300


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_row_of_a_killed_process_goes_to_another():
    job = Job.objects.create()
    holder = start_worker("the dead", "hold")
    try:
        assert holder.stdout.readline().strip() == str(job.pk)
        token = Job.objects.get().lease_owner
        claimed_at = Job.objects.get().lease_renewed_at
        wait_until(lambda: Job.objects.get().lease_renewed_at > claimed_at)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()

    wait_until(lambda: Job.objects.reap(now=timezone.now()))
    lease = Job.objects.filter(state="waiting").claim_next(now=timezone.now(), for_=MINUTE, state="running")

    assert lease
    assert lease.token != token
    assert lease.row.lease_count == 2


@pytest.mark.django_db(transaction=True)
def test_a_held_lease_outlives_its_duration():
    short = timedelta(milliseconds=300)
    started = timezone.now()
    lease = Job.objects.claim(Job.objects.create().pk, now=started, for_=short)

    with hold(lease) as held:
        wait_until(lambda: Job.objects.get().lease_until > started + 3 * short)
        held.check()

    assert lease.is_mine()


@pytest.mark.django_db(transaction=True)
def test_whoever_works_on_a_row_that_was_taken_over_is_stopped():
    lease = Job.objects.claim(Job.objects.create().pk, now=timezone.now(), for_=timedelta(milliseconds=300))

    with pytest.raises(LeaseLost), hold(lease) as held:  # noqa: PT012 -- what leaving it raises is the point
        Job.objects.reap(now=timezone.now() + MINUTE)
        wait_until(lambda: held.check())


@pytest.mark.django_db(transaction=True)
def test_a_lease_lost_during_the_last_step_is_told_when_leaving():
    lease = Job.objects.claim(Job.objects.create().pk, now=timezone.now(), for_=timedelta(milliseconds=150))

    with pytest.raises(LeaseLost), hold(lease) as held:  # noqa: PT012 -- what leaving it raises is the point
        Job.objects.reap(now=timezone.now() + MINUTE)
        wait_until(lambda: held.lost)


@pytest.mark.django_db(transaction=True)
def test_a_failure_of_the_work_is_not_hidden_by_a_lost_lease():
    lease = Job.objects.claim(Job.objects.create().pk, now=timezone.now(), for_=timedelta(milliseconds=150))

    with pytest.raises(ZeroDivisionError), hold(lease) as held:  # noqa: PT012 -- what leaving it raises is the point
        Job.objects.reap(now=timezone.now() + MINUTE)
        wait_until(lambda: held.lost)
        1 / 0  # noqa: B018 -- any error


@pytest.mark.django_db
def test_long_work_inside_a_transaction_is_refused():
    lease = claim_a_job()

    with pytest.raises(RuntimeError), hold(lease):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_is_not_reaped_before_its_holder_commits():
    lease = claim_a_job()

    with transaction.atomic():
        lease.lock()
        [reaped] = in_threads(1, lambda index: Job.objects.reap(now=NOW + MINUTE))

    assert reaped == 0
    assert lease.is_mine()
