"""Each time a source was collected."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import ACTIVE_STATES, RunMode, RunState, Trigger
from apps.collection.models.sources import Source, StoredFile
from apps.core.gates import Verdict
from apps.core.leases import Leased, LeasedQuerySet
from apps.core.work import wait_again_or_fail

# What people want to be told of.
TROUBLED = (RunState.FAILED, RunState.HELD)
# A run whose worker died this many times is not tried again: it is the run that kills them.
MAX_TAKES = 5


class RunQuerySet(LeasedQuerySet["Run"]):
    def waiting(self, *, at: datetime | None = None) -> Self:
        """Those that a worker may take now; a run that was put off waits for its hour."""
        waiting = self.filter(state=RunState.WAITING).order_by("pk")
        return waiting.filter(Q(resumes_at=None) | Q(resumes_at__lte=at or timezone.now()))

    def to_tell(self) -> Self:
        """The runs that went wrong and of which nobody was told yet."""
        return self.filter(state__in=TROUBLED, told_at=None).order_by("pk")

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE_STATES)

    def to_forget(self, *, at: datetime) -> Self:
        """The runs whose segments and rejections are past the retention of their source, and still there."""
        over = self.exclude(state__in=ACTIVE_STATES).filter(segments_deleted_at=None)
        return over.filter(finished_at__lte=at - F("source__retention_days") * timedelta(days=1))


class Run(Leased):
    """One collection of a source: it stops and resumes where it was.

    The settings of the source and the parts to read are pinned in it when it starts, so that resuming reads the same.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="runs", verbose_name=_("source"))
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    mode = models.CharField(_("what is read"), max_length=12, choices=RunMode, default=RunMode.FULL)
    since = models.CharField(_("from"), max_length=64, blank=True)
    until = models.CharField(_("to"), max_length=64, blank=True)
    replays = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replays_made", verbose_name=_("replayed run")
    )
    trigger = models.CharField(_("asked by"), max_length=10, choices=Trigger, default=Trigger.PERSON)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    pause_requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    resumes_at = models.DateTimeField(_("put off until"), null=True, blank=True, editable=False)
    told_at = models.DateTimeField(_("followers told"), null=True, blank=True, editable=False)

    # Pinned at the start: see planning.Plan
    plan = models.JSONField(default=dict, editable=False)
    files: Any = models.ManyToManyField(StoredFile, related_name="runs", blank=True, editable=False)

    rows_read = models.PositiveBigIntegerField(_("records read"), default=0, editable=False)
    rows_kept = models.PositiveBigIntegerField(_("rows kept"), default=0, editable=False)
    rows_rejected = models.PositiveBigIntegerField(_("records rejected"), default=0, editable=False)
    bytes_read = models.PositiveBigIntegerField(_("bytes read"), default=0, editable=False)
    bytes_landed = models.PositiveBigIntegerField(_("bytes landed"), default=0, editable=False)
    bytes_total = models.PositiveBigIntegerField(_("bytes to read"), default=0, editable=False)

    # What the gate learns while the run goes on: see landing.record_batch
    new_columns = models.JSONField(default=list, blank=True, editable=False)
    samples = models.JSONField(default=list, blank=True, editable=False)
    retry_seconds = models.FloatField(default=0, editable=False)
    # From where the next incremental run reads, once this one has passed.
    bookmark = models.JSONField(null=True, blank=True, editable=False)

    verdict = models.JSONField(null=True, blank=True, editable=False)
    error_kind = models.CharField(max_length=20, blank=True, editable=False)
    error_code = models.CharField(max_length=64, blank=True, editable=False)
    error_details = models.JSONField(default=dict, blank=True, editable=False)
    segments_deleted_at = models.DateTimeField(_("files deleted"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = RunQuerySet.as_manager()

    class Meta(Leased.Meta):
        ordering = ["-pk"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes = [models.Index(fields=["source", "-id"], name="collection_run_of_source")]
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state__in=ACTIVE_STATES),
                name="collection_run_one_active_per_source",
                violation_error_message=_("This source is being collected already."),
            ),
            models.CheckConstraint(
                condition=Q(rows_read=F("rows_kept") + F("rows_rejected")), name="collection_run_loses_no_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("collection:run", args=[self.pk])

    @property
    def audit_label(self) -> str:
        return f"{self.source.name}, {self.pk}"

    @property
    def is_over(self) -> bool:
        return RunState(self.state).is_over

    @property
    def judged(self) -> Verdict | None:
        """What its gate decided, by codes and numbers: `telling.verdict_of` puts it in words."""
        return Verdict.from_json(self.verdict) if self.verdict else None

    @property
    def rejected_share(self) -> float | None:
        """The part of the records that were rejected, from 0 to 1; None before any was read."""
        return self.rows_rejected / self.rows_read if self.rows_read else None

    def duration(self, *, now: datetime) -> timedelta | None:
        return (self.finished_at or now) - self.started_at if self.started_at else None

    @property
    def can_be_resumed(self) -> bool:
        return not self.is_over and bool(self.pause_requested_at or self.state == RunState.PAUSED)

    def reads_as(self, source: Source) -> bool:
        """Whether the source is set as when this run pinned it: other settings may read other records."""
        return (self.plan["config"], self.plan["asked"]) == (source.config, source.columns)

    def may_be_replayed(self) -> bool:
        """Whether what it set aside is still missing: its rows are used, and no replay of it passed."""
        if not self.source.feeding_runs().filter(pk=self.pk).exists():
            return False
        return not self.replays_made.filter(state=RunState.SUCCEEDED, segments_deleted_at=None).exists()

    def on_lease_expired(self, *, now: datetime) -> None:
        wait_again_or_fail(self, now=now, takes=MAX_TAKES, code="workers_died")
