"""What the launcher says, in plain text: one line for each step, with how long it took."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def say(text: str = "", *, end: str = "\n") -> None:
    """Print it at once. A terminal that has gone, or a closed pipe, must not keep the launcher from cleaning up."""
    with suppress(OSError):
        print(text, end=end, flush=True)  # noqa: T201 -- this is what a terminal program does


@contextmanager
def step(name: str) -> Iterator[list[str]]:
    """Say what begins, then that it is ready and how long it took; what the block appends is said too."""
    began_at = time.monotonic()
    say(f"  {name} … ", end="")
    details: list[str] = []
    try:
        yield details
    except BaseException:
        say("stopped here.")
        raise
    say(", ".join([*(details or ["ready"]), f"{time.monotonic() - began_at:.1f} s"]))


def leave_the_terminal() -> None:
    """The terminal was closed: from now on, we and our children write nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
