"""The kinds of sources. One more is one more module or package here, with one class, named below."""

from typing import Any

from apps.collection.connectors.base import Registry
from apps.collection.connectors.bigdata import BigDataConnector
from apps.collection.connectors.file import FileConnector

CONNECTORS = Registry[Any](FileConnector(), BigDataConnector())
