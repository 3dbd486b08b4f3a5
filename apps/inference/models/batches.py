"""Many rows to answer at once: asked for, then done by a worker, chunk after chunk."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.interface import Viewer
from apps.core.leases import Leased, LeasedQuerySet
from apps.core.work import wait_again_or_fail
from apps.datasets.models import VersionTable
from apps.inference.enums import BatchFormat, BatchState
from apps.inference.models.models import SEE, Model
from apps.inference.models.training import ModelVersion

# A batch whose worker died this many times is not tried again: it is the batch that kills them.
MAX_TAKES = 3
KEPT_FOR = timedelta(days=30)
# A file that was sent, looked at, and never started.
DRAFT_KEPT_FOR = timedelta(days=1)


class BatchQuerySet(LeasedQuerySet["Batch"]):
    def waiting(self) -> Self:
        return self.filter(state=BatchState.WAITING).order_by("pk")

    def unfinished(self) -> Self:
        return self.filter(state__in=(BatchState.DRAFT, BatchState.WAITING, BatchState.RUNNING))

    def of(self, person: User) -> Self:
        """One's own, the latest first, with what pages tell of them."""
        return self.filter(requested_by=person).select_related("model", "version")

    def visible_to(self, viewer: Viewer) -> Self:
        """One's own; those of everyone, for whoever sees models."""
        if viewer.has_perm(SEE):
            return self
        return self.filter(requested_by=viewer.pk) if viewer.is_authenticated else self.none()

    def past(self, *, at: datetime) -> Self:
        """Those that are over and no longer kept."""
        left = Q(state=BatchState.DRAFT, requested_at__lte=at - DRAFT_KEPT_FOR)
        return self.filter(Q(finished_at__lte=at - KEPT_FOR) | left)


class Batch(Leased):
    """Rows of a file, or of a table of a dataset, that one version of a model answers, in their order.

    `name` and `size` (bytes) are those of the file that somebody sent from a page.

    `upload` and `result` are files of the lake, below `folder`. The rows that are refused are null in the result, and
    told in `refused`. What was done is what `chunks_done` says: a worker that takes over goes on from there.
    """

    model = models.ForeignKey(Model, models.CASCADE, related_name="batches", verbose_name=_("model"))
    version = models.ForeignKey(ModelVersion, models.RESTRICT, related_name="batches", verbose_name=_("version"))
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.WAITING)
    table = models.ForeignKey(
        VersionTable, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("table of a dataset")
    )
    upload = models.CharField(_("file"), max_length=255, blank=True, editable=False)
    name = models.CharField(_("name of the file"), max_length=255, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True, editable=False)
    source_format = models.CharField(_("format"), max_length=10, choices=BatchFormat)
    result_format = models.CharField(_("format of the result"), max_length=10, choices=BatchFormat)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    chunks_done = models.PositiveIntegerField(_("chunks done"), default=0, editable=False)
    rows_done = models.PositiveBigIntegerField(_("rows done"), default=0, editable=False)
    rows_refused = models.PositiveBigIntegerField(_("rows refused"), default=0, editable=False)
    # Null where it is not known before the end, as of a text file.
    rows_total = models.PositiveBigIntegerField(_("rows in all"), null=True, blank=True, editable=False)
    result = models.CharField(_("result"), max_length=255, blank=True, editable=False)
    refused = models.CharField(_("refused rows"), max_length=255, blank=True, editable=False)
    error_kind = models.CharField(max_length=20, blank=True, editable=False)
    error_code = models.CharField(max_length=64, blank=True, editable=False)
    error_details = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[Any] = BatchQuerySet.as_manager()

    class Meta(Leased.Meta):
        ordering = ["-pk"]
        default_permissions = ("view",)
        verbose_name = _("batch")
        verbose_name_plural = _("batches")

    def __str__(self) -> str:
        return self.name or gettext("Batch no. %(number)d") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("inference:batch", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == BatchState.DRAFT

    @property
    def is_from_page(self) -> bool:
        """Whether its file was sent from a page, and rewritten as `tables` does."""
        return self.size is not None

    @property
    def is_over(self) -> bool:
        return BatchState(self.state).is_over

    @property
    def kept_until(self) -> datetime | None:
        """Until when it is kept with its files; not known before it is over."""
        if self.is_draft:
            return self.requested_at + DRAFT_KEPT_FOR
        return self.finished_at + KEPT_FOR if self.finished_at else None

    @property
    def folder(self) -> str:
        """Where its files are in the lake."""
        return f"batches/{self.pk}"

    @property
    def parts(self) -> list[str]:
        """The files of its chunks, as far as they are done: their answers, and their refused rows."""
        return [self.part(kind, rank) for rank in range(self.chunks_done) for kind in ("answers", "refused")]

    def part(self, kind: str, rank: int) -> str:
        return f"{self.folder}/{kind}-{rank:06d}.parquet"

    def on_lease_expired(self, *, now: datetime) -> None:
        wait_again_or_fail(self, now=now, takes=MAX_TAKES, code="batch_workers_died")
