"""What came of a run: files in the lake, how far it got, and the records that never became rows."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import EventCode, RejectionReason
from apps.collection.models.runs import Run
from apps.core.leases import Leased, LeasedQuerySet


class Segment(models.Model):
    """A Parquet file of the lake: rows of one part of one run, in order. It is there because this row says so."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="segments", verbose_name=_("run"))
    part = models.CharField(_("part"), max_length=60)
    seq = models.PositiveIntegerField(_("rank in its part"))
    name = models.CharField(_("file"), max_length=255)
    rows = models.PositiveIntegerField(_("rows"))
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    landed_at = models.DateTimeField(_("landed"), auto_now_add=True)

    class Meta:
        ordering = ["run", "part", "seq"]
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [
            models.UniqueConstraint(fields=["run", "part", "seq"], name="collection_segment_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class CheckpointQuerySet(LeasedQuerySet["Checkpoint"]):
    def unfinished(self) -> Self:
        return self.filter(is_complete=False).order_by("rank")


class Checkpoint(Leased):
    """How far a run has read one of its parts, written in the transaction of the segment that makes it true.

    Whoever reads the part holds its lease: several processes read the parts of one run.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="checkpoints", verbose_name=_("run"))
    rank = models.PositiveIntegerField(_("rank"), help_text=_("Of the part in the plan of the run, from 0."))
    part = models.CharField(_("part"), max_length=60)
    seq = models.PositiveIntegerField(default=0, help_text=_("The segments of the part that have landed."))
    cursor = models.JSONField(null=True, blank=True)
    high = models.JSONField(null=True, blank=True)
    position = models.PositiveBigIntegerField(default=0)
    is_complete = models.BooleanField(_("read to its end"), default=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[Any] = CheckpointQuerySet.as_manager()

    class Meta(Leased.Meta):
        ordering = ["run", "rank"]
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["run", "rank"], name="collection_checkpoint_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.part}: {self.seq}"

    def on_lease_expired(self, *, now: datetime) -> None:
        """Its reader died: another goes on from here. How many runs may kill is counted on the run."""


class RejectionQuerySet(models.QuerySet["Rejection"]):
    def by_reason(self) -> Any:
        """How many of each reason, the most frequent first: dictionaries of `reason` and `count`."""
        return self.values("reason").annotate(count=Count("pk")).order_by("-count", "reason")

    def because(self, reason: str) -> Self:
        return self.filter(reason=reason)


class Rejection(models.Model):
    """A record that never became a row: where it is, why, and its text where the source lets it be kept."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="rejections", verbose_name=_("run"))
    part = models.CharField(_("part"), max_length=60)
    seq = models.PositiveIntegerField(editable=False)
    row = models.PositiveBigIntegerField(_("record"))
    reason = models.CharField(_("reason"), max_length=24, choices=RejectionReason)
    details = models.JSONField(_("details"), default=dict)
    text = models.TextField(_("text"), blank=True)

    objects: ClassVar[Any] = RejectionQuerySet.as_manager()

    class Meta:
        ordering = ["run", "part", "row"]
        verbose_name = _("rejected record")
        verbose_name_plural = _("rejected records")
        indexes = [models.Index(fields=["run", "reason"], name="collection_rejection_reason")]
        constraints = [
            models.UniqueConstraint(fields=["run", "part", "row"], name="collection_rejection_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.part}:{self.row}"


class RunEvent(models.Model):
    """One line of the log of a run: what happened, by code and numbers, told in the reader's language."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="events", verbose_name=_("run"))
    at = models.DateTimeField(_("at"))
    code = models.CharField(_("what"), max_length=24, choices=EventCode)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("event of a run")
        verbose_name_plural = _("events of runs")

    def __str__(self) -> str:
        return f"{self.run_id}: {self.code}"
