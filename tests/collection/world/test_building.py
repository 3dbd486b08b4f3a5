"""The world on the disk: the same for the same seed, made once, whole or not at all, swept when nobody serves it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.collection.world import building
from apps.collection.world.building import ABOUT, CURRENT, read, standing

ROOT = Path(__file__).parents[3]
SCALE = 500


def make(folder, *, seed=1, scale=SCALE):
    """What was said while it was made, and the world."""
    said = []
    with standing(folder, seed=seed, scale=scale, say=said.append) as world:
        return said, world


def worlds(folder):
    return sorted(path.name for path in (folder / "worlds").iterdir())


def test_the_same_seed_makes_the_same_files_and_another_seed_others(tmp_path):
    first, again, other = (make(tmp_path / place, seed=seed)[1] for place, seed in [("a", 1), ("b", 1), ("c", 2)])

    assert first.digest == again.digest != other.digest


def test_a_world_is_made_once(tmp_path):
    said, made = make(tmp_path)

    again, found = make(tmp_path)

    assert said[0] == "500 reports are invented…"
    assert again == []
    assert found == made


def test_another_scale_makes_another_world_and_sweeps_the_first(tmp_path):
    make(tmp_path)

    _, world = make(tmp_path, scale=600)

    assert worlds(tmp_path) == [world.folder.name]
    assert read(tmp_path / CURRENT).scale == 600


def test_other_words_make_another_world(tmp_path, monkeypatch):
    make(tmp_path)
    monkeypatch.setattr(building, "version", lambda: "other")

    said, world = make(tmp_path)

    assert said
    assert world.folder.name == "other-1-500"


def test_a_world_that_is_served_is_not_swept(tmp_path):
    with standing(tmp_path, seed=1, scale=SCALE, say=print) as served:
        make(tmp_path, seed=2)
        assert (served.folder / ABOUT).exists()
        assert len(worlds(tmp_path)) == 2

    make(tmp_path, seed=2)

    assert len(worlds(tmp_path)) == 1


@pytest.mark.processes
def test_a_process_killed_while_it_makes_a_world_leaves_no_half_world(tmp_path):
    make(tmp_path, seed=1)
    program = (
        "from pathlib import Path; from apps.collection.world.building import standing\n"
        f"with standing(Path({str(tmp_path)!r}), seed=2, scale={SCALE}, say=lambda told: print(told, flush=True)): pass"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        while not process.stdout.readline().startswith("base"):
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)

    assert read(tmp_path / CURRENT).seed == 1
    assert any(name.startswith(".draft-") for name in worlds(tmp_path))
    said, world = make(tmp_path, seed=2)
    assert said
    assert worlds(tmp_path) == [world.folder.name]


def test_two_processes_that_start_together_make_one_world(tmp_path):
    program = (
        "from pathlib import Path; from apps.collection.world.building import standing\n"
        f"with standing(Path({str(tmp_path)!r}), seed=1, scale={SCALE}, say=print): pass"
    )
    command = [sys.executable, "-c", program]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    said = [process.communicate(timeout=60)[0] for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(map(bool, said)) == [False, True]


def test_a_warm_folder_stands_at_once(tmp_path):
    make(tmp_path)
    began_at = time.monotonic()

    make(tmp_path)

    assert time.monotonic() - began_at < 2
