"""Where versions are deployed, and who decided it. Both are evidence: rows are added, closed, never rewritten.

What a version is (candidate, in pre-production, under review, in service, replaced) is computed from these.
"""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.inference.enums import Decision, DeploymentCause, Slot
from apps.inference.models.models import Model
from apps.inference.models.training import ModelVersion


class ReviewQuerySet(models.QuerySet["Review"]):
    def open(self) -> Self:
        """Those that await a decision."""
        return self.filter(decision="")

    def to_tell(self) -> Self:
        """Those that were asked for, or decided, without anybody having been told of it by e-mail yet."""
        return self.filter(Q(request_told_at=None) | ~Q(decision="") & Q(decision_told_at=None)).order_by("pk")


class Review(models.Model):
    """A version submitted to somebody else's judgement, with the report they read (`report_sha256`). Whoever asked for
    the training, or for the review, does not decide."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="reviews", verbose_name=_("version"))
    report_sha256 = models.CharField(_("SHA-256 of the report"), max_length=64, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    request_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_told_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(decision=""), name="inference_review_one_open_per_version"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(requested_by=None) | ~Q(decided_by=models.F("requested_by")),
                name="inference_review_by_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.pk}"


class ReviewComment(models.Model):
    """What was said during a review."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="comments", verbose_name=_("review"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    said_at = models.DateTimeField(_("said"), auto_now_add=True)
    text = models.TextField(_("comment"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("comment of a review")
        verbose_name_plural = _("comments of reviews")

    def __str__(self) -> str:
        return f"{self.review_id}/{self.pk}"


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def current(self) -> Self:
        return self.filter(withdrawn_at=None)


class Deployment(models.Model):
    """A version in a slot, from one instant to another. A champion needs the review that approved it; a rollback is a
    new row, with the review of then."""

    model = models.ForeignKey(Model, models.CASCADE, related_name="deployments", verbose_name=_("model"))
    version = models.ForeignKey(ModelVersion, models.RESTRICT, related_name="deployments", verbose_name=_("version"))
    slot = models.CharField(_("slot"), max_length=15, choices=Slot)
    cause = models.CharField(_("cause"), max_length=10, choices=DeploymentCause)
    review = models.ForeignKey(
        Review, models.RESTRICT, null=True, blank=True, related_name="deployments", verbose_name=_("review")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    deployed_at = models.DateTimeField(_("deployed"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects: ClassVar[Any] = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("deployment")
        verbose_name_plural = _("deployments")
        constraints = [
            models.UniqueConstraint(
                fields=["model", "slot"], condition=Q(withdrawn_at=None), name="inference_deployment_one_per_slot"
            ),
            models.CheckConstraint(
                condition=~Q(slot=Slot.CHAMPION) | Q(review__isnull=False),
                name="inference_deployment_champion_was_reviewed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id}/{self.slot}/{self.pk}"
