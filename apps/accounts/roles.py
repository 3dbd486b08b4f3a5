"""The roles of the house. Each is a group of the same name; rights come from roles, never from one person's row.

A migration makes the groups. What a role may do is data, next to the models it is about: each app lists it in its
`perms.py` as `DECLARED: list[Grant]`, and every `migrate` makes the groups match (see `rights.py`). So a right is given
or taken back by editing one line, and a change made by hand in the database does not last.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Declarations


class Role(TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    AI_DEVELOPER = "ai_developer", _("AI developer")
    DATA_PROTECTION_OFFICER = "data_protection_officer", _("Data-protection officer")
    WATCH_EDITOR = "watch_editor", _("Watch editor")
    OPERATOR = "operator", _("Operator")
    USER = "user", _("User")

    @property
    def is_staff(self) -> bool:
        """Whether this role enters the administration."""
        return self is not Role.USER


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one role may do in the app that declares it: permissions as `app.codename`."""

    role: Role
    permissions: tuple[str, ...]


grants = Declarations("perms", Grant)
