"""Spark in this process, over memory: what recipes run on when the data outgrows the machine."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.collection.connectors.sparkserver import why_not

CONF = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "512m",
    # What lives a minute has no use for the second compiler, which takes half of its time, nor for compiled queries.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
}


@contextmanager
def running_session(place: Any) -> Iterator[Any]:
    """A session, stopped in the end. Skipped where there is no Java, but where all is tested."""
    if reason := why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from pyspark.sql import SparkSession

    # It says goodbye after the tests have closed what they write to.
    logging.getLogger("py4j").setLevel(logging.ERROR)

    builder = SparkSession.builder.master("local[1]").config("spark.local.dir", str(place))
    for name, value in CONF.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()
