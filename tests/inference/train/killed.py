"""A process that trains and dies on the way: `forks.run("tests.inference.train.killed", training.pk, point, lake=…)`.

It ends as if the power failed: nothing is closed, nothing cleaned up. With a phase as the point, it ends as that phase
begins.
"""

import os
from typing import Any

from tests.forks import DEAD, die_at

# Each point: what is called there; death comes once it has been done.
POINTS = {
    "the version of the dataset is pinned": "apps.inference.training._Training._pin",
    "the rows are read": "apps.inference.training.read_rows",
    "the parameters are chosen": "apps.inference.training.search",
    "the model is evaluated": "apps.inference.training.evaluate",
    "the file is kept": "apps.inference.packaging.store.keep",
    "the version is written, not committed": "apps.inference.recording.record",
    "the version is committed, the lease held": "apps.inference.training.record_judged",
}


def main(training_id: str, point: str) -> None:
    from apps.inference.training import train

    def die_in_phase(row: Any) -> None:
        if row.phase == point:
            os._exit(DEAD)

    if point in POINTS:
        die_at(POINTS[point], "after")
    train(training_id=int(training_id), on_progress=die_in_phase)
