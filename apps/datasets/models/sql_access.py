"""Who reads which dataset by SQL, as a role of PostgreSQL (see `sql_access.py`)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.interface import Viewer
from apps.datasets.merise.constraints import shorten
from apps.datasets.models.datasets import Dataset
from apps.datasets.models.grants import GroupViewer, name_of_group


def role_prefix() -> str:
    """What the names of our roles begin with: they are those of a whole server, which may have several databases."""
    return f"{connection.settings_dict['NAME']}_reader_"


class SqlAccess(models.Model):
    """That a person, or the people of a group, read a dataset by SQL, as far as they may read it at all.

    `views` are those that they have now, by name: the query of each.
    """

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="sql_accesses", verbose_name=_("dataset"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("group"))
    given_at = models.DateTimeField(_("given"), auto_now_add=True)
    views: Any = models.JSONField(_("views"), default=dict, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("access by SQL")
        verbose_name_plural = _("accesses by SQL")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, group=None) | Q(user=None, group__isnull=False),
                name="datasets_sqlaccess_to_one",
            ),
            models.UniqueConstraint(
                fields=["dataset", "user", "group"], name="datasets_sqlaccess_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}: {self.role}"

    @property
    def role(self) -> str:
        """The role of PostgreSQL, and the schema of its views: one for all that its holder reads."""
        return shorten(f"{role_prefix()}{f'u{self.user_id}' if self.user_id else f'g{self.group_id}'}")

    @property
    def held_by(self) -> User | Group:
        holder: User | Group | None = self.user or self.group
        assert holder is not None  # noqa: S101 -- the database says so too
        return holder

    @property
    def holder(self) -> str:
        """Who reads, as people call them."""
        held_by = self.held_by
        return str(held_by) if isinstance(held_by, User) else name_of_group(held_by)

    @property
    def viewer(self) -> Viewer:
        """Who reads, as the rules of reading know them."""
        held_by = self.held_by
        return held_by if isinstance(held_by, User) else GroupViewer.of(held_by)
