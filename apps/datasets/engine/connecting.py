"""DuckDB, in this process, over Parquet files: it sees the files that it is given and nothing else (no other file, no
network, no extension), in a bounded memory (DUCKDB_MEMORY_MB). What does not fit in it goes to the disk.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.conf import settings

from apps.datasets.engine.attending import attend, never

if TYPE_CHECKING:
    import ibis.expr.operations as ops
    import ibis.expr.types as ir
    from duckdb import DuckDBPyConnection

# Rows of a group in what is written: what a reader holds in memory at a time.
ROWS_IN_A_GROUP = 50_000
# What a killed process left in the work directory is taken away after that.
LEFT_OVER_SECONDS = 24 * 3600


@contextmanager
def connect(
    *,
    reads: Iterable[Path] = (),
    writes: Iterable[Path] = (),
    pushes_filters: bool = True,
    threads: int | None = None,
) -> "Iterator[DuckDBPyConnection]":
    """A database in memory, that may read and write these files, and those of these directories, by `threads` at once
    (DUCKDB_THREADS if it is not said).

    Without `pushes_filters`, conditions are looked at where they are written: DuckDB would otherwise look at those of a
    recipe before anything is computed, and so compute each value again in every condition that reads it.
    """
    import duckdb

    allowed = [*reads, *writes]
    with working_directory() as work:
        connection = duckdb.connect(
            config={
                "memory_limit": f"{settings.DUCKDB_MEMORY_MB}MB",
                "threads": threads or settings.DUCKDB_THREADS,
                "temp_directory": str(work),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "python_enable_replacements": False,
            }
        )
        try:
            connection.execute("SET TimeZone = 'UTC'")
            # The smaller side of a join is known here, and the other one keeps its order.
            kept = "" if pushes_filters else ",filter_pushdown"
            connection.execute(f"SET disabled_optimizers = 'build_side_probe_side,join_order{kept}'")
            connection.execute(f"SET allowed_directories = {_texts([each for each in allowed if each.is_dir()])}")
            connection.execute(f"SET allowed_paths = {_texts([each for each in allowed if not each.is_dir()])}")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


@contextmanager
def working_directory() -> Iterator[Path]:
    """A directory for what is only needed for a moment, emptied in the end; those of processes that died are, too."""
    root = Path(settings.DATASETS_WORK_DIR)
    root.mkdir(parents=True, exist_ok=True)
    for left in root.iterdir():
        with suppress(FileNotFoundError):  # another process has just emptied its own
            if left.stat().st_mtime < time.time() - LEFT_OVER_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=root) as directory:
        yield Path(directory)


@contextmanager
def bounded(connection: "DuckDBPyConnection", seconds: float) -> Iterator[None]:
    """Stop what the engine does once it has lasted that long: it raises duckdb.InterruptException."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Script:
    """Statements run one after the other, that may be stopped, and told in the end."""

    def __init__(self, connection: "DuckDBPyConnection", should_stop: Callable[[], bool] = never) -> None:
        self.connection = connection
        self.should_stop = should_stop
        self.statements: list[str] = []
        # The files of each name that is one of files.
        self.files: dict[str, tuple[Path, ...]] = {}

    @property
    def told(self) -> str:
        """What was run, without the paths of the files."""
        return "\n\n".join(f"{statement};" for statement in self.statements)

    def view(self, name: str, paths: Sequence[Path]) -> None:
        """Give these Parquet files a name; a column that some of them lack is null there."""
        self.files[name] = tuple(paths)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet({_texts(paths)}, union_by_name = true)"  # noqa: S608 -- our own names; paths are quoted
        )

    def run(self, sql: str, *, tell: bool = True) -> list[tuple[Any, ...]]:
        """Raises CleaningCancelled if it was to be stopped."""
        if tell:
            self.statements.append(sql)
        return self._run(sql)

    def copy(self, sql: str, *, to: Path, tell_as: str, is_for_a_moment: bool = False) -> int:
        """Write what this query gives as a Parquet file; the number of its rows.

        What is only read once more, `is_for_a_moment`, is not worth the time of compressing it well.
        """
        codec = "lz4_raw" if is_for_a_moment else "zstd"
        self.statements.append(f"COPY (\n{sql}\n) TO '{tell_as}' (FORMAT parquet, COMPRESSION {codec})")
        options = f"FORMAT parquet, COMPRESSION {codec}, ROW_GROUP_SIZE {ROWS_IN_A_GROUP}, USE_TMP_FILE false"
        ((count,),) = self._run(f"COPY (\n{sql}\n) TO {_text(to)} ({options})")
        return int(count)

    def hand(self, name: str, *, to: Path) -> None:
        """Write what has this name as a Parquet file, for another engine to read."""
        self._run(f"COPY (FROM {name}) TO {_text(to)} (FORMAT parquet, COMPRESSION zstd)")

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        return attend(
            lambda: self.connection.execute(sql).fetchall(),
            stop=self.connection.interrupt,
            should_stop=self.should_stop,
        )


def to_sql(expression: "ir.Table") -> str:
    """This expression in the language of DuckDB, laid out to be read."""
    return _written(expression.op())


@lru_cache(maxsize=128)
def _written(expression: "ops.Relation") -> str:
    """Written once for the builds and trials of a recipe: that takes a tenth of a second, more than few rows do.

    The tables of an expression have a name and a schema, no rows and no connection: equal expressions are told alike.
    """
    import ibis

    return str(ibis.to_sql(expression.to_expr(), dialect="duckdb", pretty=True))


def _texts(paths: Iterable[Path]) -> str:
    return f"[{', '.join(_text(path) for path in paths)}]"


def _text(path: Path) -> str:
    """As SQL writes a text: settings and COPY take no parameter."""
    return "'" + str(path).replace("'", "''") + "'"
