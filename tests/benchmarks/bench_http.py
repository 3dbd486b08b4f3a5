"""What the guard costs: GuardedSession beside plain requests, on the same local server, in the same run.

    make bench ARGS="-k http"        or        python -m tests.benchmarks.bench_http

Each case runs in interleaved passes, each client going first in turn; the median of a pass is shown, with the ratio of
the medians. The physical limit is the socket itself: a raw keep-alive client gives the floor.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from statistics import median

import requests

PASSES = 7
SMALL = b"x" * 200
LARGE = b"x" * (20 * 1024 * 1024)
SLOWEST = {"small": 3.0, "large": 1.6, "connect": 3.0}


@contextmanager
def server() -> Iterator[int]:
    """The least that speaks HTTP: answers `/large` with 20 MiB and anything else with 200 bytes, connections kept."""
    answers = {
        path: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        for path, body in {b"/small": SMALL, b"/large": LARGE}.items()
    }

    def serve(connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(65536):
                connection.sendall(answers[request.split(b" ")[1]])

    def accept(listening: socket.socket) -> None:
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, args=(listening,), daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def measure(clients: dict[str, Callable[[], object]], times: int) -> dict[str, float]:
    """The median seconds that one call takes, by client."""
    passes: dict[str, list[float]] = {name: [] for name in clients}
    for turn in range(PASSES):
        for name in sorted(clients, reverse=bool(turn % 2)):
            started = time.perf_counter()
            for _time in range(times):
                clients[name]()
            passes[name].append((time.perf_counter() - started) / times)
    return {name: median(seconds) for name, seconds in passes.items()}


def run() -> dict[str, float]:
    """Print the table; answer how many times slower the guarded session is, by case."""
    from apps.core.http import GuardedSession, Limits, Policy

    with server() as port:
        url = f"http://127.0.0.1:{port}"
        policy = Policy(networks=(ip_network("127.0.0.1/32"),), ports=frozenset({port}), per_second=0)
        limits = Limits(size=64 * 1024 * 1024)

        def raw() -> bytes:
            floor.sendall(b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n")
            return floor.recv(65536)

        def connect_plainly() -> None:
            with requests.Session() as session:
                session.get(f"{url}/small")

        def connect_guarded() -> None:
            with GuardedSession(policy=policy, limits=limits) as session:
                session.get(f"{url}/small")

        with (
            socket.create_connection(("127.0.0.1", port)) as floor,
            requests.Session() as plain,
            GuardedSession(policy=policy, limits=limits) as guarded,
        ):
            floor.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            results = {
                "small": measure(
                    {
                        "socket": raw,
                        "requests": lambda: plain.get(f"{url}/small"),
                        "guarded": lambda: guarded.get(f"{url}/small"),
                    },
                    times=100,
                ),
                "large": measure(
                    {"requests": lambda: plain.get(f"{url}/large"), "guarded": lambda: guarded.get(f"{url}/large")},
                    times=2,
                ),
                "connect": measure({"requests": connect_plainly, "guarded": connect_guarded}, times=20),
            }
    ratios = {}
    for case, seconds in results.items():
        ratios[case] = seconds["guarded"] / seconds["requests"]
        row = "  ".join(f"{name} {value * 1e3:8.3f} ms" for name, value in seconds.items())
        print(f"{case:8} {row}   guarded/requests ×{ratios[case]:.2f}")  # noqa: T201 -- what a benchmark is for
    return ratios


def test_the_guard_costs_little_beside_plain_requests(settings):
    ratios = run()

    assert all(ratios[case] < SLOWEST[case] for case in ratios), ratios


def main() -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    run()


if __name__ == "__main__":
    main()
