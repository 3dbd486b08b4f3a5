"""Who approved what, and where versions are and were deployed."""

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.admin import ReadOnlyAdmin
from apps.inference.admin.shown import SeenWith
from apps.inference.models import Deployment, Review, ReviewComment


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["id", "of_model", "version", "requested_by", "requested_at", "decision", "decided_by", "decided_at"]
    list_filter = ["decision"]
    list_select_related = ["version__model", "requested_by", "decided_by"]
    search_fields = ["version__model__name"]
    fields = [
        "of_model",
        "version",
        "report_sha256",
        "requested_by",
        "requested_at",
        "decision",
        "decided_by",
        "decided_at",
        "reason",
        "request_told_at",
        "decision_told_at",
    ]

    @admin.display(description=gettext_lazy("model"))
    def of_model(self, review: Review) -> str:
        return str(review.version.model)


@admin.register(ReviewComment)
class ReviewCommentAdmin(SeenWith):
    right = "inference.view_review"
    list_display = ["id", "review", "by", "said_at"]
    list_select_related = ["review", "by"]
    fields = ["review", "by", "said_at", "text"]


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    list_display = ["id", "model", "version_number", "slot", "cause", "by", "deployed_at", "withdrawn_at"]
    list_filter = ["slot", "cause"]
    list_select_related = ["model", "version", "by"]
    search_fields = ["model__name", "model__slug"]
    fields = ["model", "version", "slot", "cause", "review", "by", "deployed_at", "withdrawn_at"]

    @admin.display(description=gettext_lazy("version"))
    def version_number(self, row: Deployment) -> str:
        return _("No. %(number)s") % {"number": row.version.number}
