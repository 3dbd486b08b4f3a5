"""What holds for every test: the servers it may use, and the network it may not."""

import gc
import hashlib
import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import hypothesis
import pytest
import redis
from django.conf import settings
from django.test import override_settings
from django.utils import timezone, translation

from apps.core.http import pacing
from config.embedded import EmbeddedServices
from config.embedded.private import claim_directory, only_one_at_a_time
from config.settings.environment import TEST_DIR
from tests.world import ServedWorld, served_world

# The machine may be busy: an example takes the time it takes.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

SERVERS = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded servers, once for the session, for those that the environment does not name.

    Whichever they are, another run that would empty the same tables and the same keys waits for the end of this one.
    """
    if hasattr(config, "workerinput"):
        return
    config.stash[SERVERS] = stack = ExitStack()
    for url, is_embedded in (
        (os.environ["DATABASE_URL"], settings.EMBEDDED_DATABASE),
        (os.environ["REDIS_URL"], settings.EMBEDDED_REDIS),
    ):
        if not is_embedded:
            digest = hashlib.sha256(url.encode()).hexdigest()[:16]
            lock = Path(gettempdir()) / f"ecluse-tests-{os.geteuid()}-{digest}.lock"
            server = urlsplit(url)
            waiting = f"Tests already run on {server.hostname}{server.path}: waiting for their end."
            stack.enter_context(only_one_at_a_time(lock, while_waiting=waiting))
    if settings.EMBEDDED_DATABASE or settings.EMBEDDED_REDIS:
        claim_directory(TEST_DIR)
        services = EmbeddedServices(TEST_DIR, durable=False)
        waiting = "Tests already run in this checkout, on the same servers: waiting for their end."
        stack.enter_context(only_one_at_a_time(TEST_DIR / "session.lock", while_waiting=waiting))
        stack.callback(services.stop)
        services.start(database=settings.EMBEDDED_DATABASE, redis=settings.EMBEDDED_REDIS)


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVERS in config.stash:
        config.stash[SERVERS].close()


def pytest_collection_finish() -> None:
    """Millions of objects now stand until the end: no garbage collection has to walk through them again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Libraries in C look at their own, as the interpreter ends, for what was not given back."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def _no_network_beyond_loopback() -> Iterator[None]:
    """Fail a test that reaches for another machine, at the call that would have left this one."""
    patch = pytest.MonkeyPatch()

    def guard(name: str, address_of: Callable[..., Any]) -> None:
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, *args: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address_of(*args)[0]):
                pytest.fail(f"A test reached for the network: {address_of(*args)}")
            return original(self, *args)

        patch.setattr(socket.socket, name, guarded)

    def lookup(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        if not _is_loopback(host):
            pytest.fail(f"A test asked the network for the address of {host!r}")
        return resolve(host, *args, **kwargs)

    resolve = socket.getaddrinfo
    patch.setattr(socket, "getaddrinfo", lookup)
    guard("connect", lambda address: address)
    guard("connect_ex", lambda address: address)
    guard("sendto", lambda *args: args[-1])
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def media_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where this worker of the suite keeps its files, the lake among them; the processes that it starts find it too."""
    place = tmp_path_factory.mktemp("media")
    lake = settings.STORAGES["lake"] | {"OPTIONS": {"location": place / "lake"}}
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(MEDIA_ROOT=place, STORAGES=settings.STORAGES | {"lake": lake}),
    ):
        patch.setitem(os.environ, "MEDIA_ROOT", str(place))
        yield place


@pytest.fixture(scope="session")
def demo_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedWorld]:
    """The world of the demonstration, small, that answers on a port of loopback."""
    with served_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def reachable_world(demo_world: ServedWorld, settings: Any, monkeypatch: pytest.MonkeyPatch) -> ServedWorld:
    """The same, which sources may call and read, as the launcher opens it; `projects/demo` leads there."""
    port = urlsplit(demo_world.base).port
    settings.COLLECT_FOLDERS = [str(demo_world.folder)]
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.OUTBOUND_ALLOWED_PORTS = [80, 443, port]
    monkeypatch.setenv("DEMO_WORLD_PORT", str(port))
    return demo_world


@pytest.fixture(autouse=True)
def _own_language_and_zone() -> Iterator[None]:
    """A request leaves the reader's language and time zone to its thread: no test begins with another's."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    yield
    translation.activate(language)
    timezone.activate(zone)


@pytest.fixture(autouse=True)
def _loopback_asks_for_no_patience() -> None:
    """A server of another test may have asked not to be called for minutes, and all servers of tests are one host."""
    with suppress(redis.RedisError):
        pacing._client(settings.REDIS_URL).delete(*(f"ecluse:pacing:127.0.0.1{key}" for key in ("", ":held")))


@pytest.fixture
def own_cache(settings: Any) -> None:
    """What the cache holds (limits, remembered tokens) lives in Redis: here, under keys of this test's own."""
    default = settings.CACHES["default"]
    settings.CACHES = {"default": default | {"KEY_PREFIX": f"test-{uuid4()}"}}


def _is_loopback(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        return False
