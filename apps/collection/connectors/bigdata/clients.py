"""What the SQL systems have in common, once their driver is out of the way."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from apps.collection.connectors.bigdata.config import BigDataConfig, System
from apps.collection.connectors.bigdata.exceptions import DriverMissing, PortNotOpen
from apps.core.http.policy import Policy

if TYPE_CHECKING:
    import pyarrow as pa

REQUIREMENTS = "requirements/bigdata.txt"


@dataclass(frozen=True)
class Fetched:
    """Some rows as text, in the order in which they came; `unreadable`: rank of a row, and the column that is not."""

    rows: "pa.RecordBatch"
    unreadable: dict[int, str]


class Answer(Protocol):
    """What a query gives: its columns with their types, then its rows."""

    types: dict[str, str]

    def fetch(self, size: int) -> Iterator[Fetched]:
        """The rows, about `size` at a time."""


class Client(Protocol):
    """A session with a system. Both acts raise the errors of `exceptions.py`."""

    def ask(self, query: str) -> AbstractContextManager[Answer]:
        """Send a query; leaving the context frees, or cancels, what it holds on the system."""


def connect(config: BigDataConfig, *, patience: float, until: float | None = None) -> AbstractContextManager[Client]:
    """A session with the system of these settings.

    `patience` is how long, in seconds, a connection may take to open and each query to give its first rows; `until`, on
    the monotonic clock, is when all must be over. Raises DriverMissing, PortNotOpen, and the errors of reaching it.
    """
    port = config.port or config.system.usual_port
    if port not in Policy.from_settings().ports:
        raise PortNotOpen(host=config.host, port=port)
    module, driver = ("trinoserver", "trino") if config.system == System.TRINO else ("hiveserver", "impyla")
    try:
        # Here: these drivers are not among what every instance has.
        client = import_module(f"apps.collection.connectors.bigdata.{module}")
    except ModuleNotFoundError as error:
        raise DriverMissing(name=driver, file=REQUIREMENTS) from error
    return cast(AbstractContextManager[Client], client.session(config, patience=patience, until=until))


def all_rows(client: Client, query: str) -> list[tuple[Any, ...]]:
    """The rows of a small answer."""
    with client.ask(query) as answer:
        return [
            row
            for fetched in answer.fetch(1_000)
            for row in zip(*(column.to_pylist() for column in fetched.rows.columns), strict=True)
        ]
