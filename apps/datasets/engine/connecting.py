"""DuckDB, in this process, over Parquet files: it sees the files that it is given and nothing else (no other file, no
network, no extension), in a bounded memory (DUCKDB_MEMORY_MB). What does not fit in it goes to the disk.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.conf import settings

from apps.datasets.exceptions import CleaningCancelled

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from duckdb import DuckDBPyConnection

# Rows of a group in what is written: what a reader holds in memory at a time.
ROWS_IN_A_GROUP = 50_000
# How often it is asked whether to stop.
POLL_SECONDS = 0.25
# What a killed process left in the work directory is taken away after that.
LEFT_OVER_SECONDS = 24 * 3600


def never() -> bool:
    return False


@contextmanager
def connect(*, reads: Iterable[Path] = (), writes: Iterable[Path] = ()) -> "Iterator[DuckDBPyConnection]":
    """A database in memory, that may read and write these files, and those of these directories."""
    import duckdb

    allowed = [*reads, *writes]
    with working_directory() as work:
        connection = duckdb.connect(
            config={
                "memory_limit": f"{settings.DUCKDB_MEMORY_MB}MB",
                "threads": settings.DUCKDB_THREADS,
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
            connection.execute("SET disabled_optimizers = 'build_side_probe_side,join_order'")
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


class Script:
    """Statements run one after the other, that may be stopped, and told in the end."""

    def __init__(self, connection: "DuckDBPyConnection", should_stop: Callable[[], bool] = never) -> None:
        self._connection = connection
        self._should_stop = should_stop
        self.statements: list[str] = []

    @property
    def told(self) -> str:
        """What was run, without the paths of the files."""
        return "\n\n".join(f"{statement};" for statement in self.statements)

    def view(self, name: str, paths: Sequence[Path]) -> None:
        """Give these Parquet files a name; a column that some of them lack is null there."""
        self._connection.execute(
            f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet({_texts(paths)}, union_by_name = true)"  # noqa: S608 -- our own names; paths are quoted
        )

    def run(self, sql: str, *, tell: bool = True) -> list[tuple[Any, ...]]:
        """Raises CleaningCancelled if it was to be stopped."""
        if tell:
            self.statements.append(sql)
        return self._run(sql)

    def copy(self, sql: str, *, to: Path, tell_as: str) -> int:
        """Write what this query gives as a Parquet file; the number of its rows."""
        self.statements.append(f"COPY (\n{sql}\n) TO '{tell_as}' (FORMAT parquet, COMPRESSION zstd)")
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_IN_A_GROUP}, USE_TMP_FILE false"
        ((count,),) = self._run(f"COPY (\n{sql}\n) TO {_text(to)} ({options})")
        return int(count)

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        """In a thread of its own, so that this one may ask whether to stop: what it asks may need its own database."""
        import duckdb

        found: list[list[tuple[Any, ...]]] = []
        errors: list[BaseException] = []

        def execute() -> None:
            try:
                found.append(self._connection.execute(sql).fetchall())
            except BaseException as error:
                errors.append(error)

        if self._should_stop():
            raise CleaningCancelled(_cancelled())
        thread = threading.Thread(target=execute, name="duckdb")
        thread.start()
        try:
            while thread.is_alive():
                thread.join(POLL_SECONDS)
                if thread.is_alive() and self._should_stop():
                    self._connection.interrupt()
                    thread.join()
        finally:
            if thread.is_alive():  # what asks whether to stop failed
                self._connection.interrupt()
                thread.join()
        if errors and isinstance(errors[0], duckdb.InterruptException):
            raise CleaningCancelled(_cancelled()) from errors[0]
        if errors:
            raise errors[0]
        return found[0]


def to_sql(expression: "ir.Table") -> str:
    """This expression in the language of DuckDB, laid out to be read."""
    import ibis

    return str(ibis.to_sql(expression, dialect="duckdb", pretty=True))


def _cancelled() -> str:
    from django.utils.translation import gettext as _

    return _("The cleaning was cancelled: nothing that it wrote is kept.")


def _texts(paths: Iterable[Path]) -> str:
    return f"[{', '.join(_text(path) for path in paths)}]"


def _text(path: Path) -> str:
    """As SQL writes a text: settings and COPY take no parameter."""
    return "'" + str(path).replace("'", "''") + "'"
