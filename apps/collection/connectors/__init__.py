"""The kinds of sources. One more is one more module or package here, with one class, named below."""

from apps.collection.connectors.base import Registry
from apps.collection.connectors.file import FileConnector

CONNECTORS: Registry = Registry(FileConnector())
