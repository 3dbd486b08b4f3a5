"""Databases: a table, a view or the answer to a query, read without changing anything."""

from apps.collection.connectors.sql.connector import SqlConnector

__all__ = ["SqlConnector"]
