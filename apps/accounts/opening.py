"""Opening accounts: by oneself where sign-up is open, by invitation everywhere."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import User
from apps.accounts.rights import set_roles
from apps.accounts.roles import Role


@transaction.atomic
def open_account(*, user: User, by: User | AnonymousUser | None) -> User:
    """Save a new person, with the role that everyone has. Their e-mail is not proven yet."""
    user.full_clean(exclude=["password"])
    user.save()
    user.add_to(Role.USER)
    record(action=AuditAction.ACCOUNT_OPENED, actor=by, subject=user)
    return user


@transaction.atomic
def invite(*, user: User, roles: set[Role], by: User | None) -> User:
    """Open an account for someone else, with roles. Without a password, the message they are sent lets them choose it.

    Whoever invites vouches for the address, and only its owner can open that message: it counts as verified.
    """
    if not user.password:
        user.set_unusable_password()
    open_account(user=user, by=by)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return set_roles(user=user, roles=roles, by=by)
