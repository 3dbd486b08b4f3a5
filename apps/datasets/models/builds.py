"""How versions come to be: a build passes its gate, or not; a version never changes."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import Trigger
from apps.collection.models import Run
from apps.core.gates import Verdict
from apps.core.leases import Leased, LeasedQuerySet
from apps.core.work import wait_again_or_fail
from apps.datasets.enums import (
    ACTIVE_STATES,
    MAKING,
    RESTORING,
    BuildPhase,
    BuildState,
    Engine,
    FullReason,
)
from apps.datasets.models.datasets import Dataset
from apps.datasets.schema import DatasetSchema, EntitySchema

# A build whose worker died this many times is not tried again: it is the build that kills them.
MAX_TAKES = 5


class BuildQuerySet(LeasedQuerySet["Build"]):
    def waiting(self) -> Self:
        return self.filter(state=BuildState.WAITING).order_by("pk")

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE_STATES)

    def judged(self) -> Self:
        """Those that came to their gate, the latest first. A restoration is not judged: it tells what was."""
        return self.filter(verdict__isnull=False, restores=None).order_by("-pk")

    def with_old_rejects(self, *, at: datetime) -> Self:
        """Those whose rejected rows are still kept, though the retention of the source that they come from is past."""
        kept = self.exclude(state__in=ACTIVE_STATES).filter(outputs__in=BuildOutput.objects.exclude(rejects=""))
        day = timedelta(days=1)
        return kept.filter(runs__finished_at__lte=at - F("runs__source__retention_days") * day).distinct()


class Build(Leased):
    """One making of a dataset from collected runs, and versions of other datasets, by recipes pinned in it.

    `model`, `schema` and `recipes` (by entity) are as they were when it was asked for. `sql` is what they compiled to.
    What came of each entity is in its `outputs`; the counts of rows here are those of all of them.

    One that `restores` a version makes nothing: it publishes the files of that version again, under a new number.
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

    restores = models.ForeignKey(
        "Version",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="restorations",
        verbose_name=_("version restored"),
    )
    # What its makers say of the version to come: written before it is there.
    note = models.TextField(_("release note"), blank=True, editable=False)

    runs: Any = models.ManyToManyField(Run, related_name="builds", blank=True, editable=False)
    read_versions: Any = models.ManyToManyField("Version", related_name="read_by", blank=True, editable=False)
    # Up to which receipt of each entity it reads.
    received = models.JSONField(default=dict, editable=False)
    model = models.JSONField(default=dict, editable=False)
    recipes = models.JSONField(default=dict, editable=False)
    # What it adds to; null if it reads all that was collected, and then why.
    base = models.ForeignKey(
        "Version", models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("adds to")
    )
    full_because = models.CharField(max_length=12, choices=FullReason, blank=True, editable=False)
    engine = models.CharField(_("engine"), max_length=10, choices=Engine, default=Engine.DUCKDB, editable=False)
    recipe_number = models.PositiveIntegerField(_("version of the recipes"), default=1, editable=False)
    schema = models.JSONField(default=dict, editable=False)
    schema_version = models.PositiveIntegerField(default=1, editable=False)
    sql = models.TextField(blank=True, editable=False)

    rows_in = models.PositiveBigIntegerField(_("rows read"), default=0, editable=False)
    rows_kept = models.PositiveBigIntegerField(_("rows kept"), default=0, editable=False)
    rows_rejected = models.PositiveBigIntegerField(_("rows rejected"), default=0, editable=False)
    rows_left_out = models.PositiveBigIntegerField(_("rows left out"), default=0, editable=False)

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
                condition=Q(rows_in=F("rows_kept") + F("rows_rejected") + F("rows_left_out")),
                name="datasets_build_loses_no_row",
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
    def phases(self) -> tuple[BuildPhase, ...]:
        """Those that it goes through, in order."""
        return RESTORING if self.restores_id else MAKING

    @property
    def judged(self) -> Verdict | None:
        """What its gate decided."""
        return Verdict.from_json(self.verdict) if self.verdict else None

    @property
    def pinned_schema(self) -> DatasetSchema:
        return DatasetSchema.from_json(self.schema)

    @property
    def has_rejects(self) -> bool:
        """Whether rows that were set aside can still be read."""
        return any(output.rejects for output in self.outputs.all())

    def duration(self, *, now: datetime) -> timedelta | None:
        return (self.finished_at or now) - self.started_at if self.started_at else None

    def on_lease_expired(self, *, now: datetime) -> None:
        wait_again_or_fail(self, now=now, takes=MAX_TAKES, code="workers_died")


class BuildOutput(models.Model):
    """What a build made of one entity. `reasons` are `{"code", "column", "count"}`, the most frequent first: a row may
    have several. `update` says what became of the rows of the version before, where they were kept (`engine.Update`);
    null where they were replaced. `inputs` are `{"name", "read", "kept", "rejected", "left_out"}`, in the order of the
    recipe.
    """

    build = models.ForeignKey(Build, models.CASCADE, related_name="outputs", verbose_name=_("build"))
    position = models.PositiveSmallIntegerField(_("position"))
    entity = models.CharField(_("entity"), max_length=50)
    rows_in = models.PositiveBigIntegerField(_("rows read"), default=0)
    rows_kept = models.PositiveBigIntegerField(_("rows kept"), default=0)
    rows_rejected = models.PositiveBigIntegerField(_("rows rejected"), default=0)
    rows_left_out = models.PositiveBigIntegerField(_("rows left out"), default=0)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    inputs = models.JSONField(_("inputs"), default=list, blank=True)
    update = models.JSONField(_("update"), null=True, blank=True)
    # In the lake; empty once deleted.
    snapshot = models.CharField(_("file of the rows"), max_length=255, blank=True)
    rejects = models.CharField(_("file of the rows set aside"), max_length=255, blank=True)

    class Meta:
        ordering = ["build", "position"]
        verbose_name = _("what a build made")
        verbose_name_plural = _("what builds made")
        constraints = [
            models.UniqueConstraint(fields=["build", "entity"], name="datasets_buildoutput_unique_entity"),
            models.CheckConstraint(
                condition=Q(rows_in=F("rows_kept") + F("rows_rejected") + F("rows_left_out")),
                name="datasets_buildoutput_loses_no_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.build_id}/{self.entity}"


class Version(models.Model):
    """A dataset as it was published once: its tables while it is current, Parquet snapshots for as long as it is kept.

    `manifest` tells, in JSON, all that was needed to make it: files with their digests, runs, recipes, model, schema.
    `rows` and `size` are those of all its tables.
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
    manifest = models.JSONField(editable=False)
    note = models.TextField(_("release note"), blank=True)
    published_at = models.DateTimeField(_("published"))
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    class Meta:
        ordering = ["dataset", "-number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="datasets_version_unique_number")]

    def __str__(self) -> str:
        return f"{self.dataset_id}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("datasets:version", args=[self.dataset.slug, self.number])

    @cached_property
    def pinned_schema(self) -> DatasetSchema:
        return DatasetSchema.from_json(self.schema)


class VersionTableQuerySet(models.QuerySet["VersionTable"]):
    def of_entity(self, name: str) -> Self:
        """Those of this entity; of the main one of each version if it is not said."""
        return self.filter(entity=name) if name else self.filter(position=0)

    def replaced_before(self, *, at: datetime) -> Self:
        """Those of versions that had been replaced by then, and whose table is still there."""
        return self.exclude(table="").filter(version__replaced_at__lte=at)


class VersionTable(models.Model):
    """The rows of one entity in a version."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="tables", verbose_name=_("version"))
    position = models.PositiveSmallIntegerField(_("position"))
    entity = models.CharField(_("entity"), max_length=50)
    rows = models.PositiveBigIntegerField(_("rows"))
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    snapshot = models.CharField(_("file"), max_length=255)
    # Empty once the table was dropped: only the current version, and the one before for a while, have theirs.
    table = models.CharField(max_length=63, blank=True, editable=False)

    objects: ClassVar[Any] = VersionTableQuerySet.as_manager()

    class Meta:
        ordering = ["version", "position"]
        verbose_name = _("table of a version")
        verbose_name_plural = _("tables of versions")
        constraints = [
            models.UniqueConstraint(fields=["version", "entity"], name="datasets_versiontable_unique_entity"),
            models.UniqueConstraint(
                fields=["table"], condition=~Q(table=""), name="datasets_versiontable_unique_table"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.entity}"

    @property
    def schema(self) -> EntitySchema:
        return self.version.pinned_schema.entity(self.entity)
