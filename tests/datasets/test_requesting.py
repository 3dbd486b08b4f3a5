"""Asking for builds and stopping them; what the clock asks for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import AuditEvent
from apps.collection.enums import RunState, Trigger
from apps.collection.models import Run
from apps.datasets.designing import change_dataset
from apps.datasets.enums import BuildState
from apps.datasets.exceptions import BuildAlreadyActive, BuildOver, NothingToBuild
from apps.datasets.models import Build
from apps.datasets.requesting import cancel_build, request_build, request_due_builds
from apps.datasets.retention import forget_old_rejects
from tests.accounts.factories import UserFactory
from tests.collection.factories import RunFactory
from tests.core.test_leases import in_threads
from tests.datasets.factories import GRENOBLE, collect_rows, make_dataset, source_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


def due():
    return [build.dataset for build in request_due_builds(now=timezone.now())]


def end(build, state=BuildState.PUBLISHED):
    Build.objects.filter(pk=build.pk).update(state=state, finished_at=timezone.now())


def test_a_build_is_asked_for_with_the_design_of_the_moment():
    someone, dataset = UserFactory(), make_dataset(GRENOBLE)

    build = request_build(dataset=dataset, by=someone)

    assert (build.state, build.trigger, build.requested_by) == ("waiting", Trigger.PERSON, someone)
    assert (build.recipes["town"]["inputs"][0]["source"], build.recipe_number, build.schema_version) == (
        source_of(dataset).slug,
        1,
        1,
    )
    assert (build.model, build.pinned_schema.main) == (dataset.model, dataset.entities.get().schema)
    assert AuditEvent.objects.first().action == "build_requested"


def test_a_dataset_is_built_once_at_a_time():
    dataset = make_dataset(GRENOBLE)
    request_build(dataset=dataset, by=None)

    with pytest.raises(BuildAlreadyActive):
        request_build(dataset=dataset, by=None)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_once_one_is_heard():
    dataset = make_dataset(GRENOBLE)

    def ask(_index):
        try:
            return request_build(dataset=dataset, by=None)
        except BuildAlreadyActive:
            return None

    assert sum(build is not None for build in in_threads(4, ask)) == 1


@pytest.mark.parametrize("state", [None, RunState.HELD, RunState.FAILED])
def test_what_was_not_collected_is_not_built(state):
    dataset = make_dataset()
    if state:
        RunFactory(source=source_of(dataset), state=state)

    with pytest.raises(NothingToBuild):
        request_build(dataset=dataset, by=None)


def test_what_was_collected_and_forgotten_is_not_built():
    dataset = make_dataset(GRENOBLE)
    Run.objects.update(segments_deleted_at=timezone.now())

    with pytest.raises(NothingToBuild):
        request_build(dataset=dataset, by=None)
    assert due() == []


def test_a_build_that_waits_is_cancelled_at_once():
    build = request_build(dataset=make_dataset(GRENOBLE), by=None)

    cancelled = cancel_build(build=build, by=None)

    assert (cancelled.state, cancelled.is_over) == (BuildState.CANCELLED, True)
    with pytest.raises(BuildOver):
        cancel_build(build=build, by=None)


def test_a_build_that_goes_on_is_asked_to_stop():
    build = request_build(dataset=make_dataset(GRENOBLE), by=None)
    Build.objects.claim(build.pk, now=timezone.now(), for_=timedelta(minutes=1), state=BuildState.RUNNING)

    cancelled = cancel_build(build=build, by=None)

    assert (cancelled.state, cancelled.is_over) == (BuildState.RUNNING, False)
    assert cancelled.cancel_requested_at


def test_a_dataset_is_due_once_its_source_is_collected_and_until_it_is_built():
    dataset = make_dataset()
    before = due()
    collect_rows(source_of(dataset), [GRENOBLE])

    first = due()
    while_waiting = due()
    end(Build.objects.get())
    once_built = due()
    collect_rows(source_of(dataset), [GRENOBLE])
    after_another = due()

    assert (before, first, while_waiting, once_built, after_another) == ([], [dataset], [], [], [dataset])
    assert Build.objects.first().trigger == Trigger.CLOCK


@pytest.mark.parametrize("state", [BuildState.FAILED, BuildState.HELD, BuildState.CANCELLED, BuildState.UNCHANGED])
def test_a_build_that_did_not_publish_is_not_asked_for_again_by_the_clock(state):
    dataset = make_dataset(GRENOBLE)
    end(request_build(dataset=dataset, by=None), state)

    assert due() == []


def test_a_dataset_that_people_build_is_never_due():
    dataset = make_dataset(GRENOBLE)
    change_dataset(dataset=dataset, changes={"is_built_by_itself": False}, by=None)

    assert due() == []


@pytest.mark.parametrize(("days", "count"), [(364, 0), (366, 1)])
def test_rejected_rows_go_with_the_retention_of_their_source(days, count, lake_folder):
    dataset = make_dataset(GRENOBLE)
    build = request_build(dataset=dataset, by=None)
    build.runs.set(source_of(dataset).feeding_runs())
    (lake_folder / "rejects.parquet").write_bytes(b"rows")
    Build.objects.update(state=BuildState.HELD)
    build.outputs.create(position=0, entity="town", rejects="rejects.parquet")
    later = timezone.now() + timedelta(days=days)

    counted = forget_old_rejects(now=later, dry_run=True)
    forgotten = forget_old_rejects(now=later)
    again = forget_old_rejects(now=later)

    assert (counted, forgotten, again) == (count, count, 0)
    assert (lake_folder / "rejects.parquet").exists() == (count == 0)
    assert bool(build.outputs.get().rejects) == (count == 0)
