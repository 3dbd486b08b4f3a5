"""Spark, on the machines of SPARK_MASTER: it reads and writes files of DATASETS_WORK_DIR, which they all see."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings

from apps.datasets.engine.attending import attend
from apps.datasets.engine.connecting import Script
from apps.datasets.failures import EngineUnavailable
from apps.datasets.recipes.compiling import LINEAGE

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from pyspark.sql import SparkSession

# So that it reads and writes what DuckDB does, alike: names that differ by case, moments in UTC.
ALIKE = {
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}
# Nobody else speaks to a driver that works on this machine alone.
ALONE = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


class OnSpark:
    """A session of its own, in the driver of this process, which goes on for the next build."""

    def __init__(self, script: Script, work: Path) -> None:
        self.script = script
        self.work = work
        self.session = _session()
        self.group = f"cleaning-{uuid4().hex}"
        # What Spark sees already, and that does not change.
        self.held: set[str] = set()

    def keep(self, name: str, expression: "ir.Table") -> list[Path]:
        """Sorted by lineage, the files follow each other: what is read at once may come in any order."""
        import ibis
        from ibis.expr.operations import UnboundTable

        for table in expression.op().find(UnboundTable):
            self._see(table.name)
        # Ibis only has the options of a backend once it was asked for it.
        written = str(ibis.to_sql(expression.order_by(list(LINEAGE)), dialect=ibis.pyspark.name, pretty=True))
        self.script.statements.append(f"INSERT OVERWRITE DIRECTORY '{name}' USING parquet\n{written}")
        folder = self.work / name
        self._write(written, to=folder)
        files = sorted(folder.glob("part-*.parquet"))
        self.script.view(name, files)
        return files

    def hold(self, name: str, row: Mapping[str, str]) -> str:
        given = ", ".join(f":{column} AS {column}" for column in row)
        self.session.sql(f"SELECT {given}", dict(row)).createOrReplaceTempView(name)
        self.held.add(name)
        return name

    def _see(self, name: str) -> None:
        """Have Spark see what DuckDB knows by this name: files of ours, or one that DuckDB makes of it."""
        if name in self.held:
            return
        files = self.script.files.get(name, ())
        if not files:  # a view, which stays what it is
            self.held.add(name)
        if not files or not all(path.is_relative_to(self.work) for path in files):
            files = (self.work / f"{name}.handed.parquet",)
            self.script.hand(name, to=files[0])
        read = self.session.read.option("mergeSchema", "true").parquet(*map(str, files))
        read.createOrReplaceTempView(name)

    def _write(self, sql: str, *, to: Path) -> None:
        context = self.session.sparkContext

        def write() -> None:
            context.setJobGroup(self.group, "A dataset is cleaned", interruptOnCancel=True)  # for this thread
            self.session.sql(sql).write.mode("overwrite").parquet(str(to))

        def stop() -> None:
            context.cancelJobGroup(self.group)

        attend(write, stop=stop, should_stop=self.script.should_stop)


def _session() -> "SparkSession":
    """Raises EngineUnavailable."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineUnavailable(master=settings.SPARK_MASTER) from error
    builder = SparkSession.builder.appName("ecluse").master(settings.SPARK_MASTER)
    if settings.SPARK_MASTER.startswith("local"):
        for name, value in ALONE.items():
            builder = builder.config(name, value)
    try:
        session = builder.getOrCreate().newSession()
    except PySparkRuntimeError as error:
        raise EngineUnavailable(master=settings.SPARK_MASTER) from error
    for name, value in ALIKE.items():
        session.conf.set(name, value)
    return session
