"""Schedules that people set: rows that the clock starts, picked every minute by one dispatcher.

A subclass of `Scheduled` says in `start_scheduled` what starting means: it records an intent (a row that a worker will
claim) and returns. The row's next run and that intent are written in one transaction, so a crash starts nothing twice
and loses nothing. Runs missed while the platform was down are caught up once, not once each.

Daylight saving, as in Debian's cron: at 02:30 on the night when 02:00 becomes 03:00, a daily job runs at 03:00; on the
night when 03:00 becomes 02:00 it runs once, the first time it is 02:30. A job of every hour runs every real hour.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.errors import EcluseError, PermanentFailure, RuleViolation
from apps.core.problems import find_problem_type

logger = logging.getLogger(__name__)

S = TypeVar("S", bound="Scheduled")

CRON_FIELDS = 5
LAST_TICK = "schedules:last_tick"


class InvalidSchedule(RuleViolation):
    """A schedule that cannot be read, or that never comes."""

    code = "invalid_schedule"


def next_run(cron: str, time_zone: str, *, after: datetime) -> datetime:
    """The first instant strictly after `after` when this schedule runs, in its own zone. Raises InvalidSchedule."""
    return upcoming_runs(cron, time_zone, after=after, count=1)[0]


def upcoming_runs(cron: str, time_zone: str, *, after: datetime, count: int = 5) -> list[datetime]:
    """The next instants when this schedule runs, in its own zone. Raises InvalidSchedule."""
    if time_zone not in available_timezones():
        raise InvalidSchedule(_("This time zone does not exist. Write one such as Europe/Paris."))
    if len(cron.split()) != CRON_FIELDS:
        raise InvalidSchedule(_("Write five fields: minute, hour, day of the month, month, day of the week."))
    runs: list[datetime] = []
    try:
        for run in CronSim(cron, after.astimezone(ZoneInfo(time_zone))):
            # In the hour that autumn repeats, cronsim may answer with its first passage, already behind us.
            if run.astimezone(UTC) > (runs[-1] if runs else after).astimezone(UTC):
                runs.append(run)
            if len(runs) == count:
                return runs
    except CronSimError as error:
        raise InvalidSchedule(_("This schedule cannot be read: check each field.")) from error
    raise InvalidSchedule(_("This schedule never comes."))


def validate_cron(value: str) -> None:
    """A model or form validator for a schedule, whatever its zone."""
    try:
        next_run(value, "UTC", after=timezone.now())
    except InvalidSchedule as error:
        raise ValidationError(str(error), code=error.code) from error


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("This time zone does not exist. Write one such as Europe/Paris."), code="time_zone")


def default_time_zone() -> str:
    return settings.TIME_ZONE


class ScheduledQuerySet(models.QuerySet[S]):
    def due(self, *, at: datetime) -> Self:
        return self.filter(is_scheduled=True, next_run_at__lte=at).order_by("next_run_at", "pk")

    def unplanned(self) -> Self:
        """The rows whose next run was never computed, or was for another schedule than the one they have now."""
        return self.filter(is_scheduled=True).exclude(planned_as=Concat("cron", Value(" "), "time_zone"))

    def paused_with_a_plan(self) -> Self:
        return self.filter(is_scheduled=False).exclude(planned_as="")


class Scheduled(models.Model):
    """A row that the clock starts. A subclass's `Meta` inherits `Scheduled.Meta`.

    Whoever edits `cron`, `time_zone` or `is_scheduled` has nothing else to do: `planned_as` tells the dispatcher that
    `next_run_at` was computed for another schedule, and a row that was paused does not catch up when it resumes.
    """

    cron = models.CharField(_("schedule"), max_length=100, blank=True, validators=[validate_cron])
    time_zone = models.CharField(
        _("time zone of the schedule"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    is_scheduled = models.BooleanField(_("runs on schedule"), default=False)
    next_run_at = models.DateTimeField(_("next run"), null=True, blank=True, editable=False, db_index=True)
    planned_as = models.CharField(max_length=165, blank=True, editable=False)
    # The code of an error, or the class of a bug: the clock speaks no one's language.
    schedule_error = models.TextField(_("why the last start failed"), blank=True, editable=False)

    objects = ScheduledQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(is_scheduled=False) | ~Q(cron=""),
                name="%(app_label)s_%(class)s_scheduled_has_a_cron",
                violation_error_message=_("Say when it runs, or do not schedule it."),
            )
        ]

    def upcoming(self, *, after: datetime, count: int = 5) -> list[datetime]:
        """The next runs, for a page: none if the row is paused or its schedule is not valid."""
        try:
            return upcoming_runs(self.cron, self.time_zone, after=after, count=count) if self.is_scheduled else []
        except InvalidSchedule:
            return []

    @property
    def schedule_problem(self) -> str:
        """Why the last start failed, in the reader's language; nothing if it did not."""
        problem = find_problem_type(self.schedule_error)
        return str(problem.title) if problem else self.schedule_error

    def start_scheduled(self, *, now: datetime, due_at: datetime) -> None:
        """Record that this must be done, and return: a row that a worker claims, never the work itself.

        `due_at` is the instant that was planned, before `now` if the platform was down. RuleViolation and
        PermanentFailure skip this run; any other error leaves the row due, and it is tried again the next minute.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it starts.")


def dispatch_schedules(*, now: datetime) -> int:
    """Start everything that is due, of every model; how many were started. Also proves that the clock is alive."""
    started = 0
    for model in apps.get_models():
        if issubclass(model, Scheduled):
            rows: ScheduledQuerySet[Scheduled] = ScheduledQuerySet(model)
            rows.paused_with_a_plan().update(next_run_at=None, planned_as="", schedule_error="")
            _each(rows.unplanned(), _plan, now)
            started += _each(rows.due(at=now), _start, now)
    cache.set(LAST_TICK, now.isoformat(), timeout=None)
    return started


def _each(rows: ScheduledQuerySet[S], act: Callable[[S, datetime], None], now: datetime) -> int:
    """Do this to each of the rows that nobody else is dispatching, each in its own transaction; how many went well."""
    went_well = 0
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic(using=router.db_for_write(rows.model)):
            row = rows.filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).first()
            if row is None:
                continue
            row.schedule_error = ""
            try:
                act(row, now)
                went_well += 1
            except Exception as error:
                subject = {"subject": f"{row._meta.label_lower}:{row.pk}"}
                if isinstance(error, EcluseError):
                    row.schedule_error = error.code
                    logger.warning("schedule_failed", extra=subject | {"code": error.code})
                else:
                    row.schedule_error = type(error).__name__  # its text may hold anything
                    logger.exception("schedule_failed", extra=subject)
            row.save(update_fields=["next_run_at", "planned_as", "schedule_error"])
    return went_well


def _plan(row: Scheduled, now: datetime) -> None:
    row.planned_as = f"{row.cron} {row.time_zone}"
    row.next_run_at = None  # what remains if the schedule is not valid
    row.next_run_at = next_run(row.cron, row.time_zone, after=now)


def _start(row: Scheduled, now: datetime) -> None:
    due_at = row.next_run_at or now
    _plan(row, now)
    try:
        with transaction.atomic():
            row.start_scheduled(now=now, due_at=due_at)
    except (RuleViolation, PermanentFailure):
        raise  # trying again in a minute would not help; the next run may
    except Exception:
        row.next_run_at = due_at
        raise


def last_tick() -> datetime | None:
    """When the dispatcher last ran to its end."""
    tick = cache.get(LAST_TICK)
    return datetime.fromisoformat(tick) if tick else None
