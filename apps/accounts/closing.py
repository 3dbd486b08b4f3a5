"""Closing accounts: for a time, or for good."""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.exceptions import LastAdministrator
from apps.accounts.history import history_of
from apps.accounts.models import User
from apps.accounts.rights import is_last_administrator
from apps.accounts.token_cache import forget_tokens_of


@transaction.atomic
def deactivate_account(*, user: User, by: User | None) -> User:
    """Keep someone out: sessions end, tokens are refused; nothing of theirs is lost. Raises LastAdministrator."""
    if not user.is_active:
        return user
    _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _put_out(user)
    record(action=AuditAction.ACCOUNT_DEACTIVATED, actor=by, subject=user)
    return user


@transaction.atomic
def reactivate_account(*, user: User, by: User | None) -> User:
    """Let someone in again."""
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(action=AuditAction.ACCOUNT_REACTIVATED, actor=by, subject=user)
    return user


@transaction.atomic
def delete_account(*, user: User, by: User | None) -> None:
    """Delete an account with its tokens, sessions and second factors. Raises LastAdministrator.

    What they did stays in the audit trail, which no longer says who it was.
    """
    _keep_an_administrator(user)
    _put_out(user)
    # The administration's history of this person holds their name.
    history_of([user]).delete()
    # By whom is not said when they do it themselves: the link would be emptied in the same breath.
    record(
        action=AuditAction.ACCOUNT_DELETED,
        actor=by,
        subject=user,
        details={"by_its_owner": by is not None and by.pk == user.pk},
    )
    user.delete()


def _keep_an_administrator(user: User) -> None:
    if is_last_administrator(user):
        raise LastAdministrator(_("Someone must remain an administrator."), subject=f"accounts.user:{user.pk}")


def _put_out(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
    forget_tokens_of([user])
