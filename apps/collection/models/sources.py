"""What is collected, from where, and why it may be."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import (
    ACTIVE_STATES,
    Confidentiality,
    LegalBasis,
    LoadMode,
    Reaction,
    RunMode,
    RunState,
    SourceState,
)
from apps.core.schedules import Scheduled, ScheduledQuerySet
from apps.core.secrets import EncryptedTextField

MAX_PARALLEL_PARTS = 8


class SourceQuerySet(ScheduledQuerySet["Source"]):
    def open(self) -> Self:
        return self.filter(state=SourceState.OPEN)

    def never_run(self) -> Self:
        return self.filter(runs=None)


class Source(Scheduled):
    """Where data comes from. `config` is the JSON of its connector's pydantic model, but for the secrets (`sealing`).

    A draft can be tried but not collected. Whoever opens it says what the data is for and by what right. An open source
    is collected when someone asks, and at its own hours.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("identifier"), max_length=60, unique=True)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=20, editable=False)
    config = models.JSONField(_("settings"), default=dict, blank=True)
    secrets = EncryptedTextField(_("secrets"), editable=False)
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

    mode = models.CharField(
        _("what each run reads"),
        max_length=12,
        choices=LoadMode,
        default=LoadMode.FULL,
        help_text=_("Reading only what is new takes a source that says when its records change."),
    )
    key_columns = models.JSONField(
        _("columns that identify a record"),
        default=list,
        blank=True,
        help_text=_("When only what is new is read, a record that comes again replaces the one before."),
    )
    parallel_parts = models.PositiveSmallIntegerField(
        _("parts read at the same time"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PARALLEL_PARTS)],
        help_text=_("By as many workers, where the source comes in several parts. Ask what the source can bear."),
    )
    max_rows = models.PositiveBigIntegerField(
        _("records at most"), null=True, blank=True, help_text=_("A run that reads more is held at the gate.")
    )
    max_minutes = models.PositiveIntegerField(
        _("minutes at most"), null=True, blank=True, help_text=_("A run that lasts longer is held at the gate.")
    )
    max_megabytes = models.PositiveIntegerField(
        _("megabytes at most"), null=True, blank=True, help_text=_("Of what has landed, compressed.")
    )

    expected_columns = models.JSONField(
        _("expected columns"),
        default=list,
        blank=True,
        help_text=_("Names and types, as agreed with the source. Empty: those of the last run that passed."),
    )
    on_missing_column = models.CharField(
        _("a column is missing"), max_length=6, choices=Reaction, default=Reaction.STOP
    )
    on_new_column = models.CharField(_("a column is new"), max_length=6, choices=Reaction, default=Reaction.WARN)
    on_changed_type = models.CharField(_("a type changed"), max_length=6, choices=Reaction, default=Reaction.WARN)

    # The sheet of the source: what an assessor, a colleague or a DPO asks first.
    context = models.TextField(_("context"), blank=True, help_text=_("What the extraction is part of, and for whom."))
    actors = models.TextField(_("actors"), blank=True, help_text=_("Who produces the data, who answers for it here."))
    technical_constraints = models.TextField(
        _("technical constraints"), blank=True, help_text=_("Hours, volumes, formats, languages, services called.")
    )
    access_conditions = models.TextField(
        _("conditions of access"), blank=True, help_text=_("How the right to read was given, by whom, until when.")
    )
    terms = models.TextField(_("terms of use"), blank=True, help_text=_("What the owner allows, and where it is said."))
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    confidentiality = models.CharField(_("confidentiality"), max_length=10, choices=Confidentiality, blank=True)

    followers: Any = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="+",
        verbose_name=_("followers"),
        help_text=_("Told by e-mail when a run fails or is held at its gate."),
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

    class Meta(Scheduled.Meta):
        ordering = ["name"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        permissions = [("collect_source", _("Can start and stop collections"))]
        constraints = [
            *Scheduled.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(state=SourceState.DRAFT) | ~models.Q(purpose="") & ~models.Q(legal_basis=""),
                name="collection_source_open_has_a_purpose",
                violation_error_message=_("Say what the data is for and by what right before opening the source."),
            ),
            models.CheckConstraint(
                condition=models.Q(mode=LoadMode.FULL) | ~models.Q(key_columns=[]),
                name="collection_source_incremental_has_a_key",
                violation_error_message=_("Say which columns identify a record: what comes again must be recognised."),
            ),
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

        The last full run that passed its gate replaces those before; what passed since adds to it. Once the retention
        of that run is over, nothing is left to add to: the next run is a full one.
        """
        passed = self.runs.filter(state=RunState.SUCCEEDED)
        full = passed.filter(mode=RunMode.FULL).order_by("-pk").values_list("pk", "segments_deleted_at").first()
        if full is None or full[1]:
            return self.runs.none()
        return passed.filter(pk__gte=full[0], segments_deleted_at=None)

    def start_scheduled(self, *, now: datetime, due_at: datetime) -> None:
        """Record that a run is wanted: a worker is told of it within the minute.

        Raises SourceNotOpen, or RunAlreadyActive.
        """
        # Imported here: asking for a run is an act, made of these models.
        from apps.collection.requesting import request_by_clock

        request_by_clock(source=self)


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
