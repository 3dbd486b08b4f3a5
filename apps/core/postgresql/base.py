"""A kept connection is asked whether it still answers, but not before each request of a busy process.

Django asks every time (CONN_HEALTH_CHECKS): as long an exchange as a small query. A server that was stopped is found
out at the first request after a rest; one that stops between two requests of the same second fails the second of them,
as it would fail the first a moment earlier, and its connection is dropped.
"""

from time import monotonic

from django.db.backends.postgresql import base

ASKED_EVERY = 1.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    answered_at = 0.0
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        if self.health_check_done:
            return
        if monotonic() - self.answered_at < ASKED_EVERY:
            # Once a request, as Django does: a question between a commit and what follows it would begin a transaction.
            self.health_check_done = True
            return
        super().close_if_health_check_failed()
        self.answered_at = monotonic()
