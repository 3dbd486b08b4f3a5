"""The query sheet of what is read of a system of big data."""

from dataclasses import replace

from apps.collection.connectors.bigdata.conditions import Condition
from apps.collection.connectors.bigdata.config import BigDataConfig, System
from apps.collection.connectors.bigdata.explaining import Explanation, read_plan
from apps.collection.queries import Plan, QuerySheet

# As sqlglot calls the languages; a folder of files is read as a table is.
DIALECTS = {
    System.SPARK: "spark",
    System.HIVE: "hive",
    System.IMPALA: "hive",
    System.TRINO: "trino",
    System.LAKE: "duckdb",
}


def sheet_of(config: BigDataConfig, explained: Explanation, sheet: QuerySheet | None = None) -> QuerySheet:
    """The sheet of the query, or of the SELECT that the settings make of a table; reasons that were given stay."""
    text = config.query or _written(config)
    parameters = {name: str(value) for name, value in config.parameters.items()}
    if sheet is None:
        sheet = QuerySheet.of(text, dialect=DIALECTS[System(config.system)], parameters=parameters)
    elif sheet.text != text:
        sheet = sheet.reworded(text)
    plan = Plan(system=str(config.system), rows=explained.estimated_rows, raw=explained.text)
    return replace(sheet, parameters=parameters, plan=plan)


def told_plan(plan: Plan) -> list[str]:
    """What a kept plan says, in the reader's language."""
    from apps.collection.connectors.bigdata.lake_explaining import told

    if plan.system == System.LAKE:
        return told(str(plan.raw))
    return list(read_plan(str(plan.raw), System(plan.system)).sentences)


def _written(config: BigDataConfig) -> str:
    """As people would write it: for reading, not for sending."""
    name = config.name if config.system == System.LAKE else config.table
    clauses = ["SELECT", ", ".join(config.columns) or "*", "FROM", str(name)]
    if config.filters:
        clauses += ["WHERE", " AND ".join(_condition(each) for each in config.conditions)]
    return " ".join(clauses)


def _condition(condition: Condition) -> str:
    """In SQL, a list stands between brackets and a text between quotes."""
    values = ", ".join(_value(value) for value in condition.values)
    is_list = condition.operator in ("in", "not in")
    return f"{condition.column} {condition.operator.upper()} {f'({values})' if is_list else values}".strip()


def _value(value: str) -> str:
    return value if value.lstrip("-").isdecimal() else "'" + value.replace("'", "''") + "'"
