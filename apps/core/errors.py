"""The one error tree. What kind of error it is decides what happens next, everywhere:

    EcluseError
     ├── RuleViolation       the person can fix it: shown to them, API 409 or 400, never retried
     ├── TemporaryFailure    the world may fix it: retried with backoff, an incident after N tries
     └── PermanentFailure    only the team can fix it: no retry, an incident now

Each app subclasses these in its `exceptions.py`. Beside them stands `OUT_OF_REACH`: our own database or Redis does not
answer. Anything else that is raised is a bug and stays loud.
"""

from django.db import InterfaceError, OperationalError
from django.utils.functional import Promise
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

# Pages and API alike answer 503: it will pass.
OUT_OF_REACH = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)
# When to try again, where nobody knows better.
RETRY_AFTER_SECONDS = 30


class EcluseError(Exception):
    """An error that a person may read.

    `message` is a translated sentence that says what is wrong and what to do. `code` is stable and machine-readable
    (snake_case, part of the API). `subject` names the object it happened to, as `app.model:key`, never personal data.
    """

    code = "error"

    def __init__(self, message: str | Promise, *, subject: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject
        self.code = code or type(self).code

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}" if self.subject else str(self.message)


class RuleViolation(EcluseError):
    """What was asked breaks a rule of the house; the person who asked can fix it."""

    code = "rule_violation"


class TemporaryFailure(EcluseError):
    """Something outside failed and may work later; `retry_after` is the number of seconds it asked for, if it did."""

    code = "temporary_failure"

    def __init__(
        self,
        message: str | Promise,
        *,
        subject: str = "",
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, subject=subject, code=code)
        self.retry_after = retry_after


class PermanentFailure(EcluseError):
    """Something failed in a way that trying again cannot change."""

    code = "permanent_failure"
