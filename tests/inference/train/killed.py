"""A process that trains and dies on the way: `python -m tests.inference.train.killed <training> <point>`.

It ends as if the power failed: nothing is closed, nothing cleaned up. With a phase as the point, it says so and waits
to be killed there.
"""

import os
import sys
from importlib import import_module
from threading import Event
from typing import Any

import django

# Each point: what is called there, and whether death comes before or after it has been done.
POINTS = {
    "the version of the dataset is pinned": ("apps.inference.training", "_Training._pin", "after"),
    "the rows are read": ("apps.inference.training", "read_rows", "after"),
    "the parameters are chosen": ("apps.inference.training", "search", "after"),
    "the model is evaluated": ("apps.inference.training", "evaluate", "after"),
    "the file is kept": ("apps.inference.packaging.store", "keep", "after"),
    "the version is written, not committed": ("apps.inference.recording", "record", "after"),
    "the version is committed, the lease held": ("apps.inference.training", "record_judged", "after"),
}
DEAD = 9


def die_at(point: str) -> None:
    module, path, moment = POINTS[point]
    owner: Any = import_module(module)
    *holders, name = path.split(".")
    for holder in holders:
        owner = getattr(owner, holder)
    original = getattr(owner, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if moment == "after":
            original(*args, **kwargs)
        os._exit(DEAD)

    setattr(owner, name, dying)


def main(training_id: str, point: str) -> None:
    from apps.inference.training import train

    if point in POINTS:
        die_at(point)
        train(training_id=int(training_id))
        return

    def stop(row: Any) -> None:
        if row.phase == point:
            sys.stdout.write("there\n")
            sys.stdout.flush()
            Event().wait()

    train(training_id=int(training_id), on_progress=stop)


if __name__ == "__main__":
    django.setup()
    main(*sys.argv[1:])
