"""Long work of an engine, that may be stopped: it goes on in a thread of its own, and this one asks whether to go on,
since what answers may need its own database.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext as _

from apps.datasets.exceptions import CleaningCancelled

# How often it is asked whether to stop.
POLL_SECONDS = 0.25

Found = TypeVar("Found")


def never() -> bool:
    return False


def attend(work: Callable[[], Found], *, stop: Callable[[], None], should_stop: Callable[[], bool]) -> Found:
    """What this work gives, or its error. `stop` makes it end early, from this thread.

    Raises CleaningCancelled if it was to be stopped.
    """
    found: list[Found] = []
    errors: list[BaseException] = []

    def do() -> None:
        try:
            found.append(work())
        except BaseException as error:
            errors.append(error)

    if should_stop():
        raise CleaningCancelled(_cancelled())
    thread = threading.Thread(target=do, name="engine")
    thread.start()
    is_stopped = False
    try:
        while thread.is_alive():
            thread.join(POLL_SECONDS)
            if thread.is_alive() and should_stop():
                is_stopped = True
                stop()
                thread.join()
    finally:
        if thread.is_alive():  # what asks whether to stop failed
            stop()
            thread.join()
    if is_stopped and errors:
        raise CleaningCancelled(_cancelled()) from errors[0]
    if errors:
        raise errors[0]
    return found[0]


def _cancelled() -> str:
    return _("The cleaning was cancelled: nothing that it wrote is kept.")
