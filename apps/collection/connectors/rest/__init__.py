"""REST APIs: JSON, page by page."""

from apps.collection.connectors.rest.connector import RestConnector

__all__ = ["RestConnector"]
