"""A process that builds and dies on the way: `forks.run("tests.datasets.killed", build.pk, point, lake=…)`.

It ends as if the power failed: nothing is closed, nothing cleaned up.
"""

from tests.forks import die_at

# Each point: what is called there, and whether death comes before or after it has been done.
POINTS = {
    "the runs are pinned": ("apps.datasets.building._Building._pin", "after"),
    "the rows are written, not recorded": ("apps.datasets.engine.clean", "after"),
    "the counts are recorded": ("apps.datasets.building._Building._clean", "after"),
    "the gate has judged": ("apps.datasets.building._Building._judge", "after"),
    "the files are copied": ("apps.datasets.building.copy_files", "after"),
    "the table is made": ("apps.datasets.tables.copy_rows", "before"),
    "the table is loaded": ("apps.datasets.tables.copy_rows", "after"),
    "the table is indexed": ("apps.datasets.tables.finish_tables", "after"),
    "the manifest is written": ("apps.datasets.publishing.write_manifest", "after"),
    "the version is written, not committed": ("apps.datasets.publishing.record", "after"),
    "the version is committed, the lease held": ("apps.datasets.building.publish", "after"),
}
# Where Spark computes: its own process goes on for a moment.
ON_SPARK = {
    "Spark has its session": ("apps.datasets.engine.spark.OnSpark.keep", "before"),
    "Spark has written rows, not read again": ("apps.datasets.engine.spark.OnSpark.keep", "after"),
    "the rows are written, not recorded": POINTS["the rows are written, not recorded"],
}
# A restoration makes nothing: it has other points than a build before its table.
MAKING = tuple(POINTS)[:4]
COPYING = "the files are copied"


def main(build_id: str, point: str) -> None:
    from apps.datasets.building import build

    die_at(*(POINTS | ON_SPARK)[point])
    build(build_id=int(build_id))
