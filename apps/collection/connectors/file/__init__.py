"""Tables in text: CSV and its cousins."""

from apps.collection.connectors.file.connector import FileConnector

__all__ = ["FileConnector"]
