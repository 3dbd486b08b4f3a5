"""What accounts keep of people."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit import fingerprint
from apps.accounts.history import history_of
from apps.accounts.models import ApiToken, AuditEvent, User
from apps.core.declarations import Person, PersonalData

ACCOUNT_PURPOSE = _("Letting people sign in, and keeping their account safe.")
ACCOUNT_RETENTION = _("As long as the account exists.")


def users(person: Person) -> QuerySet[User]:
    return User.objects.filter(Q(pk=person.user_id) | Q(email=person.email.lower()))


def erase_users(rows: QuerySet[User]) -> int:
    """Anonymise rather than delete: what the account made stays, and nobody can be recognised in it."""
    count = 0
    for user in rows:
        user.email, user.name = f"erased-{user.pk}@invalid.example", ""
        user.is_active = user.is_staff = user.is_superuser = False
        user.set_unusable_password()
        user.save()
        user.groups.clear()
        count += 1
    return count


def events(person: Person) -> QuerySet[AuditEvent]:
    about = Q(actor__in=users(person))
    return AuditEvent.objects.filter(about | Q(details__login=fingerprint(person.email)) if person.email else about)


def erase(rows: QuerySet) -> int:  # type: ignore[type-arg]  # of any model
    return rows.delete()[0]


DECLARED = [
    PersonalData(
        model=User,
        fields=("email", "name", "language", "theme", "time_zone", "last_login", "joined_at", "groups"),
        not_personal=("id", "password", "is_superuser", "is_active", "is_staff", "user_permissions"),
        purpose=ACCOUNT_PURPOSE,
        retention=ACCOUNT_RETENTION,
        find=users,
        erase=erase_users,
        export=lambda user: {
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "theme": user.theme,
            "time_zone": user.time_zone,
            "joined_at": user.joined_at.isoformat(),
            "last_login": user.last_login.isoformat() if user.last_login else None,
            "roles": [str(role) for role in user.roles],
        },
    ),
    PersonalData(
        model=EmailAddress,
        fields=("email", "verified", "primary", "user"),
        not_personal=("id",),
        purpose=ACCOUNT_PURPOSE,
        retention=ACCOUNT_RETENTION,
        find=lambda person: EmailAddress.objects.filter(Q(user__in=users(person)) | Q(email=person.email.lower())),
        erase=erase,
    ),
    # Links sent by e-mail are signed, not stored: this table stays empty.
    PersonalData(model=EmailConfirmation, not_personal=("id", "created", "sent", "key", "email_address")),
    PersonalData(
        model=Authenticator,
        fields=("user", "type", "created_at", "last_used_at"),
        not_personal=("id", "data"),
        purpose=ACCOUNT_PURPOSE,
        retention=ACCOUNT_RETENTION,
        find=lambda person: Authenticator.objects.filter(user__in=users(person)),
        erase=erase,
    ),
    PersonalData(
        model=UserSession,
        fields=("user", "ip", "user_agent", "created_at", "last_seen_at"),
        not_personal=("id", "session_key", "data"),
        purpose=_("Showing people where they are signed in, so that they notice a stranger."),
        retention=_("Until the session ends: 14 days at most without a visit."),
        find=lambda person: UserSession.objects.filter(user__in=users(person)),
        erase=erase,
    ),
    PersonalData(
        model=ApiToken,
        fields=("user", "name", "scopes", "created", "expiry", "last_used_at"),
        not_personal=("id", "digest", "token_key"),
        purpose=_("Letting a person’s programs call the API in their name."),
        retention=_("Until it is revoked, or 30 days after it expires."),
        find=lambda person: ApiToken.objects.filter(user__in=users(person)),
        erase=erase,
    ),
    PersonalData(
        model=AuditEvent,
        fields=("actor", "at", "action", "details"),
        not_personal=("id", "actor_kind", "subject_type", "subject_id", "subject_label"),
        purpose=_("Proving who did what, and finding out about an intrusion."),
        retention=_("One year, unless the instance sets another duration. Deleting an account takes its link away."),
        find=events,
        erase=lambda rows: rows.exclude(actor=None).update(actor=None),
        export=lambda event: dict(event.as_row()),
    ),
    PersonalData(
        model=LogEntry,
        fields=("user", "action_time", "object_repr", "change_message"),
        not_personal=("id", "content_type", "object_id", "action_flag"),
        purpose=_("The history that the administration shows of each object."),
        retention=_("As long as the account that acted."),
        find=lambda person: LogEntry.objects.filter(user__in=users(person)) | history_of(users(person)),
        erase=erase,
    ),
]
