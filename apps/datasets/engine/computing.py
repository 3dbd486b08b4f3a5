"""What computes the expressions of recipes: DuckDB here, or Spark when the data outgrows the machine.

Both leave what they make as Parquet files, which DuckDB then sees under a name.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from apps.datasets.engine.connecting import Script, to_sql
from apps.datasets.engine.inputs import hold_row
from apps.datasets.enums import Engine

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Computing(Protocol):
    """The tables of an expression are those that the script knows by their name."""

    script: Script

    def keep(self, name: str, expression: "ir.Table") -> list[Path]:
        """Compute this: its files, which are given this name. All that is computed has a lineage."""

    def hold(self, name: str, row: Mapping[str, str]) -> str:
        """Have a table of this one row, which is secret: it is neither told nor written; its name."""


class OnDuckDB:
    def __init__(self, script: Script, work: Path) -> None:
        self.script = script
        self.work = work

    def keep(self, name: str, expression: "ir.Table") -> list[Path]:
        path = self.work / f"{name}.parquet"
        self.script.copy(to_sql(expression), to=path, tell_as=path.name, is_for_a_moment=True)
        self.script.view(name, [path])
        return [path]

    def hold(self, name: str, row: Mapping[str, str]) -> str:
        return hold_row(self.script, name, row)


def computing_on(engine: Engine, script: Script, work: Path) -> Computing:
    """Raises EngineUnavailable."""
    if engine == Engine.DUCKDB:
        return OnDuckDB(script, work)
    from apps.datasets.engine.spark import OnSpark

    return OnSpark(script, work)
