"""One account for each role, for whoever tries Écluse for the first time."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.exceptions import DemonstrationOnly
from apps.accounts.models import User
from apps.accounts.opening import invite
from apps.accounts.rights import set_roles
from apps.accounts.roles import Role

# Known to everyone who reads this: which is why nothing happens outside of a demonstration.
PASSWORD = "ecluse-demonstration"  # noqa: S105 -- no secret: it is told to every visitor


@dataclass(frozen=True, kw_only=True)
class DemonstrationAccount:
    role: Role
    email: str
    name: str


ACCOUNTS = [
    DemonstrationAccount(role=Role.ADMINISTRATOR, email="admin@ecluse.example", name="Camille Renaud"),
    DemonstrationAccount(role=Role.AI_DEVELOPER, email="dev@ecluse.example", name="Nour Haddad"),
    DemonstrationAccount(role=Role.DATA_PROTECTION_OFFICER, email="dpo@ecluse.example", name="Claire Fontaine"),
    DemonstrationAccount(role=Role.WATCH_EDITOR, email="veille@ecluse.example", name="Hugo Lemaire"),
    DemonstrationAccount(role=Role.OPERATOR, email="exploitation@ecluse.example", name="Inès Carvalho"),
    DemonstrationAccount(role=Role.USER, email="agent@ecluse.example", name="Yann Le Goff"),
]


@transaction.atomic
def make_demonstration_accounts() -> list[DemonstrationAccount]:
    """Make them, or make them as they were again. Raises DemonstrationOnly anywhere else than in a demonstration."""
    if not settings.DEMONSTRATION:
        raise DemonstrationOnly(_("Demonstration accounts are made only where DEMONSTRATION is on."))
    for account in ACCOUNTS:
        user = User.objects.filter(email=account.email).first()
        if user is None:
            user = User(email=account.email, name=account.name)
            user.set_password(PASSWORD)
            invite(user=user, roles={account.role}, by=None)
        elif not user.check_password(PASSWORD):
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
        set_roles(user=user, roles={account.role, *user.roles}, by=None)
    return ACCOUNTS
