"""What a HiveServer2 says of a query that it does not do, as an error of ours.

Its text quotes the query and the data, and differs between systems and versions: it is only recognised, by the state
of SQL or a phrase that does not change, and never kept.
"""

import re

from apps.collection.connectors.bigdata.config import BigDataConfig
from apps.collection.connectors.bigdata.exceptions import (
    NoRight,
    QueryCancelled,
    QueryFailed,
    QueryNotUnderstood,
    UnknownColumn,
    UnknownDatabase,
    UnknownTable,
)
from apps.collection.exceptions import CollectionError

_TABLE = re.compile(
    r"TABLE_OR_VIEW_NOT_FOUND|Table not found|Could not resolve table reference|Table .* does not exist"
)
_DATABASE = re.compile(r"SCHEMA_NOT_FOUND|Database (?:does not exist|.* not found)|NoSuchDatabase")
_COLUMN = re.compile(
    r"UNRESOLVED_COLUMN|Could not resolve column|Invalid table alias or column reference|Column .* cannot be resolved"
)
_RIGHT = re.compile(r"AuthorizationException|AccessControlException|INSUFFICIENT_PERMISSIONS|Permission denied")
_CANCELLED = re.compile(r"OPERATION_CANCELED|QUERY_EXECUTION_TIMEOUT|[Cc]ancel+ed|expired due to|timed out")
_COLUMN_NAME = re.compile(r"name `([^`]{1,100})`|column (?:or field )?reference:? '([^']{1,100})'")
_TABLE_NAME = re.compile(r"(?:table or view|Table not found) (`[^`]{1,200}`(?:\.`[^`]{1,200}`)*)")
_ERROR_CODE = re.compile(r"\[([A-Z][A-Z0-9_.]{3,80})\]")
_STATE = re.compile(r"SQLSTATE: ([0-9A-Z]{5})")

# The classes of SQL's states that mean "your query": data, syntax and access rules.
_OURS = ("22", "42", "3D", "3F")


def refusal(config: BigDataConfig, said: str, state: str = "") -> CollectionError:
    """The error that `said`, in the SQL state `state`, tells of."""
    if not state and (found := _STATE.search(said)):
        state = found[1]
    host, name = config.host, config.name
    code = _ERROR_CODE.search(said)
    error = code[1] if code else state or "?"
    if state in {"42P01", "42S02"} or _TABLE.search(said):
        table = _TABLE_NAME.search(said)
        return UnknownTable(name=table[1].replace("`", "") if table else name)
    if _DATABASE.search(said):
        return UnknownDatabase(name=config.database or name)
    if state in {"42703", "42S22"} or _COLUMN.search(said):
        column = _COLUMN_NAME.search(said)
        return UnknownColumn(column=(column[1] or column[2]) if column else "")
    if state == "42501" or _RIGHT.search(said):
        return NoRight(host=host, name=name)
    if _CANCELLED.search(said):
        return QueryCancelled(host=host)
    if state.startswith(_OURS) or "ParseException" in said or "AnalysisException" in said:
        return QueryNotUnderstood(error=error)
    return QueryFailed(host=host, error=error)
