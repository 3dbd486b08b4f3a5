"""Deciding who reads a dataset: its visibility, and the accesses that are given to people and to groups."""

from collections.abc import Mapping

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.core.interface import Viewer
from apps.datasets.audit_actions import AuditAction
from apps.datasets.enums import Confidentiality, Visibility
from apps.datasets.exceptions import DatasetRefused
from apps.datasets.models import Dataset, Grant
from apps.datasets.sql_access import follow_dataset

# Who reads as of right, from the fewest to the most.
WIDTH = {Visibility.RESTRICTED: 0, Visibility.INTERNAL: 1, Visibility.PUBLIC: 2}


def may_decide(dataset: Dataset, viewer: Viewer) -> bool:
    """Whether this person decides who reads it: that it was granted to them is not enough."""
    return bool(viewer.has_perm("datasets.grant_dataset")) and dataset.is_open_by_role_to(viewer)


def widens(dataset: Dataset, visibility: str) -> bool:
    """Whether more people would read it."""
    return WIDTH[Visibility(visibility)] > WIDTH[Visibility(dataset.visibility)]


@transaction.atomic
def change_visibility(*, dataset: Dataset, visibility: Visibility, by: User) -> Dataset:
    held: Dataset = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
    if held.visibility != visibility:
        change = {"before": held.visibility, "after": visibility.value}
        held.visibility = visibility
        held.save(update_fields=["visibility", "updated_at"])
        follow_dataset(held)
        record(action=AuditAction.VISIBILITY_CHANGED, actor=by, subject=held, details=change)
    return held


@transaction.atomic
def give_access(*, dataset: Dataset, to: User | Group, level: Confidentiality, by: User) -> Grant:
    """Let a person or a group read a dataset, its columns as far as `level`; in place of what they had.

    Raises DatasetRefused if it is more than the giver reads.
    """
    own = dataset.level_for(by)
    if own is None or not own.covers(level):
        message = _("You do not read these columns yourself: you cannot let others read them.")
        raise DatasetRefused({"level": message}, subject=f"datasets.dataset:{dataset.pk}")
    return _give(dataset, to, level, by)


@transaction.atomic
def let_groups_read(*, dataset: Dataset, levels: Mapping[str, Confidentiality]) -> None:
    """Make the accesses of groups, by their names, those of a project file: it speaks for whoever runs the instance.
    Those of persons stay as they are.

    Raises DatasetRefused if there is no such group.
    """
    groups = {group.name: group for group in Group.objects.filter(name__in=levels)}
    if unknown := sorted(levels.keys() - groups.keys()):
        message = _("There is no such group: %(names)s.") % {"names": ", ".join(unknown)}
        raise DatasetRefused({"groups": message}, subject=f"datasets.dataset:{dataset.pk}")
    known = levels_of_groups(dataset)
    for grant in dataset.grants.filter(group__isnull=False).exclude(group__name__in=levels).select_related("group"):
        take_back_access(grant=grant, by=None)
    for name, level in levels.items():
        if known.get(name) != level:
            _give(dataset, groups[name], level, None)


def levels_of_groups(dataset: Dataset) -> dict[str, Confidentiality]:
    """The groups to which an access is given, by name."""
    given = dataset.grants.filter(group__isnull=False).order_by("group__name").values_list("group__name", "level")
    return {name: Confidentiality(level) for name, level in given}


@transaction.atomic
def take_back_access(*, grant: Grant, by: User | None) -> None:
    """What follows from roles and from the visibility of the dataset stays."""
    details = _told(grant)
    grant.delete()
    follow_dataset(grant.dataset)
    record(action=AuditAction.ACCESS_TAKEN_BACK, actor=by, subject=grant.dataset, details=details)


def _give(dataset: Dataset, to: User | Group, level: Confidentiality, by: User | None) -> Grant:
    holder = {"user": to} if isinstance(to, User) else {"group": to}
    grant, _is_new = Grant.objects.update_or_create(dataset=dataset, **holder, defaults={"level": level})
    follow_dataset(dataset)
    record(action=AuditAction.ACCESS_GIVEN, actor=by, subject=dataset, details=_told(grant))
    return grant


def _told(grant: Grant) -> dict[str, str | int]:
    """The trail names people by their number only."""
    holder: dict[str, str | int] = {"user": grant.user_id} if grant.user_id else {"group": str(grant.group)}
    return holder | {"level": str(grant.level)}
