"""The two engines that recipes are compiled for, asked the same thing: DuckDB, and Spark in this machine."""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pytest

from tests.collection.connectors.sparkserver import why_not

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Its tests are one group: one worker of the suite starts it.
SPARK_GROUP = pytest.mark.xdist_group("spark-session")


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """A session of Spark, started once. Without Java its tests are skipped, but never in continuous integration."""
    reason = why_not()
    if reason and os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    # Spark warns of the pandas that is there, which nothing here gives it.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        session = (
            SparkSession.builder.master("local[2]")
            .appName("recipes")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.memory", "1g")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        # It tells of the end when there is nothing to write it to any more.
        logging.getLogger("py4j").setLevel(logging.WARNING)
        yield session
        session.stop()


def on_duckdb(expression: ir.Table, files: Mapping[str, Path]) -> list[tuple[Any, ...]]:
    """The rows that this expression gives, of tables that are Parquet files."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, path in files.items():
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")  # noqa: S608 -- our own files
        return connection.execute(str(ibis.to_sql(expression, dialect="duckdb"))).fetchall()


def on_spark(session: "SparkSession", expression: ir.Table, files: Mapping[str, Path]) -> list[tuple[Any, ...]]:
    """The rows that this expression gives, of tables that are Parquet files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, path in files.items():
            session.read.parquet(str(path)).createOrReplaceTempView(name)
        # Ibis only has the options of a backend once it was asked for it.
        return [tuple(row) for row in session.sql(str(ibis.pyspark.compile(expression))).collect()]
