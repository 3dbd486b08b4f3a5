"""How versions come to be: a build passes its gate, or not; a version never changes."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import Trigger
from apps.collection.models import Run
from apps.core.gates import Verdict
from apps.core.leases import Leased, LeasedQuerySet
from apps.datasets.enums import ACTIVE_STATES, BuildPhase, BuildState
from apps.datasets.models.datasets import Dataset
from apps.datasets.schema import EntitySchema

# A build whose worker died this many times is not tried again: it is the build that kills them.
MAX_TAKES = 5


class BuildQuerySet(LeasedQuerySet["Build"]):
    def waiting(self) -> Self:
        return self.filter(state=BuildState.WAITING).order_by("pk")

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE_STATES)

    def with_old_rejects(self, *, at: datetime) -> Self:
        """Those whose rejected rows are still kept, though the retention of the source that they come from is past."""
        kept = self.exclude(state__in=ACTIVE_STATES).exclude(rejects="")
        day = timedelta(days=1)
        return kept.filter(runs__finished_at__lte=at - F("runs__source__retention_days") * day).distinct()


class Build(Leased):
    """One making of a dataset from collected runs, by a recipe pinned in it.

    `recipe` and `schema` are as they were when it was asked for. `sql` is what the recipe compiled to.
    """

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="builds", verbose_name=_("dataset"))
    state = models.CharField(_("state"), max_length=10, choices=BuildState, default=BuildState.WAITING)
    phase = models.CharField(_("phase"), max_length=10, choices=BuildPhase, blank=True, editable=False)
    trigger = models.CharField(_("asked by"), max_length=10, choices=Trigger, default=Trigger.PERSON)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True, editable=False)

    runs: Any = models.ManyToManyField(Run, related_name="builds", blank=True, editable=False)
    recipe = models.JSONField(default=dict, editable=False)
    recipe_number = models.PositiveIntegerField(_("version of the recipe"), default=1, editable=False)
    schema = models.JSONField(default=dict, editable=False)
    schema_version = models.PositiveIntegerField(default=1, editable=False)
    sql = models.TextField(blank=True, editable=False)

    rows_in = models.PositiveBigIntegerField(_("rows read"), default=0, editable=False)
    rows_kept = models.PositiveBigIntegerField(_("rows kept"), default=0, editable=False)
    rows_rejected = models.PositiveBigIntegerField(_("rows rejected"), default=0, editable=False)
    # [{"code", "column", "count"}], the most frequent first: a row may have several reasons.
    reasons = models.JSONField(default=list, blank=True, editable=False)
    snapshot = models.CharField(max_length=255, blank=True, editable=False)
    rejects = models.CharField(max_length=255, blank=True, editable=False)

    verdict = models.JSONField(null=True, blank=True, editable=False)
    error_kind = models.CharField(max_length=20, blank=True, editable=False)
    error_code = models.CharField(max_length=64, blank=True, editable=False)
    error_details = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[Any] = BuildQuerySet.as_manager()

    class Meta(Leased.Meta):
        ordering = ["-pk"]
        verbose_name = _("build")
        verbose_name_plural = _("builds")
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(
                fields=["dataset"],
                condition=Q(state__in=ACTIVE_STATES),
                name="datasets_build_one_active_per_dataset",
                violation_error_message=_("This dataset is being built already."),
            ),
            models.CheckConstraint(
                condition=Q(rows_in=F("rows_kept") + F("rows_rejected")), name="datasets_build_loses_no_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}/{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("datasets:build", args=[self.dataset.slug, self.pk])

    @property
    def is_over(self) -> bool:
        return BuildState(self.state).is_over

    @property
    def judged(self) -> Verdict | None:
        """What its gate decided."""
        return Verdict.from_json(self.verdict) if self.verdict else None

    @property
    def pinned_schema(self) -> EntitySchema:
        return EntitySchema.from_json(self.schema)

    def duration(self, *, now: datetime) -> timedelta | None:
        return (self.finished_at or now) - self.started_at if self.started_at else None

    def on_lease_expired(self, *, now: datetime) -> None:
        """Its worker died: another begins again, unless it killed too many of them, or died after all was done."""
        if self.is_over:
            return
        if self.lease_count < MAX_TAKES:
            self.state = BuildState.WAITING
            return
        self.state, self.finished_at = BuildState.FAILED, now
        self.error_kind, self.error_code = "bug", "workers_died"
        self.error_details = {"takes": self.lease_count}


class VersionQuerySet(models.QuerySet["Version"]):
    def with_old_table(self, *, at: datetime) -> Self:
        """Those that had been replaced by then, and whose table is still there."""
        return self.exclude(table="").filter(replaced_at__lte=at)


class Version(models.Model):
    """A dataset as it was published once: a table while it is current, a Parquet snapshot for as long as it is kept.

    `manifest` tells, in JSON, all that was needed to make it: files with their digests, runs, recipe, schema.
    """

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="versions", verbose_name=_("dataset"))
    number = models.PositiveIntegerField(_("number"))
    build = models.OneToOneField(Build, models.PROTECT, related_name="version", verbose_name=_("build"))
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("version before")
    )
    schema = models.JSONField(editable=False)
    schema_version = models.PositiveIntegerField(editable=False)
    rows = models.PositiveBigIntegerField(_("rows"))
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    snapshot = models.CharField(_("file"), max_length=255)
    manifest = models.JSONField(editable=False)
    note = models.TextField(_("release note"), blank=True)
    # Empty once the table was dropped: only the current version, and the one before for a while, have one.
    table = models.CharField(max_length=63, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"))
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    objects: ClassVar[Any] = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "-number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="datasets_version_unique_number")]

    def __str__(self) -> str:
        return f"{self.dataset_id}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("datasets:version", args=[self.dataset.slug, self.number])

    @property
    def pinned_schema(self) -> EntitySchema:
        return EntitySchema.from_json(self.schema)
