"""What a prediction costs: the platform beside other servers of the same ONNX file, in the same run.

    make bench ARGS="-k serving"

Ours is the whole path: granian, a token, rows checked against the signature, the log of predictions on. The limits are
ONNX Runtime alone, in the process, and a WSGI application that does nothing but call it. MLServer, MLflow and BentoML
are measured where `make bench-peers` installed them.

One row of 30 numbers, from 1, 8 and 32 connections. CPU is that of the server's processes, from the kernel's counts: on
a busy machine it is steadier than requests per second.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from apps.accounts.roles import Role
from apps.inference.enums import Format
from apps.inference.models import Prediction
from apps.inference.predictors import open_model
from tests.api_matrix import person, token_of
from tests.benchmarks.peers import PEERS, peer
from tests.inference.serve_factories import in_service, inputs, tumours
from tests.inference.serve_live import live
from tests.processes import cpu_seconds, family

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

CONNECTIONS = (1, 8, 32)
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
MOST_CPU_MS = 0.35
TIMES_THE_BEST_PEER = 2


@dataclass(frozen=True)
class Target:
    """A server to ask: where, what, and the processes that it is."""

    name: str
    url: str
    body: Path
    headers: tuple[str, ...]
    processes: list[psutil.Process]


@dataclass(frozen=True)
class Measure:
    rps: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    errors: int


def ask(target: Target, concurrency: int) -> Measure:
    command = [sys.executable, "-m", "tests.benchmarks.asking", target.url, str(target.body), str(concurrency)]
    before = cpu_seconds(target.processes)
    done = subprocess.run(
        [*command, str(SECONDS), *target.headers], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    cpu = cpu_seconds(target.processes) - before
    assert not told["errors"], (target.name, told)
    return Measure(told["rps"], told["p50_ms"], told["p99_ms"], cpu / told["requests"] * 1e3, told["errors"])


def bare_onnx() -> float:
    """Milliseconds of CPU for one row in the process, HTTP and JSON apart."""
    made = tumours()
    predictor = open_model(made.content, format=Format.ONNX, signature=made.signature)
    arrays = inputs(made, made.rows[:1])
    passes = []
    for _pass in range(7):
        started = time.process_time()
        for _time in range(2_000):
            predictor.predict(arrays)
        passes.append((time.process_time() - started) / 2_000)
    return min(passes) * 1e3


def test_serving_costs_little_beside_the_same_model_served_by_others(tmp_path, media_root):
    made, model = tumours(), in_service()
    lake = Path(settings.STORAGES["lake"]["OPTIONS"]["location"])
    token = token_of(person(Role.AI_DEVELOPER), scopes=["inference:read"])
    file, rows = lake / model.versions.get().file, tmp_path / "rows.json"
    rows.write_text(json.dumps({"rows": made.rows[:1]}))
    as_json = "Content-Type: application/json"
    results: dict[str, dict[int, list[Measure]]] = {}
    with ExitStack() as stack:
        ours = stack.enter_context(live(lake=lake, threads=1, SERVING_POLL_SECONDS="1"))
        limit = stack.enter_context(
            live(
                lake=lake,
                workers=2,
                threads=1,
                application="tests.benchmarks.bare_wsgi:application",
                MODEL_FILE=str(file),
            )
        )
        url = f"{ours.base}/api/v1/models/{model.slug}/predict/"
        targets = [
            Target("ours", url, rows, (as_json, f"Authorization: {token.authorization}"), ours.family()),
            Target("WSGI + ONNX Runtime", f"{limit.base}/", rows, (as_json,), limit.family()),
        ]
        not_measured = {}
        for name in PEERS:
            found = stack.enter_context(peer(name, file, made, tmp_path))
            if isinstance(found, str):
                not_measured[name] = found
            else:
                targets.append(Target(name, found.url, found.body, (as_json,), family(found.process.pid)))
        for target in targets:
            ask(target, 8)  # warm
        for turn in range(ROUNDS):
            for target in sorted(targets, key=lambda each: each.name, reverse=bool(turn % 2)):
                for concurrency in CONNECTIONS:
                    results.setdefault(target.name, {}).setdefault(concurrency, []).append(ask(target, concurrency))
    tell(results, not_measured)

    ours_cpu = statistics.median(each.cpu_ms for each in results["ours"][8])
    best = max((rps(results, name) for name in PEERS if name in results), default=0.0)
    assert Prediction.objects.exists()
    assert ours_cpu <= MOST_CPU_MS
    assert rps(results, "ours") >= TIMES_THE_BEST_PEER * best


def rps(results: dict[str, dict[int, list[Measure]]], name: str) -> float:
    return statistics.median(each.rps for each in results[name][8])


def tell(results: dict[str, dict[int, list[Measure]]], not_measured: dict[str, str]) -> None:
    say = print  # what a benchmark is for
    say(f"\nONNX Runtime alone, in the process: {bare_onnx():.3f} ms of CPU a row")
    for name, by_concurrency in results.items():
        for concurrency, measures in by_concurrency.items():
            middle = {
                field: statistics.median(getattr(each, field) for each in measures)
                for field in ("rps", "p50_ms", "p99_ms", "cpu_ms")
            }
            say(
                f"{name:20} c={concurrency:<3} {middle['rps']:8.0f} requests/s   p50 {middle['p50_ms']:7.2f} ms   "
                f"p99 {middle['p99_ms']:7.2f} ms   CPU {middle['cpu_ms']:6.3f} ms/request"
            )
    for name, why in not_measured.items():
        say(f"{name:20} not measured: {why}")
