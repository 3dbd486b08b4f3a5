"""To whom the reading of a dataset was granted, besides those whom its visibility lets in."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.core.interface import Viewer
from apps.datasets.enums import Confidentiality
from apps.datasets.models.datasets import Dataset


class GrantQuerySet(models.QuerySet["Grant"]):
    def to(self, viewer: Viewer) -> Self:
        """Those of this person, and of the groups that they are in."""
        theirs = Q(group__in=viewer.groups.all())
        return self.filter(theirs | Q(user=viewer.pk) if viewer.pk else theirs)


class Grant(models.Model):
    """That a person, or the people of a group, read a dataset, and its columns as far as `level`."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="grants", verbose_name=_("dataset"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="dataset_grants",
        verbose_name=_("person"),
    )
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="dataset_grants", verbose_name=_("group")
    )
    level = models.CharField(_("columns read"), max_length=10, choices=Confidentiality, default=Confidentiality.PUBLIC)
    given_at = models.DateTimeField(_("given"), auto_now_add=True)

    objects: ClassVar[Any] = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "pk"]
        verbose_name = _("access given")
        verbose_name_plural = _("accesses given")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, group=None) | Q(user=None, group__isnull=False),
                name="datasets_grant_to_one",
                violation_error_message=_("An access is given to a person or to a group."),
            ),
            models.UniqueConstraint(
                fields=["dataset", "user", "group"], name="datasets_grant_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}: {self.holder}"

    @property
    def holder(self) -> str:
        """Who reads, as people call them."""
        return str(self.user) if self.user else name_of_group(self.group)


@dataclass(frozen=True)
class GroupViewer:
    """A group as somebody who looks: what each of its people sees through it, whatever else they are."""

    group: Group
    permissions: frozenset[str]
    pk: None = None
    is_authenticated: bool = True

    @classmethod
    def of(cls, group: Group) -> "GroupViewer":
        return next(each for each in cls.all() if each.group == group)

    @classmethod
    def all(cls) -> "list[GroupViewer]":
        groups = Group.objects.prefetch_related("permissions__content_type").order_by("pk")
        return [
            cls(group, frozenset(f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.all()))
            for group in groups
        ]

    def __str__(self) -> str:
        return name_of_group(self.group)

    def has_perm(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def groups(self) -> QuerySet[Group]:
        return Group.objects.filter(pk=self.group.pk)


def name_of_group(group: Group | None) -> str:
    """What people call a group: the roles of the house have names of their own."""
    if group is None:
        return ""
    return str(Role(group.name).label) if group.name in Role.values else group.name
