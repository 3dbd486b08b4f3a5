"""The same samples by Spark: what DuckDB gives, to the letter."""

import ibis
import pytest

from tests.datasets.recipes.samples import SAMPLES, outcome
from tests.datasets.recipes.spark import running_session

# One group: one worker of the suite starts Spark. It warns of the pandas that is there, with which nothing is done.
pytestmark = [
    pytest.mark.bigdata,
    pytest.mark.xdist_group("spark-session"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    with running_session(tmp_path_factory.mktemp("spark-session")) as session:
        ibis.pyspark.connect(session)  # which makes its language known to Ibis
        yield session


@pytest.mark.parametrize("name", SAMPLES)
def test_spark_gives_the_same(spark, name):
    sample = SAMPLES[name]

    def register(table, rows):
        spark.createDataFrame(rows).createOrReplaceTempView(table)

    def run(rows):
        return spark.sql(ibis.to_sql(rows, dialect="pyspark")).toArrow().to_pylist()

    found = outcome(register, run, "arrived", sample)

    assert dict(zip(sample.rows, found, strict=True)) == dict(sample.rows)
