"""A process that collects a run and dies on the way: `forks.run("tests.collection.killed", run.pk, point, 1, …)`.

It ends as if the power failed, at the crossing of that number of a point: nothing is closed, nothing cleaned up.
"""

from tests.forks import die_at

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


def main(run_id: str, point: str, crossing: str) -> None:
    from apps.collection.collecting import collect
    from apps.collection.connectors import CONNECTORS
    from tests.collection.tiny import TINY

    CONNECTORS._by_kind[TINY.kind] = TINY
    die_at(*POINTS[point], crossing=int(crossing))
    collect(run_id=int(run_id))
