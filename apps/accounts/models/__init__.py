"""People, the tokens of their programs, and the trail of what was done."""

from apps.accounts.models.audit import AuditEvent
from apps.accounts.models.tokens import ApiToken
from apps.accounts.models.users import User

__all__ = ["ApiToken", "AuditEvent", "User"]
