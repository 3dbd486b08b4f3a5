"""Pacing: one host is called no more often than agreed, by all threads and all processes of the instance together.

Each call reserves the next free slot of its host in Redis, in one atomic step, and sleeps until that slot comes. A
short burst passes at once (GCRA, the leaky bucket without the bucket: one date per host). When a host asks for
patience (Retry-After), nobody calls it before that.

Without Redis each process keeps the pace on its own: too fast by the number of processes, never unbounded, never
stopped.
"""

import logging
import math
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from time import monotonic, sleep

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.core.http.errors import RateLimited

logger = logging.getLogger(__name__)

BURST = 5
MAX_HOLD = 3600.0
_PREFIX = "ecluse:pacing:"

# KEYS: when the next slot is free, until when the host is held (as its expiry).
# ARGV: the interval between two slots, the burst, the longest wait accepted. Times in microseconds of Redis' own clock,
# the only one that all processes share. Answers the wait, or minus the wait if it is too long and nothing was reserved.
_RESERVE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local opens = now + math.max(redis.call('PTTL', KEYS[2]), 0) * 1000
local free = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), opens)
local interval, burst, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wait = math.max(free + interval - burst * interval, opens) - now
if wait > patience then return -wait end
free = free + interval
redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 1000)
return wait
"""


def wait_turn(host: str, *, per_second: float, patience: float) -> None:
    """Sleep until this host may be called. Raises RateLimited if that would take more than `patience` seconds."""
    if not per_second:
        return
    try:
        wait = _reserve_in_redis(host, interval=1 / per_second, patience=patience)
    except redis.RedisError as error:
        logger.warning("Pacing by this process alone: %s.", type(error).__name__)
        wait = _local.reserve(host, interval=1 / per_second, patience=patience, now=monotonic())
    if wait > patience:
        raise RateLimited(host, retry_after=wait)
    if wait > 0:
        sleep(wait)


def hold(host: str, *, seconds: float) -> None:
    """Have nobody call this host for a while, because it asked for it; at most for an hour, whatever it asked."""
    seconds = min(seconds, MAX_HOLD)
    if seconds <= 0:
        return
    try:
        _client(settings.REDIS_URL).set(f"{_PREFIX}{host}:held", 1, px=math.ceil(seconds * 1000))
    except redis.RedisError as error:
        logger.warning("Pacing by this process alone: %s.", type(error).__name__)
        _local.hold(host, until=monotonic() + seconds)


def _reserve_in_redis(host: str, *, interval: float, patience: float) -> float:
    """The seconds to wait for the slot reserved, or more than `patience` if none was."""
    wait = _client(settings.REDIS_URL).eval(
        _RESERVE,
        2,
        f"{_PREFIX}{host}",
        f"{_PREFIX}{host}:held",
        math.ceil(interval * 1e6),
        BURST,
        math.floor(patience * 1e6),
    )
    return abs(int(wait)) / 1e6


@lru_cache
def _client(url: str) -> redis.Redis:
    """Impatient, and without the client's own retries: pacing must not be what a call waits for."""
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0))


@dataclass
class LocalPace:
    """The same reckoning for one process: what Redis does in `_RESERVE`."""

    free: dict[str, float] = field(default_factory=dict)
    held: dict[str, float] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def reserve(self, host: str, *, interval: float, patience: float, now: float, burst: int = BURST) -> float:
        """The seconds to wait for the slot reserved, or more than `patience` if none was."""
        with self.lock:
            opens = max(self.held.get(host, now), now)
            free = max(self.free.get(host, opens), opens)
            wait = max(free + interval - burst * interval, opens) - now
            if wait <= patience:
                self.forget_the_past(now)
                self.free[host] = free + interval
            return wait

    def hold(self, host: str, *, until: float) -> None:
        with self.lock:
            self.held[host] = until

    def forget_the_past(self, now: float) -> None:
        for dates in (self.free, self.held):
            for host in [host for host, date in dates.items() if date < now]:
                del dates[host]


_local = LocalPace()
