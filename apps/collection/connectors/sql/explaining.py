"""How a database would carry out what a source asks of it: its plan, a measure, and the sheet of the query."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace

from apps.collection.connectors.sql.config import SqlConfig, System
from apps.collection.connectors.sql.exceptions import NothingChosen
from apps.collection.connectors.sql.partitioning import columns_of
from apps.collection.connectors.sql.selecting import Selection
from apps.collection.connectors.sql.systems.base import Session, opened
from apps.collection.queries import Plan, QuerySheet, Timing, measure, read_plan
from apps.collection.queries.measuring import PATIENCE_SECONDS

# As sqlglot calls the languages.
DIALECTS = {
    System.POSTGRESQL: "postgres",
    System.MYSQL: "mysql",
    System.SQLITE: "sqlite",
    System.SQL_SERVER: "tsql",
    System.ORACLE: "oracle",
}
EXPLAIN_SECONDS = 10.0


def explain(config: SqlConfig) -> Plan:
    """The plan of the query, or of reading the table. Nothing is run. Raises the errors of collection."""
    with opened(config, seconds=EXPLAIN_SECONDS) as session:
        return plan_of(session, _selection(session))


def plan_of(session: Session, selection: Selection) -> Plan:
    driver = session.driver
    raw, table_rows = driver.explained(session, selection.statement(session.config, written=driver.written))
    return read_plan(raw, system=str(session.config.system), table_rows=table_rows)


def measure_query(config: SqlConfig, *, seconds: float = PATIENCE_SECONDS) -> Timing:
    """How long reading it takes, to its end or until these seconds are over. What is read is not kept."""
    with opened(config, seconds=seconds + EXPLAIN_SECONDS) as session:
        selection = _selection(session)
        with closing(_counts(session, selection)) as counts:
            return measure(counts, seconds=seconds)


def sheet_of(config: SqlConfig, sheet: QuerySheet | None = None) -> QuerySheet:
    """The sheet of the query with its plan; the reasons that were given in `sheet` stay where the query did not change.

    For a table, that of the SELECT which reads it.
    """
    with opened(config, seconds=EXPLAIN_SECONDS) as session:
        selection = _selection(session)
        plan = plan_of(session, selection)
    text = config.query or _written(config, selection.names)
    dialect = DIALECTS[System(config.system)]
    if sheet is None:
        sheet = QuerySheet.of(text, dialect=dialect, parameters=config.values)
    elif sheet.text != text:
        sheet = sheet.reworded(text)
    return replace(sheet, parameters=config.values, plan=plan)


def _written(config: SqlConfig, columns: Sequence[str]) -> str:
    """The reading of a table as people would write it: for reading, not for sending."""
    table = f"{config.schema_name}.{config.table}" if config.schema_name else config.table
    clauses = ["SELECT", ", ".join(columns), "FROM", table]
    return " ".join(clauses)


def _selection(session: Session) -> Selection:
    config = session.config
    if not (config.table or config.query):
        raise NothingChosen
    return Selection(columns=columns_of(session), values=config.values)


def _counts(session: Session, selection: Selection) -> Generator[int]:
    driver, config = session.driver, session.config
    statement = selection.statement(config, written=driver.written)
    for piece in driver.pieces(session, statement, selection.names, key=0, size=config.batch_rows, first=1):
        yield piece.count
