"""One pace per host, whoever calls: threads, processes, with Redis and without."""

import subprocess
import sys
import threading
import time
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from apps.core.http import guarded_session, pacing
from apps.core.http.errors import RateLimited
from apps.core.http.policy import Policy
from tests.core.http.conftest import page

CALLER = """
from django.conf import settings
settings.configure(REDIS_URL={redis!r})
from apps.core.http import pacing
print("ready", flush=True)
input()
for _turn in range({turns}):
    pacing.wait_turn({host!r}, per_second={rate}, patience=60)
"""


@pytest.fixture
def host() -> str:
    return f"{uuid4().hex}.test"


def test_a_burst_passes_then_the_pace_is_kept(host):
    started = time.monotonic()
    for _turn in range(pacing.BURST + 10):
        pacing.wait_turn(host, per_second=50, patience=10)
    elapsed = time.monotonic() - started

    assert elapsed >= 10 / 50


def test_two_hosts_do_not_wait_for_each_other(host):
    started = time.monotonic()
    for turn in range(30):
        pacing.wait_turn(f"{turn}.{host}", per_second=1, patience=10)

    assert time.monotonic() - started < 20


def test_threads_share_the_pace(host):
    def call():
        for _turn in range(10):
            pacing.wait_turn(host, per_second=50, patience=10)

    threads = [threading.Thread(target=call) for _thread in range(3)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert time.monotonic() - started >= (30 - pacing.BURST) / 50


@pytest.mark.processes
def test_processes_share_the_pace(host, settings):
    turns, rate = 20, 50
    code = CALLER.format(host=host, turns=turns, rate=rate, redis=settings.REDIS_URL)
    callers = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _caller in range(2)
    ]
    assert [caller.stdout.readline() for caller in callers] == [b"ready\n"] * 2

    started = time.monotonic()
    for caller in callers:
        caller.stdin.write(b"\n")
        caller.stdin.flush()
    for caller in callers:
        caller.communicate(timeout=120)
    elapsed = time.monotonic() - started

    assert [caller.returncode for caller in callers] == [0, 0]
    assert elapsed >= (2 * turns - pacing.BURST) / rate - 0.01


def test_a_wait_longer_than_the_callers_patience_is_an_error_and_reserves_nothing(host):
    for _turn in range(pacing.BURST):
        pacing.wait_turn(host, per_second=0.1, patience=1)

    for _turn in range(3):
        with pytest.raises(RateLimited) as raised:
            pacing.wait_turn(host, per_second=0.1, patience=1)
        assert raised.value.retry_after == pytest.approx(10, abs=1)


def test_a_held_host_is_called_by_nobody_until_then(host):
    started = time.monotonic()
    pacing.hold(host, seconds=0.3)

    pacing.wait_turn(host, per_second=1000, patience=5)

    assert time.monotonic() - started >= 0.29


def test_a_host_is_held_for_an_hour_at_most(host, settings):
    pacing.hold(host, seconds=10**9)

    assert pacing._client(settings.REDIS_URL).ttl(f"ecluse:pacing:{host}:held") <= 3600
    pacing._client(settings.REDIS_URL).delete(f"ecluse:pacing:{host}:held")


@pytest.mark.parametrize(
    ("operator", "asked", "pace"), [(10, None, 10), (10, 2, 2), (10, 50, 10), (0, None, 0), (0, 2, 2)]
)
def test_a_caller_may_slow_down_but_not_hurry(operator, asked, pace):
    assert Policy(per_second=operator).pace(asked) == pace


@pytest.mark.usefixtures("open_loopback")
def test_every_hop_of_a_call_takes_its_turn(site, settings, monkeypatch):
    settings.OUTBOUND_REQUESTS_PER_SECOND = 10
    site.answers["/"] = page(status=302, headers={"Location": "/there"})
    turns = []
    monkeypatch.setattr(pacing, "wait_turn", lambda host, **kwargs: turns.append((host, kwargs["per_second"])))

    with guarded_session(per_second=3) as session:
        session.get(site.url("/"))

    assert turns == [("127.0.0.1", 3), ("127.0.0.1", 3)]


def test_without_redis_the_process_keeps_the_pace_by_itself(host, settings, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()

    for _turn in range(pacing.BURST + 10):
        pacing.wait_turn(host, per_second=50, patience=10)
    pacing.hold(host, seconds=60)

    assert time.monotonic() - started >= 10 / 50
    with pytest.raises(RateLimited):
        pacing.wait_turn(host, per_second=50, patience=1)
    assert "Pacing by this process alone: ConnectionError." in caplog.text


@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    gaps=st.lists(st.floats(0, 3), min_size=1, max_size=40),
    interval=st.floats(0.05, 2),
    burst=st.integers(1, 6),
)
def test_no_window_ever_holds_more_than_the_burst_and_the_pace(gaps, interval, burst):
    pace, now, granted = pacing.LocalPace(), 0.0, []

    for gap in gaps:
        now += gap
        granted.append(now + pace.reserve("host", interval=interval, patience=1e9, now=now, burst=burst))

    for first in range(len(granted)):
        for last in range(first, len(granted)):
            allowed = burst + (granted[last] - granted[first]) / interval
            assert last - first + 1 <= allowed + 1e-6
