"""The things done that inference records in the audit trail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AuditAction(TextChoices):
    MODEL_CREATED = "model_created", _("Model declared")
    MODEL_CHANGED = "model_changed", _("Model changed")
    MODEL_ARCHIVED = "model_archived", _("Model archived")
    TRAINING_REQUESTED = "training_requested", _("Training requested")
    TRAINING_CANCELLED = "training_cancelled", _("Training cancelled")
    VERSION_MADE = "model_version_made", _("Version of a model made")
    REVIEW_REQUESTED = "model_review_requested", _("Review of a version requested")
    REVIEW_COMMENTED = "model_review_commented", _("Comment on the review of a version")
    REVIEW_DECIDED = "model_review_decided", _("Version of a model reviewed")
    REPORT_POSTED = "model_report_posted", _("Evaluation report posted on a merge request")
    DEPLOYED = "model_deployed", _("Version of a model deployed")
    WITHDRAWN = "model_withdrawn", _("Version of a model withdrawn")
    DRIFT_TRIED = "model_drift_tried", _("Watch of a model tried")
    ROLLED_BACK = "model_rolled_back", _("Model rolled back")
    FEEDBACK_REVIEWED = "model_feedback_reviewed", _("Opinion on an answer reviewed")
    FEEDBACK_REOPENED = "model_feedback_reopened", _("Review of an opinion undone")

    AI_SERVICE_CREATED = "ai_service_created", _("AI service added")
    AI_SERVICE_CHANGED = "ai_service_changed", _("AI service changed")
    AI_SERVICE_DELETED = "ai_service_deleted", _("AI service deleted")
    NEED_CREATED = "need_created", _("Need written")
    NEED_CHANGED = "need_changed", _("Need changed")
    NEED_DELETED = "need_deleted", _("Need deleted")
    BENCHMARK_REQUESTED = "benchmark_requested", _("Benchmark requested")
    BENCHMARK_CANCELLED = "benchmark_cancelled", _("Benchmark cancelled")
    BENCHMARK_CONCLUDED = "benchmark_concluded", _("Conclusion of a benchmark written")


DECLARED = [AuditAction]
