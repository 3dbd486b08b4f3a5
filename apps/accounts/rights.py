"""Giving and taking back roles, and keeping what the roles may do in step with what the apps declare."""

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.apps.registry import Apps
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.exceptions import LastAdministrator
from apps.accounts.models import User
from apps.accounts.roles import Role, grants
from apps.accounts.token_cache import forget_tokens_of


@transaction.atomic
def grant_role(*, user: User, role: Role, by: User | AnonymousUser | None) -> User:
    """Give someone a role; nothing happens if they hold it already."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.has_role(role):
        return user
    user.add_to(role)
    forget_tokens_of([user])
    record(action=AuditAction.ROLE_GRANTED, actor=by, subject=user, details={"role": role.value})
    return user


@transaction.atomic
def revoke_role(*, user: User, role: Role, by: User | AnonymousUser | None) -> User:
    """Take a role back; nothing happens if they do not hold it. Raises LastAdministrator, lest everyone be out."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.has_role(role):
        return user
    if role is Role.ADMINISTRATOR and is_last_administrator(user):
        raise LastAdministrator(_("Someone must remain an administrator."), subject=f"accounts.user:{user.pk}")
    user.remove_from(role)
    forget_tokens_of([user])
    record(action=AuditAction.ROLE_REVOKED, actor=by, subject=user, details={"role": role.value})
    return user


def set_roles(*, user: User, roles: set[Role], by: User | AnonymousUser | None) -> User:
    """Make someone hold these roles and no other; everyone keeps the role *user*."""
    wanted = roles | {Role.USER}
    with transaction.atomic():
        for role in Role:
            change = grant_role if role in wanted else revoke_role
            user = change(user=user, role=role, by=by)
    return user


def match_roles(*, app_config: AppConfig, apps: Apps = global_apps, using: str, **_kwargs: object) -> None:
    """After a migration, make each role's group hold exactly the permissions that the apps declare for it.

    Django sends `post_migrate` once per app and makes that app's permissions then, so this acts on the last one. What
    does not exist yet, in the middle of a partial migration, comes with the next.
    """
    installed = [config for config in global_apps.get_app_configs() if config.models_module]
    try:
        groups = apps.get_model("auth", "Group").objects.using(using)
        permissions = apps.get_model("auth", "Permission").objects.using(using).select_related("content_type")
    except LookupError:
        return
    if app_config.label != installed[-1].label:
        return
    known = {f"{permission.content_type.app_label}.{permission.codename}": permission for permission in permissions}
    for role in Role:
        wanted = {name for grant in grants.all() if grant.role is role for name in grant.permissions}
        group, _created = groups.get_or_create(name=role.value)
        group.permissions.set(known[name] for name in wanted if name in known)


def is_last_administrator(user: User) -> bool:
    """Whether no other active account could give rights back.

    Inside a transaction, it holds the group of administrators until the end: two of them cannot put each other out at
    the same time.
    """
    if not user.has_role(Role.ADMINISTRATOR):
        return False
    if connection.in_atomic_block:
        list(Group.objects.select_for_update().filter(name=Role.ADMINISTRATOR))
    return not User.objects.with_role(Role.ADMINISTRATOR).filter(is_active=True).exclude(pk=user.pk).exists()
