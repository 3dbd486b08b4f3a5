"""The things done that the collection records in the audit trail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AuditAction(TextChoices):
    SOURCE_CREATED = "source_created", _("Source created")
    SOURCE_CHANGED = "source_changed", _("Source changed")
    SOURCE_OPENED = "source_opened", _("Source opened")
    SOURCE_CLOSED = "source_closed", _("Source closed")
    SOURCE_DELETED = "source_deleted", _("Source deleted")
    QUERY_SHEET_KEPT = "query_sheet_kept", _("Query sheet kept")
    RUN_REQUESTED = "run_requested", _("Collection requested")
    RUN_CANCELLED = "run_cancelled", _("Collection cancelled")
    RUN_PAUSED = "run_paused", _("Collection paused")
    RUN_RESUMED = "run_resumed", _("Collection resumed")
    RUN_RETRIED = "run_retried", _("Collection retried")
    REJECTIONS_EXPORTED = "rejections_exported", _("Rejected records exported")
    COLLECTED_DATA_DELETED = "collected_data_deleted", _("Collected data deleted after its retention")


DECLARED = [AuditAction]
