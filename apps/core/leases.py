"""Leases: a row that one process works on, and that another takes over if the first one dies.

    lease = Run.objects.waiting().claim_next(now=now, for_=timedelta(minutes=5), state=State.RUNNING)
    with hold(lease) as held:                      # renewed in the background while the work goes on
        for page in pages:
            held.check()                           # raises LeaseLost if the row was taken over
            with transaction.atomic():
                lease.lock()                       # nobody can take the row over before this commits
                record(page)
    lease.release(state=State.DONE)

**What keeps two processes apart is the token, not the clock.** Every write of a holder is conditional on its token
still being in the row, so the instant at which a lease expires decides only how soon a dead holder is replaced. That
is why `now` is passed in (the caller's clock): machines whose clocks differ by a second replace a dead holder a second
early or late, and a holder replaced too early learns it at its next `check`, `lock`, `renew` or `release`.

A row whose lease expired cannot be claimed: it is *reaped* first, and its model decides what becomes of it.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Self, TypeVar
from uuid import UUID, uuid4

from django.apps import apps
from django.db import DatabaseError, connection, models, router, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.errors import TemporaryFailure

logger = logging.getLogger(__name__)

M = TypeVar("M", bound="Leased")

LEASE_FIELDS = ("lease_owner", "lease_until", "lease_renewed_at", "lease_count")
RENEWALS_PER_LEASE = 3


class LeaseLost(TemporaryFailure):
    """Another process holds the row now, or it was given back: what this one was doing must stop, unrecorded."""

    code = "lease_lost"


class LeasedQuerySet(models.QuerySet[M]):
    def free(self) -> Self:
        return self.filter(lease_owner=None)

    def held(self) -> Self:
        return self.exclude(lease_owner=None)

    def expired(self, *, at: datetime) -> Self:
        return self.held().filter(lease_until__lte=at)

    def claim(self, pk: object, *, now: datetime, for_: timedelta, **changes: Any) -> "Lease[M] | None":
        """Take this row if it is in the queryset and free, setting `changes` on it; None if another was first."""
        return self.filter(pk=pk)._take(now, for_, changes, skip_locked=False)

    def claim_next(self, *, now: datetime, for_: timedelta, **changes: Any) -> "Lease[M] | None":
        """Take the first free row of the queryset, in its order, passing over those that others are taking."""
        return self._take(now, for_, changes, skip_locked=True)

    def _take(self, now: datetime, for_: timedelta, changes: dict[str, Any], *, skip_locked: bool) -> "Lease[M] | None":
        # The lock comes first because a bare UPDATE would judge conditions on other tables as they were before it
        # waited: a row just finished by another could be taken again.
        with transaction.atomic(using=router.db_for_write(self.model)):
            row = self.free().select_for_update(skip_locked=skip_locked, of=("self",)).first()
            if row is None:
                return None
            row.lease_owner, row.lease_until, row.lease_renewed_at = uuid4(), now + for_, now
            row.lease_count += 1
            for name, value in changes.items():
                setattr(row, name, value)
            row.save(update_fields=[*LEASE_FIELDS, *changes])
            return Lease(row=row, token=row.lease_owner, duration=for_)

    def reap(self, *, now: datetime) -> int:
        """Free the rows whose lease expired, each in its own transaction, as its model decides; tell how many.

        A row whose `on_lease_expired` fails stays as it is, is logged, and stops none of the others.
        """
        reaped = 0
        for pk in list(self.expired(at=now).values_list("pk", flat=True)):
            try:
                with transaction.atomic(using=router.db_for_write(self.model)):
                    row = self.filter(pk=pk).expired(at=now).select_for_update(skip_locked=True, of=("self",)).first()
                    if row is None:
                        continue  # renewed, released or reaped meanwhile
                    row.lease_owner = row.lease_until = None
                    row.on_lease_expired(now=now)
                    row.save()
                    reaped += 1
            except Exception:
                logger.exception("lease_not_reaped", extra={"subject": f"{self.model._meta.label_lower}:{pk}"})
        return reaped


class Leased(models.Model):
    """A row that a process takes for itself while it works on it. A subclass's `Meta` inherits `Leased.Meta`."""

    lease_owner = models.UUIDField(_("held by"), null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True, editable=False, db_index=True)
    lease_renewed_at = models.DateTimeField(_("last sign of life"), null=True, blank=True, editable=False)
    lease_count = models.PositiveIntegerField(_("times taken"), default=0, editable=False)

    objects = LeasedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_owner=None, lease_until=None)
                | Q(lease_owner__isnull=False, lease_until__isnull=False),
                name="%(app_label)s_%(class)s_lease_is_whole",
            )
        ]

    @property
    def is_held(self) -> bool:
        return self.lease_owner is not None

    def on_lease_expired(self, *, now: datetime) -> None:
        """Set on this row what it becomes when its holder died: back to waiting, or failed after `lease_count` tries.

        The lease is already cleared; the row is saved afterwards, in the same transaction.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what becomes of a row whose holder died.")


@dataclass(frozen=True, kw_only=True)
class Lease(Generic[M]):
    """The right to work on a row: whoever has the token in the row has it."""

    row: M
    token: UUID
    duration: timedelta

    def renew(self, *, now: datetime) -> None:
        """Hold the row for its duration from now on. An expired lease that nobody took over is still ours."""
        self._update(lease_until=now + self.duration, lease_renewed_at=now)

    def release(self, **changes: Any) -> None:
        """Give the row back, setting `changes` on it in the same UPDATE: an outcome is written by its holder only."""
        self._update(**changes, lease_owner=None, lease_until=None)

    def lock(self) -> M:
        """Inside a transaction: the row as it is, ours until the end of the transaction."""
        row = self._mine().select_for_update(of=("self",)).first()
        if row is None:
            raise self._lost()
        return row

    def note(self, **changes: Any) -> None:
        """Write this on the row, which is ours, and on what we know of it."""
        with transaction.atomic():
            held = self.lock()
            for name, value in changes.items():
                setattr(held, name, value)
                setattr(self.row, name, value)
            held.save(update_fields=list(changes))

    def is_mine(self) -> bool:
        return self._mine().exists()

    def _mine(self) -> models.QuerySet[M]:
        return type(self.row)._base_manager.filter(pk=self.row.pk, lease_owner=self.token)

    def _update(self, **changes: Any) -> None:
        if not self._mine().update(**changes):
            raise self._lost()

    def _lost(self) -> LeaseLost:
        subject = f"{self.row._meta.label_lower}:{self.row.pk}"
        return LeaseLost(_("Another process took this over; nothing was recorded."), subject=subject)


class Held:
    """What `hold` knows of its lease; `check` is to be called between two steps of the work."""

    def __init__(self, lease: Lease[Any]) -> None:
        self.lease = lease
        self.lost: LeaseLost | None = None
        self._stopped = threading.Event()

    def check(self) -> None:
        """Raise LeaseLost if the row was taken over, as far as the last renewal could see."""
        if self.lost:
            raise self.lost

    def _keep_renewing(self) -> None:
        try:
            while not self._stopped.wait(self.lease.duration.total_seconds() / RENEWALS_PER_LEASE):
                try:
                    self.lease.renew(now=timezone.now())
                except LeaseLost as error:
                    self.lost = error
                    return
                except DatabaseError:
                    # The database may be back before the lease expires; if not, whoever reaps the row tells us.
                    logger.warning("lease_not_renewed", exc_info=True)
                    connection.close()
        finally:
            connection.close()  # this thread's own; Django opens one per thread and closes none by itself


@contextmanager
def hold(lease: Lease[Any]) -> Iterator[Held]:
    """Renew a lease in the background while long work goes on; LeaseLost, at the latest when leaving, if it was lost.

    The lease is not released: what the row becomes is for the caller to say. Not inside a transaction, where the
    renewals would wait for the work and the work for the renewals.
    """
    if connection.in_atomic_block:
        raise RuntimeError("hold() is for long work, which does not belong inside a transaction.")
    held = Held(lease)
    renewing = threading.Thread(target=held._keep_renewing, name=f"lease {lease.token}", daemon=True)
    renewing.start()
    try:
        yield held
    finally:
        held._stopped.set()
        renewing.join()
    held.check()


def leased_models() -> list[type[Leased]]:
    return [model for model in apps.get_models() if issubclass(model, Leased)]


def reap_all(*, now: datetime) -> dict[str, int]:
    """Reap the expired leases of every model that has any; how many, by model label."""
    return {model._meta.label_lower: LeasedQuerySet(model).reap(now=now) for model in leased_models()}


def expired_leases(*, at: datetime) -> dict[str, int]:
    """How many leases expired and were not reaped yet, by model label."""
    return {model._meta.label_lower: LeasedQuerySet(model).expired(at=at).count() for model in leased_models()}
