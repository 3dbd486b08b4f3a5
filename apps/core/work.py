"""Long work that a row asks for: claimed by a lease, done once, and what came of it written in the row.

    def collect(*, run_id):
        return carry_out(Run.objects.waiting(), run_id, do=read_everything, unexpected=Unexpected, no_room=NoRoom)

The row (a run, a build) has a `state`, a `finished_at`, and what went wrong in `error_kind`, `error_code` and
`error_details`, from which pages tell it in the reader's language, long after the error itself is gone.
"""

import errno
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeAlias, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise

from apps.core.errors import OUT_OF_REACH, EcluseError, PermanentFailure, TemporaryFailure
from apps.core.leases import Held, Lease, Leased, LeasedQuerySet, LeaseLost, hold

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=Leased)

# What work is given, and the changes that end its row: {"state": …} and whatever goes with it. With `finished_at` None,
# it is not over: it waits.
Do: TypeAlias = Callable[[Lease[M], Held], dict[str, Any]]

# No room on the disk, in a quota, or in a file.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
WAITING, RUNNING, FAILED = "waiting", "running", "failed"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why work failed, as people read it: what happened, what to do, and what only helps whoever maintains Écluse."""

    title: str
    advice: str
    detail: str = ""


class WorkFailed(EcluseError):
    """An error that people read where the work is shown. `details` are JSON values that `title` and `advice` may quote;
    never a secret, never anything about a person."""

    kind: ClassVar[str] = "bug"
    title: ClassVar[str | Promise]
    advice: ClassVar[str | Promise]

    def __init__(self, *, subject: str = "", **details: Any) -> None:
        self.details: Mapping[str, Any] = details
        super().__init__(self.tell(details), subject=subject)

    @classmethod
    def tell(cls, details: Mapping[str, Any]) -> str:
        """The title and the advice in the language of the moment."""
        return f"{str(cls.title) % details}. {str(cls.advice) % details}"

    @classmethod
    def kinds(cls) -> Iterator[type[Self]]:
        """This one, then all that are more precise."""
        yield cls
        for each in cls.__subclasses__():
            yield from each.kinds()

    @classmethod
    def named(cls, code: str) -> type[Self]:
        """The one of this code; this one, which is general, if no code is known by that name any more."""
        return next((kind for kind in cls.kinds() if kind.code == code), cls)

    @classmethod
    def recorded(cls, code: str, details: Mapping[str, Any]) -> Failure:
        """What a row keeps of one, in the language of the moment."""
        kind = cls.named(code)
        detail = ", ".join(f"{name}: {value}" for name, value in details.items())
        try:
            title, advice = str(kind.title) % details, str(kind.advice) % details
        except KeyError:  # recorded by an older release, without what its words quote today
            title, advice = str(kind.title), str(kind.advice)
        return Failure(title=title, advice=advice, detail=detail)


@contextmanager
def one_at_a_time(constraint: str, refusal: EcluseError) -> Iterator[None]:
    """Raise `refusal` where this constraint allows no second active row, whatever is asked at the same time."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != constraint:
            raise
        raise refusal from None


def wait_again_or_fail(row: Any, *, now: datetime, takes: int, code: str) -> None:
    """What becomes of work whose process died: another begins it again, or goes on with it, unless so many processes
    died of it already, or it died after all was done."""
    if row.is_over:
        return
    if row.lease_count < takes:
        row.state = WAITING
        return
    row.state, row.finished_at = FAILED, now
    row.error_kind, row.error_code, row.error_details = WorkFailed.kind, code, {"takes": row.lease_count}


def carry_out(
    waiting: LeasedQuerySet[M], pk: int, *, do: Do[M], unexpected: type[WorkFailed], no_room: type[WorkFailed]
) -> M | None:
    """Do the work of this row to its end. None if it does not wait, if another has it, or if it must wait again.

    What goes wrong is written in the row, not raised: a task that fails would tell nobody more. Only what keeps us from
    writing is raised: our own database out of reach. Then the lease lapses, and another process goes on.
    """
    duration = timedelta(seconds=settings.WORK_LEASE_SECONDS)
    lease = waiting.claim(pk, now=timezone.now(), for_=duration, state=RUNNING)
    if lease is None:
        return None
    try:
        outcome = _outcome(lease, do, unexpected, no_room)
        lease.release(**{"finished_at": timezone.now()} | outcome)
    except LeaseLost:
        logger.warning(f"{_name(lease)}_taken_over", extra=_subject(lease))
        return None
    except SoftTimeLimitExceeded:
        _give_back(lease)
        return None
    except (KeyboardInterrupt, SystemExit):
        _give_back(lease)
        raise
    row: M = type(lease.row)._base_manager.get(pk=pk)
    state, code = getattr(row, "state", ""), getattr(row, "error_code", "")
    logger.info(f"{_name(lease)}_over", extra=_subject(lease) | {"state": state, "code": code})
    return row


def _outcome(lease: Lease[M], do: Do[M], unexpected: type[WorkFailed], no_room: type[WorkFailed]) -> dict[str, Any]:
    """What the row becomes. Raises LeaseLost, and what `carry_out` lets through."""
    try:
        with hold(lease) as held:
            return do(lease, held)
    except (LeaseLost, SoftTimeLimitExceeded, *OUT_OF_REACH):
        raise
    except EcluseError as error:
        return _failure(error)
    except Exception as error:
        logger.exception(f"{_name(lease)}_failed", extra=_subject(lease))
        if _says_full(error):
            return _failure(no_room())
        return _failure(unexpected(error=type(error).__name__))


def _says_full(error: Exception) -> bool:
    """Whether there was no room to write. Libraries that write by themselves tell it in words alone."""
    return (isinstance(error, OSError) and error.errno in FULL) or os.strerror(errno.ENOSPC) in str(error)


def _failure(error: EcluseError) -> dict[str, Any]:
    details = dict(error.details) if isinstance(error, WorkFailed) else {}
    if isinstance(error, TemporaryFailure) and error.retry_after is not None:
        details["retry_after_s"] = error.retry_after
    return {"state": FAILED, "error_kind": _kind(error), "error_code": error.code, "error_details": details}


def _kind(error: EcluseError) -> str:
    if isinstance(error, WorkFailed):
        return error.kind
    if isinstance(error, TemporaryFailure):
        return "transient"
    return "blocked" if isinstance(error, PermanentFailure) else "config"


def _give_back(lease: Lease[M]) -> None:
    """Stopping is not dying: the row waits for another process, and nothing is held against it.

    What stopped us may have come when all was written: the row is then no longer ours, or over, which it stays.
    """
    with suppress(LeaseLost), transaction.atomic():
        is_over = getattr(lease.lock(), "finished_at", None) is not None
        lease.release(**{} if is_over else {"state": WAITING, "lease_count": lease.row.lease_count - 1})
    logger.info(f"{_name(lease)}_given_back", extra=_subject(lease))


def _name(lease: Lease[M]) -> str:
    return str(type(lease.row)._meta.model_name)


def _subject(lease: Lease[M]) -> dict[str, str]:
    return {"subject": f"{type(lease.row)._meta.label_lower}:{lease.row.pk}"}
