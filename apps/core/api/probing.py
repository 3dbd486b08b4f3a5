"""Asking what the platform stands on whether it is well, without waiting for what hangs.

Each check runs in a thread of its own, once at a time: probes that come while it runs wait for the same answer, so that
a check that hangs costs one thread and not one per probe.
"""

from collections.abc import Iterable
from concurrent.futures import Future, wait
from threading import Lock, Thread
from time import monotonic

from django.db import connections

from apps.core.declarations import HealthCheck, HealthResult

TIME_LIMIT_SECONDS = 2.0
TOO_SLOW = "TimeoutError"

_running: dict[str, Future[HealthResult]] = {}
_lock = Lock()


def probe(checks: Iterable[HealthCheck], *, within: float = TIME_LIMIT_SECONDS) -> list[HealthResult]:
    """The answers, in the order of the checks. One that does not come `within` so many seconds is a failure."""
    asked = [(check, _ask(check)) for check in checks]
    started = monotonic()
    wait([future for _check, future in asked], timeout=within)
    return [
        future.result() if future.done() else HealthResult(check=check, seconds=monotonic() - started, problem=TOO_SLOW)
        for check, future in asked
    ]


def _ask(check: HealthCheck) -> Future[HealthResult]:
    with _lock:
        future = _running.get(check.name)
        if future is None:
            future = _running[check.name] = Future()
            Thread(target=_run, args=(check, future), name=f"health-{check.name}", daemon=True).start()
        return future


def _run(check: HealthCheck, future: Future[HealthResult]) -> None:
    try:
        result = check.run()
    finally:
        connections.close_all()  # those of this thread
        with _lock:
            _running.pop(check.name, None)
    future.set_result(result)
