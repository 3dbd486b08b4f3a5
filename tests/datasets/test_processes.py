"""Processes that die in the middle of a build: it is made again, and nobody reads half of it."""

import subprocess
import sys
from dataclasses import replace
from time import sleep

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.utils import timezone
from kombu import Connection

from apps.collection.enums import RunMode
from apps.collection.models import Segment
from apps.core import lake
from apps.core.leases import reap_all
from apps.core.tasks import reap_leases
from apps.datasets import tables
from apps.datasets.building import build
from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design, create_dataset
from apps.datasets.enums import BuildMode, BuildPhase, BuildState
from apps.datasets.models import Version
from apps.datasets.recipes.document import Recipe
from apps.datasets.requesting import request_build
from apps.datasets.restoring import request_restoration
from apps.datasets.tasks import build_version, start_due_builds
from config.embedded import EmbeddedServices
from config.settings.environment import broker_url
from tests.collection.workers import LATER, environment, forks, kill_all, wait_until
from tests.core.test_leases import in_threads
from tests.datasets.factories import (
    GRENOBLE,
    NAMELESS,
    TOWNS,
    VOIRON,
    built,
    collect_rows,
    main_table,
    make_dataset,
    model_of,
    rows_of,
    source_of,
)
from tests.datasets.killed import COPYING, MAKING, POINTS
from tests.forks import DEAD

__all__ = ["forks"]

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
    pytest.mark.xdist_group("dataset_processes"),
]

KILLED = "tests.datasets.killed"
# Long enough to be killed in the middle on any machine.
ROWS = 300_000


@pytest.mark.parametrize("point", [point for point in POINTS if point != COPYING])
def test_a_process_may_die_at_any_moment(forks, lake_folder, point):
    dataset = make_dataset(GRENOBLE, VOIRON, NAMELESS, max_rejected_share=50)
    asked = request_build(dataset=dataset, by=None)
    assert forks.run(KILLED, asked.pk, point, lake=lake_folder) == DEAD
    before = Version.objects.count()

    reap_all(now=timezone.now() + LATER)
    build(build_id=asked.pk)

    asked.refresh_from_db()
    version = Version.objects.get()
    assert before == (point == "the version is committed, the lease held")
    assert (asked.state, asked.is_held, asked.rows_kept, asked.rows_rejected) == (BuildState.PUBLISHED, False, 2, 1)
    assert tables.existing_tables() == {main_table(version).table}
    assert rows_of(version).count() == pq.read_metadata(lake_folder / main_table(version).snapshot).num_rows == 2


@pytest.mark.parametrize("point", [point for point in POINTS if point not in MAKING])
def test_a_process_may_die_at_any_moment_of_a_restoration(forks, lake_folder, point):
    dataset = make_dataset(GRENOBLE, VOIRON)
    first = built(dataset).version
    second = built(dataset, GRENOBLE).version
    asked = request_restoration(version=first, by=None)
    assert forks.run(KILLED, asked.pk, point, lake=lake_folder) == DEAD
    dataset.refresh_from_db()
    served = dataset.current_version
    assert rows_of(served).count() == served.rows

    reap_all(now=timezone.now() + LATER)
    build(build_id=asked.pk)

    asked.refresh_from_db()
    version = dataset.versions.get(number=3)
    assert (served == second) == (point != "the version is committed, the lease held")
    assert (asked.state, asked.is_held, version.build) == (BuildState.PUBLISHED, False, asked)
    assert tables.existing_tables() == {main_table(each).table for each in (first, second, version)}
    assert rows_of(version).count() == pq.read_metadata(lake_folder / main_table(version).snapshot).num_rows == 2


@pytest.mark.parametrize("point", [point for point in POINTS if point != COPYING])
def test_a_process_may_die_at_any_moment_of_an_update(forks, lake_folder, point):
    dataset = make_dataset(GRENOBLE, VOIRON, max_rejected_share=50)
    recipe = design_of(dataset).recipes["town"].model_copy(update={"mode": BuildMode.UPSERT})
    change_design(dataset=dataset, design=replace(design_of(dataset), recipes={"town": recipe}), by=None)
    first = built(dataset).version
    collect_rows(source_of(dataset), [NAMELESS, GRENOBLE | {"Population": "7"}])
    asked = request_build(dataset=dataset, by=None)
    assert forks.run(KILLED, asked.pk, point, lake=lake_folder) == DEAD
    dataset.refresh_from_db()
    assert (dataset.current_version == first) != (point == "the version is committed, the lease held")
    assert rows_of(first).count() == 2

    reap_all(now=timezone.now() + LATER)
    build(build_id=asked.pk)

    asked.refresh_from_db()
    second = Version.objects.get(number=2)
    assert (asked.state, asked.is_held) == (BuildState.PUBLISHED, False)
    assert asked.outputs.get().update == {"added": 0, "changed": 1, "unchanged": 0, "kept": 1, "removed": 0}
    assert list(rows_of(second).values_list("name", "population")) == [("Grenoble", 7), ("Voiron", 20248)]


@pytest.mark.parametrize("point", [point for point in POINTS if point != COPYING])
def test_a_process_may_die_at_any_moment_of_a_build_that_adds_to_a_version(forks, lake_folder, point):
    dataset = make_dataset(GRENOBLE, NAMELESS, max_rejected_share=50)
    first = built(dataset).version
    collect_rows(source_of(dataset), [VOIRON], mode=RunMode.INCREMENTAL)
    asked = request_build(dataset=dataset, by=None)
    assert forks.run(KILLED, asked.pk, point, lake=lake_folder) == DEAD
    assert rows_of(first).count() == 1

    reap_all(now=timezone.now() + LATER)
    build(build_id=asked.pk)

    asked.refresh_from_db()
    assert (asked.state, asked.base, asked.rows_in, asked.rows_rejected) == (BuildState.PUBLISHED, first, 3, 1)
    assert list(rows_of(Version.objects.get(number=2)).values_list("name", flat=True)) == ["Grenoble", "Voiron"]


def test_of_many_that_want_a_build_one_has_it():
    asked = request_build(dataset=make_dataset(GRENOBLE), by=None)

    done = [each for each in in_threads(4, lambda index: build(build_id=asked.pk)) if each]

    assert [(each.pk, each.lease_count) for each in done] == [(asked.pk, 1)]
    assert Version.objects.count() == 1


# --- A real worker --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def store(tmp_path_factory):
    services = EmbeddedServices(tmp_path_factory.mktemp("datasets") / "run", durable=False)
    services.start(database=False)
    yield services
    services.stop()


@pytest.fixture
def broker(store):
    with Connection(broker_url(store.redis_url)) as opened:
        yield opened
        opened.default_channel.client.flushall()


@pytest.fixture
def start_worker(store, transactional_db, lake_folder, tmp_path):
    """Start a worker as the Procfile does, on the servers of the test."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "config", "worker", "--concurrency", "1"]
    command += ["--queues", "default,collect", "--without-mingle", "--without-gossip"]
    variables = environment(lake_folder) | {
        "REDIS_URL": store.redis_url,
        "CELERY_BROKER_URL": broker_url(store.redis_url),
    }
    started = []

    def start():
        with (tmp_path / "worker.log").open("ab") as log:
            started.append(
                subprocess.Popen(
                    command, cwd=settings.BASE_DIR, env=variables, stdout=log, stderr=log, start_new_session=True
                )
            )
        return started[-1]

    yield start
    for process in started:
        kill_all(process)


def add_a_large_segment(run):
    """ROWS more towns, of which the population is 7 times the number."""
    numbers = range(1, ROWS + 1)
    table = pa.table(
        {
            "Code": [f"{number:05x}" for number in numbers],
            "Nom": ["Saint-Étienne-du-Rouvray"] * ROWS,
            "Population": [str(7 * number) for number in numbers],
            "_run": pa.array([run.pk] * ROWS, pa.int64()),
            "_part": pa.array([0] * ROWS, pa.int16()),
            "_seq": pa.array([1] * ROWS, pa.int32()),
            "_row": pa.array([number + 1 for number in numbers], pa.int64()),
        }
    )
    with lake.writing(f"runs/{run.pk}/all-000001.parquet") as draft:
        pq.write_table(table, draft.path, row_group_size=20_000)
    stored = draft.stored
    Segment.objects.create(
        run=run, part="all", seq=1, name=stored.name, rows=ROWS, size=stored.size, sha256=stored.sha256
    )


def test_what_is_made_from_a_dataset_is_built_once_it_is_published(start_worker, broker):
    dataset = make_dataset(GRENOBLE, VOIRON)
    steps = [{"step": "map", "columns": {"code": "code", "name": "name", "population": "population"}}]
    recipe = Recipe.from_document({"inputs": [{"dataset": dataset.slug, "steps": steps}]})
    made_from_it = create_dataset(
        name="Made from it", design=Design(model=model_of(TOWNS), recipes={"town": recipe}), by=None
    )
    asked = request_build(dataset=dataset, by=None)
    start_worker()

    build_version.apply_async([asked.pk], connection=broker)

    wait_until(Version.objects.filter(dataset=made_from_it).exists)
    asked.refresh_from_db()
    assert list(made_from_it.builds.get().read_versions.all()) == [asked.version]


@pytest.mark.parametrize("phase", [BuildPhase.CLEAN, BuildPhase.LOAD])
def test_a_build_whose_worker_is_killed_is_finished_by_the_next_one(start_worker, broker, phase):
    dataset = make_dataset({"Code": "zzzzz", "Nom": "Voiron", "Population": "0"})
    first = built(dataset).version
    add_a_large_segment(source_of(dataset).runs.get())
    asked = request_build(dataset=dataset, by=None)
    worker = start_worker()
    build_version.apply_async([asked.pk], connection=broker)

    def has_come_to_the_phase():
        asked.refresh_from_db()
        return asked.phase == phase

    wait_until(has_come_to_the_phase)
    kill_all(worker)
    dataset.refresh_from_db()
    assert dataset.current_version == first
    assert rows_of(first).count() == 1
    start_worker()

    def is_over():
        # What the clock asks of workers each minute.
        reap_leases.apply_async(connection=broker)
        start_due_builds.apply_async(connection=broker)
        sleep(0.5)
        asked.refresh_from_db()
        return asked.is_over and not asked.is_held

    wait_until(is_over)
    version = Version.objects.get(number=2)
    assert (asked.state, asked.lease_count, version.rows) == (BuildState.PUBLISHED, 2, ROWS + 1)
    assert tables.existing_tables() == {main_table(first).table, main_table(version).table}
    found = rows_of(version).values_list("id", "population")
    assert all(population == 7 * (row - 1) for row, population in found.iterator())
    assert rows_of(version).count() == ROWS + 1
