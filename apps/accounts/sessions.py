"""The browsers where a person is signed in, and putting them out."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import User


def sessions_of(user: User) -> list[UserSession]:
    """The sessions that are still open, the latest first."""
    still_open = UserSession.objects.purge_and_list(user)
    return sorted(still_open, key=lambda session: session.last_seen_at, reverse=True)


@transaction.atomic
def end_sessions(*, user: User, by: User, only: list[int] | None = None, besides: str = "") -> int:
    """Sign a person out of all their sessions besides one, or of some of these only; returns how many."""
    sessions = UserSession.objects.filter(user=user).exclude(session_key=besides)
    if only is not None:
        sessions = sessions.filter(pk__in=only)
    count = 0
    for session in sessions:
        session.end()
        count += 1
    if count:
        record(action=AuditAction.SESSION_ENDED, actor=by, subject=user, details={"count": count})
    return count
