"""The kinds of sources. One more is one more module or package here, with one class, named below."""

from typing import Any

from apps.collection.connectors.base import Registry
from apps.collection.connectors.bigdata import BigDataConnector
from apps.collection.connectors.file import FileConnector
from apps.collection.connectors.rest import RestConnector
from apps.collection.connectors.sql import SqlConnector
from apps.collection.connectors.web import WebConnector

CONNECTORS = Registry[Any](FileConnector(), RestConnector(), WebConnector(), SqlConnector(), BigDataConnector())
