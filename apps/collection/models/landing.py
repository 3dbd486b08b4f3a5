"""What came of a run: files in the lake, how far it got, and the records that never became rows."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import RejectionReason
from apps.collection.models.runs import Run
from apps.collection.models.sources import Source


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


class Checkpoint(models.Model):
    """How far a part was read, written in the transaction of the segment that makes it true.

    A run goes on from it only if the run wrote it: a new full run reads everything again.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="checkpoints")
    # The name of a file, which has 255 characters at most, is that of its stream.
    stream = models.CharField(max_length=255, blank=True)
    part = models.CharField(max_length=60)
    run = models.ForeignKey(Run, models.CASCADE, related_name="checkpoints")
    seq = models.PositiveIntegerField(help_text=_("The segments of the part that have landed."))
    cursor = models.JSONField()
    is_complete = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        constraints = [
            models.UniqueConstraint(fields=["source", "stream", "part"], name="collection_checkpoint_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.part}: {self.seq}"


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
