"""The things done that datasets record in the audit trail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AuditAction(TextChoices):
    DATASET_CREATED = "dataset_created", _("Dataset created")
    DATASET_CHANGED = "dataset_changed", _("Dataset changed")
    DATASET_DELETED = "dataset_deleted", _("Dataset deleted")
    DESIGN_CHANGED = "dataset_design_changed", _("Entity or recipe changed")
    BUILD_REQUESTED = "build_requested", _("Build requested")
    BUILD_CANCELLED = "build_cancelled", _("Build cancelled")
    VERSION_PUBLISHED = "version_published", _("Version published")
    REJECTED_ROWS_DELETED = "rejected_rows_deleted", _("Rejected rows deleted after their retention")


DECLARED = [AuditAction]
