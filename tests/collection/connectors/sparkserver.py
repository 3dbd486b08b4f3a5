"""A real Spark Thrift server (HiveServer2), from the pip package: its own warehouse, metastore and port."""

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from tests.ports import free_port

# It takes 10 to 20 seconds on a quiet machine.
BOUND_S = 180
_PR_SET_PDEATHSIG = 1
EVENTS = """
CREATE TABLE events USING parquet PARTITIONED BY (code) AS
SELECT CAST(id AS INT) AS id, timestamp_seconds(1714557600 + id) AS seen_at,
       CAST(id * 1.25 AS DECIMAL(12, 2)) AS amount, concat('é "', id, '"') AS label,
       CASE WHEN id % 10 = 0 THEN NULL ELSE array(concat('a"', id), NULL) END AS tags,
       concat('0', id % 3) AS code
FROM range(1000)
"""


def why_not() -> str:
    """Why no server can be started here, "" if one can."""
    if not shutil.which("java"):
        return "Spark needs Java, which is not installed here."
    return "" if importlib.util.find_spec("pyspark") else "pyspark is not installed here."


@contextmanager
def running_spark(place: Path) -> Iterator[int]:
    """The port of a server that keeps its tables in `place`, stopped at the end, or with this process."""
    spec = importlib.util.find_spec("pyspark")
    assert spec
    assert spec.origin
    home = Path(spec.origin).parent
    port = free_port()
    conf = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(place / "warehouse"),
        "spark.local.dir": str(place / "scratch"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={place}/metastore;create=true",
    }
    command = [str(home / "bin" / "spark-submit")]
    command += ["--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"]
    command += ["--master", "local[2]", "--driver-memory", "512m"]
    # A server that lives a minute has no use for the second compiler, which takes half of its time.
    java = f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dderby.system.home={place} -Djava.io.tmpdir={place}"
    command += ["--driver-java-options", java]
    command += [part for name, value in conf.items() for part in ("--conf", f"{name}={value}")]
    command += ["spark-internal", "--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1"]
    command += ["--hiveconf", f"hive.server2.thrift.port={port}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "HADOOP_"))}
    environment |= {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    with (
        (place / "spark.log").open("wb") as log,
        subprocess.Popen(
            command,
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent,
        ) as server,
    ):
        try:
            _wait_for(server, port, place / "spark.log")
            yield port
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()


def _die_with_parent() -> None:
    """The scripts of Spark replace themselves by the server, which so keeps what is asked of the kernel here."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = monotonic() + BOUND_S
    while monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=0.2)
            break
    pytest.fail(f"Spark did not start:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the server, with the table `events`: 1,000 rows in three partitions."""
    if reason := why_not():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with running_spark(tmp_path_factory.mktemp("spark")) as port:
        from impala.dbapi import connect as dbapi

        connection = dbapi("127.0.0.1", port, auth_mechanism="PLAIN", user="tests")
        cursor = connection.cursor(user="tests")
        cursor.execute_async(EVENTS)
        cursor._wait_to_finish()
        cursor.close()
        connection.close()
        yield port
