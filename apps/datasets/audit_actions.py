"""The things done that datasets record in the audit trail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AuditAction(TextChoices):
    DATASET_CREATED = "dataset_created", _("Dataset created")
    DATASET_CHANGED = "dataset_changed", _("Dataset changed")
    DATASET_DELETED = "dataset_deleted", _("Dataset deleted")
    DESIGN_CHANGED = "dataset_design_changed", _("Entity or recipe changed")
    VISIBILITY_CHANGED = "dataset_visibility_changed", _("Visibility of a dataset changed")
    ACCESS_GIVEN = "dataset_access_given", _("Access to a dataset given")
    ACCESS_TAKEN_BACK = "dataset_access_taken_back", _("Access to a dataset taken back")
    SQL_ACCESS_GIVEN = "dataset_sql_access_given", _("Access by SQL to a dataset given")
    SQL_ACCESS_TAKEN_BACK = "dataset_sql_access_taken_back", _("Access by SQL to a dataset taken back")
    BUILD_REQUESTED = "build_requested", _("Build requested")
    BUILD_CANCELLED = "build_cancelled", _("Build cancelled")
    RESTORATION_REQUESTED = "restoration_requested", _("Restoration of a version requested")
    VERSION_NOTED = "version_noted", _("Release note written")
    VERSION_PUBLISHED = "version_published", _("Version published")
    ROWS_RECEIVED = "dataset_rows_received", _("Rows received from a program")
    REJECTED_ROWS_DELETED = "rejected_rows_deleted", _("Rejected rows deleted after their retention")


DECLARED = [AuditAction]
