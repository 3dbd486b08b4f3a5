"""What models answered, row by row. The table is cut by day (`partitions`): what is old goes with its day."""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.inference.enums import Channel, Slot
from apps.inference.models.models import Model
from apps.inference.models.training import ModelVersion
from apps.inference.uuid7 import instant_of


class PredictionQuerySet(models.QuerySet["Prediction"]):
    def with_id(self, pk: UUID) -> Self:
        """The one of this identifier: looked for in the day that it names, not in each of them."""
        try:
            predicted_at = instant_of(pk)
        except ValueError:  # none of ours: it was made after the year 9999
            return self.none()
        return self.filter(pk=pk, predicted_at=predicted_at)

    def heard(self) -> Self:
        """Those that somebody was answered: not those of a version in shadow."""
        return self.exclude(slot=Slot.SHADOW)

    def within(self, model: Model, *, since: datetime, until: datetime) -> Self:
        return self.filter(model=model, predicted_at__gte=since, predicted_at__lt=until)


class Prediction(models.Model):
    """The answer to one row. Its key, a UUIDv7, holds its instant, to the millisecond.

    `inputs` are the values in the order of the version's signature, null where the field is sensitive, or a pseudonym
    where the declaration asks for it. `answer` is the class, or "" where the answer is a number, which `value` is.
    `confidence` is the probability of the class. No constraint of the database leads elsewhere, so that a day is
    dropped without looking at anything.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    predicted_at = models.DateTimeField(_("answered"))
    model = models.ForeignKey(Model, models.CASCADE, db_constraint=False, related_name="predictions", db_index=False)
    version = models.ForeignKey(
        ModelVersion, models.RESTRICT, db_constraint=False, related_name="predictions", verbose_name=_("version")
    )
    slot = models.CharField(_("slot"), max_length=15, choices=Slot)
    channel = models.CharField(_("asked by"), max_length=10, choices=Channel)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("person"),
    )
    # Not a link: what a token did outlives it.
    token = models.UUIDField(_("token"), null=True)
    inputs = models.JSONField(_("values"))
    answer = models.TextField(_("answer"))
    value = models.FloatField(_("number answered"), null=True)
    confidence = models.FloatField(_("confidence"), null=True)
    latency_us = models.PositiveIntegerField(_("time taken, in microseconds"))

    objects: ClassVar[Any] = PredictionQuerySet.as_manager()

    class Meta:
        ordering = ["-predicted_at"]
        default_permissions = ("view",)
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        indexes = [
            models.Index(fields=["model", "predicted_at"], name="inference_prediction_by_model"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def values(self) -> dict[str, Any]:
        """What was asked, by the name of each field."""
        return dict(zip(self.version.signed.names, self.inputs, strict=True))
