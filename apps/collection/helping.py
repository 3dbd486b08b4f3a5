"""Reading several parts of a run at the same time in one process, where there are no other workers to ask."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from django.db import connection

from apps.collection.collecting import AskForHelp, help_collect
from apps.core.errors import OUT_OF_REACH

logger = logging.getLogger(__name__)


@contextmanager
def helpers(run_id: int) -> Iterator[AskForHelp]:
    """What `collect` asks for help; whoever helps has ended when the block does.

    A run that stops (cancelled, given back, failed) is no longer helped after the batch that each of them is reading.
    """
    threads: list[Thread] = []

    def ask(hands: int) -> None:
        for _hand in range(hands):
            thread = Thread(target=_help, args=(run_id,), name=f"helps-run-{run_id}")
            thread.start()
            threads.append(thread)

    try:
        yield ask
    finally:
        for thread in threads:
            thread.join()


def _help(run_id: int) -> None:
    try:
        help_collect(run_id=run_id)
    except OUT_OF_REACH:  # whoever leads the run meets the same, and tells it
        logger.warning("run_no_longer_helped", extra={"subject": f"collection.run:{run_id}"})
    finally:
        connection.close()  # that of this thread
