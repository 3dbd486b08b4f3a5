"""Reading ahead gives the same as reading, and leaves nothing behind."""

import threading

import pytest

from apps.collection.connectors.file.ahead import AHEAD, read_ahead


class Reading:
    """A source of numbers that remembers how far it was read, and whether it was closed."""

    def __init__(self, count: int, error: BaseException | None = None) -> None:
        self.count, self.error, self.made, self.closed = count, error, 0, threading.Event()

    def __iter__(self):
        try:
            for number in range(self.count):
                self.made += 1
                yield number
            if self.error:
                raise self.error
        finally:
            self.closed.set()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


def test_everything_comes_in_order():
    assert list(read_ahead(iter(Reading(100)))) == list(range(100))
    assert threads() == []


def test_what_is_read_ahead_is_bounded():
    reading = Reading(100)

    for number in read_ahead(iter(reading)):
        assert reading.made <= number + 1 + AHEAD + 1


@pytest.mark.parametrize("error", [ValueError("damaged"), KeyboardInterrupt()])
def test_an_error_comes_after_what_was_read_before_it(error):
    found = []

    with pytest.raises(type(error)):
        found.extend(read_ahead(iter(Reading(3, error))))

    assert threads() == []


def test_whoever_leaves_early_leaves_no_thread_and_nothing_open():
    reading = Reading(100)
    ahead = read_ahead(iter(reading))

    assert next(ahead) == 0
    ahead.close()

    assert reading.closed.is_set()
    assert reading.made < 100
    assert threads() == []
