"""Datasets built by Spark: what DuckDB makes of the same sources, to the last row."""

import sys

import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from apps.core.leases import reap_all
from apps.datasets.building import build
from apps.datasets.enums import BuildState, Engine
from apps.datasets.exceptions import CleaningCancelled
from apps.datasets.models import Dataset
from apps.datasets.requesting import request_build
from apps.datasets.telling import failure_of
from tests.collection.workers import forks
from tests.datasets.factories import GRENOBLE, VOIRON, built, collect_rows, make_dataset, rows_of, source_of
from tests.datasets.killed import ON_SPARK
from tests.datasets.recipes.cleaned import clean_segments, column, entity, recipe, write_segment
from tests.datasets.recipes.spark import running_session
from tests.datasets.test_demonstration import flown
from tests.datasets.test_engine import NAMES
from tests.datasets.test_processes import KILLED, LATER
from tests.forks import DEAD

__all__ = ["forks"]

# One group: one worker of the suite starts Spark. It warns of the pandas that is there, with which nothing is done.
pytestmark = [
    pytest.mark.bigdata,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("lake_folder", "no_table_left"),
    pytest.mark.xdist_group("spark-session"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    with running_session(tmp_path_factory.mktemp("spark-session")) as session:
        yield session


def made(done, folder):
    """All that a build made: of each entity, the rows, those set aside, and the counts."""
    return {
        output.entity: (
            # Where a row comes from says the version that was read, which is not the same.
            pq.read_table(folder / output.snapshot).drop_columns("_run").to_pylist(),
            pq.read_table(folder / output.rejects).to_pylist(),
            (output.rows_in, output.rows_kept, output.rows_rejected, output.rows_left_out),
            output.reasons,
            output.inputs,
        )
        for output in done.outputs.all()
    }


def test_the_demonstration_is_the_same_by_both_engines(reachable_world, lake_folder, settings, spark):
    by_duckdb = flown("signalements")
    (made_from_it,) = Dataset.objects.to_build(at=timezone.now())
    again = built(made_from_it)
    Dataset.objects.filter(pk=by_duckdb.dataset_id).update(current_version=None)
    Dataset.objects.filter(pk=again.dataset_id).update(current_version=None)

    settings.DATASET_ENGINE = "spark"
    by_spark = built(Dataset.objects.get(pk=by_duckdb.dataset_id))
    again_by_spark = built(Dataset.objects.get(pk=again.dataset_id))

    for one, other in [(by_duckdb, by_spark), (again, again_by_spark)]:
        here, there = made(one, lake_folder), made(other, lake_folder)
        assert (one.state, other.state) == ("published", "published")
        assert here.keys() == there.keys()
        for name in here:
            assert there[name] == here[name]
    manifest = by_spark.version.manifest
    assert (manifest["engine"]["name"], "pyspark" in manifest["engine"]) == ("spark", True)
    assert "INSERT OVERWRITE DIRECTORY" in by_spark.sql


def test_columns_of_the_source_may_have_any_name_for_spark_too(tmp_path, spark):
    schema = entity(*(column(f"c{rank}") for rank in range(len(NAMES))))
    rules = recipe({"step": "map", "columns": {f"c{rank}": name for rank, name in enumerate(NAMES)}})
    segment = write_segment(tmp_path, {name: [str(rank), "é\"'"] for rank, name in enumerate(NAMES)})

    by_spark, by_duckdb = (clean_segments(tmp_path, rules, schema, [segment], engine=engine) for engine in Engine)

    assert by_spark.rows == by_duckdb.rows
    by_spark.assert_nothing_is_lost(2)


def test_what_spark_does_is_stopped_when_the_build_is_cancelled(tmp_path, spark):
    asked = []

    def should_stop():
        asked.append(spark.sparkContext.statusTracker().getActiveJobsIds())
        return bool(asked[-1])

    schema = entity(column("patient", is_key=True))
    rules = recipe({"step": "map", "columns": {"patient": "patient"}}, {"step": "repair_text", "columns": ["patient"]})
    segment = write_segment(tmp_path, {"patient": [f"p{number}" for number in range(400_000)]})

    with pytest.raises(CleaningCancelled):
        clean_segments(tmp_path, rules, schema, [segment], engine=Engine.SPARK, should_stop=should_stop)

    assert not spark.sparkContext.statusTracker().getActiveJobsIds()


@pytest.mark.processes
@pytest.mark.parametrize("point", ON_SPARK)
def test_a_process_may_die_while_spark_computes(forks, lake_folder, settings, spark, point):
    dataset = make_dataset(GRENOBLE, VOIRON)
    first = built(dataset).version
    collect_rows(source_of(dataset), [GRENOBLE | {"Population": "7"}, VOIRON])
    settings.DATASET_ENGINE = "spark"
    asked = request_build(dataset=dataset, by=None)
    ended = forks.run(KILLED, asked.pk, point, lake=lake_folder, DATASET_ENGINE="spark", SPARK_MASTER="local[1]")
    assert ended == DEAD
    dataset.refresh_from_db()
    assert dataset.current_version == first
    assert dict(rows_of(first).values_list("name", "population")) == {"Grenoble": 158198, "Voiron": 20248}

    reap_all(now=timezone.now() + LATER)
    build(build_id=asked.pk)

    asked.refresh_from_db()
    assert (asked.state, asked.engine, asked.is_held) == (BuildState.PUBLISHED, "spark", False)
    assert dict(rows_of(asked.version).values_list("name", "population")) == {"Grenoble": 7, "Voiron": 20248}


def test_a_spark_that_does_not_start_is_told(monkeypatch, settings):
    settings.DATASET_ENGINE, settings.SPARK_MASTER = "spark", "spark://nowhere:7077"
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)

    done = built(make_dataset(GRENOBLE))

    assert (done.state, done.error_code, done.engine) == (BuildState.FAILED, "engine_unavailable", "spark")
    assert "spark://nowhere:7077" in failure_of(done).advice
