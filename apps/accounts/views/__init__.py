"""The pages of a person's account."""

from apps.accounts.views.audit import audit_trail, export_audit_trail
from apps.accounts.views.own_data import delete_account, export_my_data, my_data
from apps.accounts.views.preferences import profile, set_language, set_theme
from apps.accounts.views.security import security
from apps.accounts.views.sessions import sessions
from apps.accounts.views.tokens import create_token, renew_token, revoke_token, tokens

__all__ = [
    "audit_trail",
    "create_token",
    "delete_account",
    "export_audit_trail",
    "export_my_data",
    "my_data",
    "profile",
    "renew_token",
    "revoke_token",
    "security",
    "sessions",
    "set_language",
    "set_theme",
    "tokens",
]
