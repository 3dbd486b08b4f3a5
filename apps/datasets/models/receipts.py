"""Rows that programs write: kept as they came, read by every build."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from apps.datasets.models.datasets import Dataset


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def last_numbers(self) -> dict[str, int]:
        """The number of the last receipt of each entity: all those before are there too, whoever writes meanwhile."""
        return dict(self.order_by().values_list("entity").annotate(Max("number")))


class Receipt(models.Model):
    """The records that a program wrote in one request, for an entity whose recipe takes them. It never changes.

    `records` are as the recipe reads them: texts by name. `key` is what the program calls its request, so that it may
    send it again; `digest` tells whether it then says the same. Receipts of an entity are numbered 1, 2, 3…, without a
    hole, in the order in which they are committed.
    """

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="receipts", verbose_name=_("dataset"))
    # By name, as versions tell theirs: an entity that is designed anew finds its rows again.
    entity = models.CharField(_("entity"), max_length=50)
    number = models.PositiveIntegerField(_("number"))
    key = models.CharField(_("key of the request"), max_length=255)
    digest = models.CharField(_("SHA-256"), max_length=64)
    records = models.JSONField(_("records"), default=list)
    count = models.PositiveIntegerField(_("rows"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )

    objects: ClassVar[Any] = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "entity", "number"]
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "entity", "number"], name="datasets_receipt_unique_number"),
            models.UniqueConstraint(fields=["dataset", "entity", "key"], name="datasets_receipt_unique_key"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}/{self.entity}/{self.number}"
