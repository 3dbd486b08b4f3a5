"""The sheets of the queries that sources are read with, one for each version of a query."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.collection.models.sources import Source
from apps.collection.queries import QuerySheet


class QueryVersion(models.Model):
    """What a query selects, filters and joins and why, its plan, and how long it took: see `queries.QuerySheet`.

    Another text or other parameters make another version, in which the reasons that still hold are found again.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="query_versions", verbose_name=_("source"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    sheet = models.JSONField(_("sheet"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("query version")
        verbose_name_plural = _("query versions")
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="collection_query_version_unique")]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.digest[:8]}"

    @property
    def told(self) -> Any:
        return QuerySheet.from_json(self.sheet)
