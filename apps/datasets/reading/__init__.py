"""Reading the rows of a dataset: what a person may see of it, what they ask, and the answer.

table = Table.of(version, viewer)                 # the only place that decides which columns one may read
query = parse_query(request.GET, table)           # raises InvalidQuery, which names each wrong parameter
page = read_rows(table, query)                    # rows as dictionaries, for pages
page = read_json(table, query)                    # rows as JSON that the database wrote, for programs
groups = read_groups(table, parse_aggregate(request.GET, table))
"""

from apps.datasets.reading.aggregates import AggregateQuery, Groups, parse_aggregate, read_groups
from apps.datasets.reading.pages import JsonPage, RowsPage, count_rows, read_json, read_rows
from apps.datasets.reading.queries import InvalidQuery, RowQuery, parse_query
from apps.datasets.reading.table import Table

__all__ = [
    "AggregateQuery",
    "Groups",
    "InvalidQuery",
    "JsonPage",
    "RowQuery",
    "RowsPage",
    "Table",
    "count_rows",
    "parse_aggregate",
    "parse_query",
    "read_groups",
    "read_json",
    "read_rows",
]
