"""A PostgreSQL to collect from."""

from tests.collection.connectors.databases import loopback, postgres, postgres_server

__all__ = ["loopback", "postgres", "postgres_server"]
