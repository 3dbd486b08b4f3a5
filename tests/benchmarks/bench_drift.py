"""Drift of 100,000 rows × 20 numbers: counted and compared, beside Evidently and scipy's distances on the same rows.

Evidently is measured where `make bench-peers` installed it.
Its import is left out, as ours is.
"""

import subprocess
import sys
from time import perf_counter

import numpy as np
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from apps.inference.drift.comparing import compare
from apps.inference.drift.counting import count
from apps.inference.drift.profiles import profile_of
from apps.inference.enums import FieldType, Task
from apps.inference.predictors import Answers
from apps.inference.signature import Field, Output, Signature
from tests.benchmarks.peers import HERE, HOMES

ROWS, COLUMNS, ROUNDS = 100_000, 20, 5
NAMES = [f"f{rank}" for rank in range(COLUMNS)]
SIGNATURE = Signature(
    task=Task.REGRESSION,
    fields=tuple(Field(name=name, type=FieldType.NUMBER) for name in NAMES),
    output=Output(name="y"),
)
PEER = HERE / "evidently_drift.py"


def rows(seed: int, shift: float) -> dict[str, np.ndarray]:
    """Half of the columns move by `shift` standard deviations."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(shift * (rank % 2), 1, ROWS) for rank, name in enumerate(NAMES)}


def best_of(run) -> float:
    times = []
    for _round in range(ROUNDS):
        started = perf_counter()
        run()
        times.append(perf_counter() - started)
    return min(times)


def test_drift(tmp_path):
    reference, current = rows(0, 0), rows(1, 0.5)
    answers = Answers(values=np.zeros(ROWS))
    profile = profile_of(reference, answers, SIGNATURE)

    found = {each.name: each for each in compare(profile, count(profile, current, answers, SIGNATURE)).fields}
    assert all((found[name].psi > 0.1) == bool(rank % 2) for rank, name in enumerate(NAMES))
    for name in NAMES[:2]:
        assert found[name].ks == pytest.approx(ks_2samp(reference[name], current[name]).statistic, abs=0.01)
        assert found[name].w1 == pytest.approx(wasserstein_distance(reference[name], current[name]), abs=0.02)

    ours = best_of(lambda: compare(profile, count(profile, current, answers, SIGNATURE)))
    scipy = best_of(
        lambda: [
            (ks_2samp(reference[name], current[name]), wasserstein_distance(reference[name], current[name]))
            for name in NAMES
        ]
    )
    say = sys.stdout.write
    say(f"\ndrift, {ROWS:,} × {COLUMNS}: counted and compared in {ours:.3f} s\n")
    say(f"  scipy, KS and W1: {scipy:.3f} s, ×{scipy / ours:.1f} of ours\n")

    python = HOMES / "evidently" / "bin" / "python"
    if not python.exists():
        say("  Evidently: not measured (make bench-peers)\n")
        return
    saved = {f"before_{name}": values for name, values in reference.items()}
    np.savez(tmp_path / "rows.npz", **saved, **{f"now_{name}": values for name, values in current.items()})
    done = subprocess.run([python, PEER, tmp_path / "rows.npz"], capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        method, seconds = line.split()
        say(f"  Evidently, {method}: {float(seconds):.3f} s, ×{float(seconds) / ours:.0f} of ours (asked: 20)\n")
        assert float(seconds) >= 20 * ours
