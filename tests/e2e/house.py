"""The site as a browser meets it: a live server on a database of its own.

A database of its own, because the server's threads see only what is committed, and emptying every table after each test
(what `live_server` does) would cost more than the test and take away the roles that a migration made.
"""

import contextlib
import os
from collections.abc import Iterator

from django.db import connection, connections
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker


class House:
    """A migrated database that stands beside the suite's, and the server that reads it."""

    def __init__(self, blocker: DjangoDbBlocker) -> None:
        self.blocker = blocker
        self.suite_database = connection.settings_dict["NAME"]
        # The suite's own database exists only if a test of the selection asked for it; the worker tells them apart.
        self.database = f"test_house_{self.suite_database}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        self.server: LiveServer | None = None

    @property
    def url(self) -> str:
        assert self.server
        return self.server.url

    def build(self) -> None:
        connection.settings_dict["TEST"]["NAME"] = self.database
        with self.blocker.unblock():
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            self.server = LiveServer("127.0.0.1")
            self.leave()

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Point the default connection at the house's database for the time of one test."""
        with self.blocker.unblock():
            connections.close_all()
            connection.settings_dict["NAME"] = self.database
            try:
                yield
            finally:
                self.leave()

    def leave(self) -> None:
        connections.close_all()
        connection.settings_dict["NAME"] = self.suite_database

    def demolish(self) -> None:
        if self.server:
            self.server.stop()
        with self.blocker.unblock():
            connections.close_all()
            # By force: the server's threads may keep a connection for as long as a browser keeps its own.
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
