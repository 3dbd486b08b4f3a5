"""What models are asked, hour by hour, and what its drift is: counts, reports, alerts, trials of the watch."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.leases import Leased, LeasedQuerySet
from apps.core.work import wait_again_or_fail
from apps.datasets.models import Version as DatasetVersion
from apps.inference.enums import ACTIVE_STATES, Slot, TrainingState, Window
from apps.inference.models.models import Model
from apps.inference.models.training import ModelVersion


class TrafficQuerySet(models.QuerySet["TrafficHour"]):
    def between(self, start: datetime, end: datetime) -> Self:
        """The hours that began since `start` and before `end`."""
        return self.filter(hour_at__gte=start, hour_at__lt=end)


class TrafficHour(models.Model):
    """What one version was asked in one slot during one hour: counts that say nothing of anyone, of the values
    (`drift.counting`) and of the requests (`traffic`)."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="traffic", verbose_name=_("version"))
    slot = models.CharField(_("slot"), max_length=15, choices=Slot)
    hour_at = models.DateTimeField(_("hour"))
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    counts = models.JSONField(null=True, editable=False)
    requests = models.JSONField(default=dict, editable=False)

    objects: ClassVar[Any] = TrafficQuerySet.as_manager()

    class Meta:
        ordering = ["version", "slot", "hour_at"]
        verbose_name = _("hour of traffic")
        verbose_name_plural = _("hours of traffic")
        constraints = [
            models.UniqueConstraint(fields=["version", "slot", "hour_at"], name="inference_traffichour_unique_hour")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.slot}/{self.hour_at:%Y-%m-%dT%H}"


class DriftReport(models.Model):
    """A window of what the champion was asked, beside what it learnt from. `drifts` are `drift.comparing.Drift`s: those
    of the fields, then that of the answers (named ""). Made once, never rewritten."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="drift_reports", verbose_name=_("version"))
    window = models.CharField(_("window"), max_length=5, choices=Window)
    until_at = models.DateTimeField(_("until"))
    rows = models.PositiveBigIntegerField(_("rows"))
    # Whether there were enough rows to say anything.
    is_enough = models.BooleanField(_("enough rows"))
    drifts = models.JSONField(default=list, editable=False)
    verdict = models.JSONField(editable=False)

    class Meta:
        ordering = ["-until_at", "-pk"]
        verbose_name = _("drift report")
        verbose_name_plural = _("drift reports")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "window", "until_at"], name="inference_driftreport_unique_window"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.window}/{self.until_at:%Y-%m-%dT%H}"

    @property
    def since_at(self) -> datetime:
        return self.until_at - timedelta(hours=Window(self.window).hours)


class DriftAlertQuerySet(models.QuerySet["DriftAlert"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def to_tell(self) -> Self:
        """Those that the owner was not told of yet."""
        return self.filter(told_at=None).order_by("pk")


class DriftAlert(models.Model):
    """A drift that lasted two windows in a row. One that a trial of the watch raised says so everywhere."""

    model = models.ForeignKey(Model, models.CASCADE, related_name="drift_alerts", verbose_name=_("model"))
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="drift_alerts", verbose_name=_("version"))
    window = models.CharField(_("window"), max_length=5, choices=Window)
    # `{"name", "psi", "outside", "missing"}` of each thing that drifted.
    drifted = models.JSONField(default=list)
    is_trial = models.BooleanField(_("trial"), default=False)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(pgettext_lazy("drift alert", "closed"), null=True, blank=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = DriftAlertQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("drift alert")
        verbose_name_plural = _("drift alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "window"],
                condition=Q(closed_at=None, is_trial=False),
                name="inference_driftalert_one_open_per_window",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.window}/{self.pk}"


# A trial whose worker died this many times is not tried again.
TRIAL_TAKES = 2


class DriftTrialQuerySet(LeasedQuerySet["DriftTrial"]):
    def waiting(self) -> Self:
        return self.filter(state=TrainingState.WAITING).order_by("pk")


class DriftTrial(Leased):
    """The watch tried before it is needed: rows of a dataset, altered so that they drift, asked of a version, counted,
    reported, and, if it is asked, told and answered as a real drift would be. `alterations` are `sandbox.Alter`s."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="drift_trials", verbose_name=_("version"))
    dataset_version = models.ForeignKey(
        DatasetVersion, models.PROTECT, related_name="drift_trials", verbose_name=_("version of the dataset")
    )
    state = models.CharField(_("state"), max_length=10, choices=TrainingState, default=TrainingState.WAITING)
    alterations = models.JSONField(default=list)
    # Whether the owner is told, and a new candidate asked for, as if it were real.
    is_whole_chain = models.BooleanField(_("to the end of the chain"), default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0, editable=False)
    # The drift of the rows as they are, then of the altered ones.
    before = models.JSONField(default=list, editable=False)
    after = models.JSONField(default=list, editable=False)
    verdict = models.JSONField(null=True, blank=True, editable=False)
    alert = models.ForeignKey(
        DriftAlert, models.SET_NULL, null=True, blank=True, related_name="trials", verbose_name=_("alert")
    )
    error_kind = models.CharField(max_length=20, blank=True, editable=False)
    error_code = models.CharField(max_length=64, blank=True, editable=False)
    error_details = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[Any] = DriftTrialQuerySet.as_manager()

    class Meta(Leased.Meta):
        ordering = ["-pk"]
        verbose_name = _("trial of the watch")
        verbose_name_plural = _("trials of the watch")

    def __str__(self) -> str:
        return f"{self.version_id}/{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state not in ACTIVE_STATES

    @property
    def progress(self) -> str:
        """How far it is, in words: one that is over passed no gate."""
        return str(_("Completed") if self.state == TrainingState.PASSED else TrainingState(self.state).label)

    def on_lease_expired(self, *, now: datetime) -> None:
        wait_again_or_fail(self, now=now, takes=TRIAL_TAKES, code="trainers_died")
