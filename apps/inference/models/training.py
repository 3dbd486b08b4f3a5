"""How versions of models come to be: a training passes its gate, or not; a version never changes."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.gates import Verdict
from apps.core.leases import Leased, LeasedQuerySet
from apps.core.work import wait_again_or_fail
from apps.datasets.models import Version as DatasetVersion
from apps.inference.enums import ACTIVE_STATES, Format, TrainingCause, TrainingPhase, TrainingState
from apps.inference.models.models import Model
from apps.inference.signature import Signature
from apps.inference.spec import ModelSpec

# A training whose worker died this many times is not tried again: it is the training that kills them.
MAX_TAKES = 3


class TrainingQuerySet(LeasedQuerySet["TrainingRun"]):
    def waiting(self) -> Self:
        return self.filter(state=TrainingState.WAITING).order_by("pk")

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE_STATES)

    def to_tell(self) -> Self:
        """Those that went wrong and of which nobody was told yet."""
        return self.filter(state__in=[TrainingState.HELD, TrainingState.FAILED], told_at=None).order_by("pk")


class TrainingRun(Leased):
    """One training of a model by the declaration pinned in it, on one version of its dataset. `energy_j` is null where
    it could not be told; `energy_method` says how it was."""

    model = models.ForeignKey(Model, models.CASCADE, related_name="trainings", verbose_name=_("model"))
    state = models.CharField(_("state"), max_length=10, choices=TrainingState, default=TrainingState.WAITING)
    phase = models.CharField(_("phase"), max_length=10, choices=TrainingPhase, blank=True, editable=False)
    cause = models.CharField(_("asked by"), max_length=10, choices=TrainingCause, default=TrainingCause.PERSON)
    cause_details = models.JSONField(default=dict, blank=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the owner of the model was told, by e-mail, that it went wrong.
    told_at = models.DateTimeField(null=True, blank=True, editable=False)

    spec = models.JSONField(editable=False)
    spec_number = models.PositiveIntegerField(_("version of the declaration"), default=1, editable=False)
    seed = models.PositiveIntegerField(_("seed"), default=0, editable=False)
    # Pinned when it starts. Versions that models learnt from are kept.
    dataset_version = models.ForeignKey(
        DatasetVersion,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="trainings",
        verbose_name=_("version of the dataset"),
    )
    code_digest = models.CharField(_("digest of the code"), max_length=64, blank=True, editable=False)
    lock_digest = models.CharField(_("digest of the libraries"), max_length=64, blank=True, editable=False)
    parameters = models.JSONField(_("parameters chosen"), default=dict, blank=True, editable=False)
    rows_train = models.PositiveBigIntegerField(_("rows to learn from"), default=0, editable=False)
    rows_test = models.PositiveBigIntegerField(_("rows to judge by"), default=0, editable=False)
    cpu_seconds = models.FloatField(_("processor time, in seconds"), default=0, editable=False)
    energy_j = models.FloatField(_("energy, in joules"), null=True, blank=True, editable=False)
    energy_method = models.CharField(_("how the energy was estimated"), max_length=200, blank=True, editable=False)

    verdict = models.JSONField(null=True, blank=True, editable=False)
    error_kind = models.CharField(max_length=20, blank=True, editable=False)
    error_code = models.CharField(max_length=64, blank=True, editable=False)
    error_details = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[Any] = TrainingQuerySet.as_manager()

    class Meta(Leased.Meta):
        ordering = ["-pk"]
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(
                fields=["model"],
                condition=Q(state__in=ACTIVE_STATES),
                name="inference_training_one_active_per_model",
                violation_error_message=_("This model is being trained already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id}/{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("inference:training", args=[self.model.slug, self.pk])

    @property
    def is_over(self) -> bool:
        return TrainingState(self.state).is_over

    @property
    def judged(self) -> Verdict | None:
        """What its gate decided."""
        return Verdict.from_json(self.verdict) if self.verdict else None

    @cached_property
    def pinned_spec(self) -> ModelSpec:
        return ModelSpec.model_validate(self.spec)

    def duration(self, *, now: datetime) -> timedelta | None:
        return (self.finished_at or now) - self.started_at if self.started_at else None

    def on_lease_expired(self, *, now: datetime) -> None:
        wait_again_or_fail(self, now=now, takes=MAX_TAKES, code="trainers_died")


class Evaluation(models.Model):
    """What a training was judged by, on its test set: the report that people read before they approve. `report` is the
    JSON of `evaluating.Report`; `sha256` its digest, which a review refers to."""

    training = models.OneToOneField(TrainingRun, models.CASCADE, related_name="evaluation", verbose_name=_("training"))
    metrics = models.JSONField(_("metrics"), default=dict)
    report = models.JSONField(editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")

    def __str__(self) -> str:
        return f"{self.training_id}"


class ModelVersion(models.Model):
    """A model as a training that passed its gate made it. Its file, named by its digest, never changes.

    `profile` is what its training data looked like (see `drift/`); `golden` are rows with the answers it gave, which
    whoever loads it asks again.
    """

    model = models.ForeignKey(Model, models.CASCADE, related_name="versions", verbose_name=_("model"))
    number = models.PositiveIntegerField(_("number"))
    training = models.OneToOneField(TrainingRun, models.RESTRICT, related_name="version", verbose_name=_("training"))
    format = models.CharField(_("format"), max_length=10, choices=Format)
    # In the lake.
    file = models.CharField(_("file"), max_length=255, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    signature = models.JSONField(editable=False)
    profile = models.JSONField(default=dict, editable=False)
    golden = models.JSONField(default=dict, editable=False)
    libraries = models.JSONField(_("libraries"), default=dict, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        ordering = ["model", "-number"]
        verbose_name = _("version of a model")
        verbose_name_plural = _("versions of models")
        constraints = [models.UniqueConstraint(fields=["model", "number"], name="inference_modelversion_unique_number")]

    def __str__(self) -> str:
        return f"{self.model_id}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("inference:version", args=[self.model.slug, self.number])

    @cached_property
    def signed(self) -> Signature:
        return Signature.from_json(self.signature)
