"""A process that builds and dies on the way: `python -m tests.datasets.killed <build> <point>`.

It ends as if the power failed: nothing is closed, nothing cleaned up.
"""

import os
import sys
from importlib import import_module
from typing import Any

import django

# Each point: what is called there, and whether death comes before or after it has been done.
POINTS = {
    "the runs are pinned": ("apps.datasets.building._Building._pinned", "after"),
    "the rows are written, not recorded": ("apps.datasets.engine.clean", "after"),
    "the counts are recorded": ("apps.datasets.building._Building._clean", "after"),
    "the gate has judged": ("apps.datasets.building._Building._judge", "after"),
    "the table is made": ("apps.datasets.tables.copy_rows", "before"),
    "the table is loaded": ("apps.datasets.tables.copy_rows", "after"),
    "the table is indexed": ("apps.datasets.tables.finish_table", "after"),
    "the manifest is written": ("apps.datasets.publishing._write_manifest", "after"),
    "the version is written, not committed": ("apps.datasets.publishing.record", "after"),
    "the version is committed, the lease held": ("apps.datasets.building.publish", "after"),
}
DEAD = 9


def die_at(point: str) -> None:
    path, moment = POINTS[point]
    holder, name = path.rsplit(".", 1)
    module, is_method, _rest = holder.partition("._Building")
    owner = import_module(module)
    if is_method:
        owner = owner._Building
    original = getattr(owner, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if moment == "after":
            original(*args, **kwargs)
        os._exit(DEAD)

    setattr(owner, name, dying)


def main(build_id: str, point: str) -> None:
    from apps.datasets.building import build

    die_at(point)
    build(build_id=int(build_id))


if __name__ == "__main__":
    django.setup()
    main(*sys.argv[1:])
