"""What accounts show in the shell: things to do for one's own safety, people to find, pages."""

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import ApiToken, User
from apps.core.interface import Hit, Interface, SitePage, Task, Tone

SHOWN_PEOPLE = 10


def tasks(viewer: User) -> list[Task]:
    found = []
    if not EmailAddress.objects.filter(user=viewer, verified=True).exists():
        found.append(Task(label=_("Verify your e-mail"), url=reverse("account_email"), tone=Tone.WARN, rank=10))
    found += [renewal(token) for token in ApiToken.objects.filter(user=viewer).expiring_soon(at=timezone.now())]
    if viewer.is_staff and not is_mfa_enabled(viewer):
        found.append(
            Task(
                label=_("Turn on two-factor authentication"),
                url=reverse("mfa_index"),
                detail=_("Your role opens doors that a stolen password should not."),
                rank=30,
            )
        )
    return found


def renewal(token: ApiToken) -> Task:
    return Task(
        label=_("Renew the token “%(name)s”") % {"name": token.name},
        url=reverse("accounts:token_renew", args=[token.pk]),
        detail=_("The programs that use it will be refused."),
        due=date_format(timezone.localtime(token.expiry), "SHORT_DATE_FORMAT"),
        tone=Tone.WARN,
        rank=20,
    )


def search(viewer: User, query: str) -> list[Hit]:
    """People, for whoever may see them all."""
    if not viewer.has_perm("accounts.view_user"):
        return []
    people = User.objects.filter(Q(name__icontains=query) | Q(email__icontains=query)).prefetch_related("groups")
    return [
        Hit(
            label=person.name,
            url=person.get_absolute_url(),
            kind=_("People"),
            summary=", ".join(str(role.label) for role in person.roles),
        )
        for person in people[:SHOWN_PEOPLE]
    ]


DECLARED = [
    Interface(
        tasks=lambda viewer: tasks(viewer) if viewer.is_authenticated else [],
        search=search,
        pages=[
            SitePage(label=gettext_lazy("Sign in"), url_name="account_login"),
            SitePage(label=gettext_lazy("Create an account"), url_name="account_signup"),
            SitePage(label=gettext_lazy("My account"), url_name="accounts:profile", signed_in=True),
            SitePage(
                label=gettext_lazy("Security"),
                url_name="accounts:security",
                signed_in=True,
                summary=gettext_lazy("Password, second factor, sessions, what happened on your account."),
            ),
            SitePage(label=gettext_lazy("Two-factor authentication"), url_name="mfa_index", signed_in=True),
            SitePage(label=gettext_lazy("Sessions"), url_name="usersessions_list", signed_in=True),
            SitePage(label=gettext_lazy("API tokens"), url_name="accounts:tokens", signed_in=True),
            SitePage(label=gettext_lazy("My data"), url_name="accounts:my_data", signed_in=True),
            SitePage(
                label=gettext_lazy("Audit trail"), url_name="accounts:audit", permission="accounts.view_auditevent"
            ),
        ],
    )
]
