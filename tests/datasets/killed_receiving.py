"""A process that receives rows and is killed: `forks.run("tests.datasets.killed_receiving", dataset.pk, point, …)`."""

import os
import signal
from typing import Any


def main(dataset: str, point: str) -> None:
    from django.db import connection

    from apps.datasets import receiving
    from apps.datasets.models import Dataset
    from tests.datasets.received import GOOD

    def die(*_args: Any, **_kwargs: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if point == "before it is written":
        connection.execute_wrappers.append(
            lambda execute, sql, values, many, context: (
                die() if "FOR NO KEY" in sql else execute(sql, values, many, context)
            )
        )
    elif point == "written, not committed":
        receiving.record = die
    receiving.receive_rows(
        dataset=Dataset.objects.get(pk=dataset), entity="opinion", records=[GOOD], key="one", by=None
    )
    die()
