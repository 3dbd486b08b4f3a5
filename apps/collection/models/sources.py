"""What is collected, from where, and why it may be."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import ACTIVE_STATES, LegalBasis, RunState, SourceState


class SourceQuerySet(models.QuerySet["Source"]):
    def open(self) -> Self:
        return self.filter(state=SourceState.OPEN)

    def never_run(self) -> Self:
        return self.filter(runs=None)


class Source(models.Model):
    """Where data comes from. `config` is the JSON of its connector's pydantic model; it never holds a secret in clear.

    A draft can be tried but not collected. Whoever opens it says what the data is for and by what right.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("identifier"), max_length=60, unique=True)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=20, editable=False)
    config = models.JSONField(_("settings"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=SourceState, default=SourceState.DRAFT)

    purpose = models.TextField(
        _("purpose"), blank=True, help_text=_("What this data is for: the purpose in the sense of the GDPR.")
    )
    legal_basis = models.CharField(_("legal basis"), max_length=24, choices=LegalBasis, blank=True)
    columns = models.JSONField(
        _("columns to collect"),
        default=list,
        blank=True,
        help_text=_("Names, as the source writes them. What is not named never lands. Empty: all of them."),
    )
    retention_days = models.PositiveIntegerField(
        _("days kept"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(36_500)],
        help_text=_("Collected files and rejected records are deleted after this time."),
    )
    is_rejected_text_kept = models.BooleanField(
        _("keep the text of rejected records"),
        default=True,
        help_text=_("Without it, only the place and the reason are kept."),
    )
    max_rejected_rows = models.PositiveIntegerField(
        _("rejected records at most"), null=True, blank=True, help_text=_("Empty: no limit on their number.")
    )
    max_rejected_share = models.DecimalField(
        _("rejected share at most, in %"),
        max_digits=5,
        decimal_places=2,
        default=5,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[Any] = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        permissions = [("collect_source", _("Can start and stop collections"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=SourceState.DRAFT) | ~models.Q(purpose="") & ~models.Q(legal_basis=""),
                name="collection_source_open_has_a_purpose",
                violation_error_message=_("Say what the data is for and by what right before opening the source."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("collection:source", args=[self.slug])

    @property
    def is_open(self) -> bool:
        return self.state == SourceState.OPEN

    @property
    def retention(self) -> timedelta:
        return timedelta(days=self.retention_days)

    def active_run(self) -> Any:
        """The run that waits or goes on, if there is one: a source has one at most."""
        return self.runs.filter(state__in=ACTIVE_STATES).first()

    def latest_run(self) -> Any:
        return self.runs.order_by("-pk").first()

    def feeding_runs(self) -> Any:
        """The runs whose segments together are what the source holds today: what a build reads.

        Every run of a source is a full one, so the last that passed its gate replaces those before.
        """
        latest = self.runs.filter(state=RunState.SUCCEEDED, segments_deleted_at=None).order_by("-pk").values("pk")[:1]
        return self.runs.filter(pk__in=latest)


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def unused_since(self, instant: datetime) -> Self:
        """Files that no source is set to read and that no run still kept has read."""
        return self.filter(stored_at__lte=instant, sources=None, runs=None)


class StoredFile(models.Model):
    """A file as it was received, in the lake under its digest: the same file sent twice is one."""

    digest = models.CharField(_("SHA-256"), max_length=64, primary_key=True)
    name = models.CharField(_("name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    stored_at = models.DateTimeField(_("received"), auto_now_add=True)
    sources: Any = models.ManyToManyField(Source, related_name="files", blank=True)

    objects: ClassVar[Any] = StoredFileQuerySet.as_manager()

    class Meta:
        ordering = ["-stored_at"]
        verbose_name = _("received file")
        verbose_name_plural = _("received files")

    def __str__(self) -> str:
        return self.name
