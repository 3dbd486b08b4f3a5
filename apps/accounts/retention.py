"""Forgetting in due time."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import AuditEvent


@transaction.atomic
def purge_audit_trail(*, dry_run: bool) -> int:
    """Delete what is older than AUDIT_RETENTION_DAYS, and record that it was; returns how many events there are."""
    before = timezone.now() - settings.AUDIT_RETENTION
    count = AuditEvent.objects.filter(at__lt=before).count()
    if count and not dry_run:
        record(
            action=AuditAction.AUDIT_PURGED,
            actor=None,
            subject="accounts.auditevent",
            details={"count": count, "before": before.isoformat()},
        )
        AuditEvent.objects.purge(before=before)
    return count
