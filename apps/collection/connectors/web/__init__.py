"""Web sites: pages visited politely, and what is read in them."""

from apps.collection.connectors.web.connector import WebConnector

__all__ = ["WebConnector"]
