"""A process that collects a run and dies on the way: `forks.run("tests.collection.killed", run.pk, point, 1, …)`.

It ends as if the power failed, at the crossing of that number of a point: nothing is closed, nothing cleaned up.
"""

import os
from collections.abc import Callable
from typing import Any

# Each point: what is called there, and whether death comes before or after it has been done.
POINTS = {
    "before the plan is written": ("apps.collection.collecting.make_plan", "after"),
    "the plan is written": ("apps.collection.collecting.PartReader", "before"),
    "a part has begun": ("apps.collection.reading.hold", "before"),
    "the file is written, not renamed": ("apps.core.lake._sync", "after"),
    "the file is renamed, not recorded": ("apps.collection.reading.write_segment", "after"),
    "in the transaction": ("apps.collection.landing._replace_rejections", "after"),
    "the batch is recorded": ("apps.collection.reading.record_batch", "after"),
    "a part is complete": ("apps.collection.reading.complete_part", "after"),
    "the gate has judged": ("apps.collection.collecting.judge", "after"),
}
DEAD = 9


def die_at(point: str, crossing: int) -> None:
    from importlib import import_module

    path, moment = POINTS[point]
    module, name = path.rsplit(".", 1)
    original = getattr(import_module(module), name)
    crossings = 0

    def dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal crossings
        crossings += 1
        is_last = crossings == crossing
        if is_last and moment == "before":
            os._exit(DEAD)
        result = original(*args, **kwargs)
        if is_last:
            os._exit(DEAD)
        return result

    wrapped: Callable[..., Any] = dying
    setattr(import_module(module), name, wrapped)


def main(run_id: str, point: str, crossing: str) -> None:
    from apps.collection.collecting import collect
    from apps.collection.connectors import CONNECTORS
    from tests.collection.tiny import TINY

    CONNECTORS._by_kind[TINY.kind] = TINY
    die_at(point, int(crossing))
    collect(run_id=int(run_id))
