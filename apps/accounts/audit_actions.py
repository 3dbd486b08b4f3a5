"""The things done that accounts records. An app that records its own declares them the same way, and they show in the
trail's filter; a code is stable, unique across apps and at most 64 characters long."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AuditAction(TextChoices):
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    SIGNED_OUT = "signed_out", _("Signed out")
    SESSION_ENDED = "session_ended", _("Other sessions ended")
    ACCOUNT_OPENED = "account_opened", _("Account opened")
    ACCOUNT_DEACTIVATED = "account_deactivated", _("Account deactivated")
    ACCOUNT_REACTIVATED = "account_reactivated", _("Account reactivated")
    ACCOUNT_DELETED = "account_deleted", _("Account deleted")
    EMAIL_VERIFIED = "email_verified", _("E-mail verified")
    EMAIL_CHANGED = "email_changed", _("E-mail changed")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_RESET = "password_reset", _("Password reset")
    TWO_FACTOR_ADDED = "two_factor_added", _("Two-factor method added")
    TWO_FACTOR_REMOVED = "two_factor_removed", _("Two-factor method removed")
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed", _("Recovery codes renewed")
    TWO_FACTOR_FAILED = "two_factor_failed", _("Two-factor code refused")
    ROLE_GRANTED = "role_granted", _("Role granted")
    ROLE_REVOKED = "role_revoked", _("Role revoked")
    TOKEN_CREATED = "token_created", _("API token created")
    TOKEN_RENEWED = "token_renewed", _("API token renewed")
    TOKEN_REVOKED = "token_revoked", _("API token revoked")
    TOKEN_REFUSED = "token_refused", _("API token request refused")
    DATA_EXPORTED = "personal_data_exported", _("Personal data exported")
    AUDIT_EXPORTED = "audit_exported", _("Audit trail exported")
    AUDIT_PURGED = "audit_purged", _("Audit trail purged after its retention")
    TOKENS_PURGED = "tokens_purged", _("Expired tokens purged")


DECLARED = [AuditAction]
