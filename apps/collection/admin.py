"""The back-office of the collection: everything to read, collecting and cancelling. Sources are made in their pages,
where they are tried first; nothing is written here but by acts."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.admin import ReadOnlyAdmin
from apps.accounts.requests import SignedInRequest
from apps.collection.models import Checkpoint, QueryVersion, Rejection, Run, RunEvent, Segment, Source, StoredFile
from apps.collection.requesting import cancel_run, request_run
from apps.collection.tasks import hand_out
from apps.collection.telling import event_text, failure_of, reason_text
from apps.core.errors import RuleViolation
from apps.core.numbers import format_size


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "state", "mode", "is_scheduled", "next_run_at", "legal_basis", "updated_at"]
    list_filter = ["state", "kind", "mode", "is_scheduled", "legal_basis", "confidentiality"]
    search_fields = ["name", "slug", "description", "purpose"]
    fields = [
        "name",
        "slug",
        "description",
        "kind",
        "state",
        "config",
        "purpose",
        "legal_basis",
        "columns",
        "retention_days",
        "is_rejected_text_kept",
        "max_rejected_share",
        "max_rejected_rows",
        "max_rows",
        "max_minutes",
        "max_megabytes",
        "mode",
        "key_columns",
        "parallel_parts",
        "expected_columns",
        "on_missing_column",
        "on_new_column",
        "on_changed_type",
        "is_scheduled",
        "cron",
        "time_zone",
        "next_run_at",
        "schedule_error",
        "context",
        "actors",
        "technical_constraints",
        "access_conditions",
        "terms",
        "licence",
        "confidentiality",
        "created_by",
        "created_at",
        "updated_at",
    ]
    actions = ["collect_now"]

    def has_collect_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("collection.collect_source")

    @admin.action(description=gettext_lazy("Collect now"), permissions=["collect"])
    def collect_now(self, request: SignedInRequest, chosen: QuerySet[Source]) -> None:
        count = 0
        for source in chosen:
            try:
                _collect(source, request)
                count += 1
            except RuleViolation as refusal:
                messages.warning(request, f"{source}: {refusal.message}")
        if count:
            said = ngettext("%(count)d run asked for.", "%(count)d runs asked for.", count)
            messages.success(request, said % {"count": count})


def _collect(source: Source, request: SignedInRequest) -> None:
    with transaction.atomic():
        run = request_run(source=source, by=request.user)
        hand_out(run)


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ["name", "size_shown", "digest", "stored_at"]
    search_fields = ["name", "digest"]
    date_hierarchy = "stored_at"
    fields = ["name", "size_shown", "digest", "stored_at"]

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def size_shown(self, file: StoredFile) -> str:
        return format_size(file.size)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ["number", "source", "state", "trigger", "requested_at", "finished_at", "rows_kept", "rows_rejected"]
    list_select_related = ["source"]
    list_filter = ["state", "trigger", "source"]
    search_fields = ["=id", "source__name"]
    date_hierarchy = "requested_at"
    fields = [
        "source",
        "state",
        "mode",
        "since",
        "until",
        "replays",
        "trigger",
        "requested_by",
        "requested_at",
        "started_at",
        "finished_at",
        "rows_read",
        "rows_kept",
        "rows_rejected",
        "bytes_read",
        "bytes_total",
        "bytes_landed",
        "resumes_at",
        "bookmark",
        "plan",
        "failure",
        "lease_count",
        "lease_renewed_at",
        "segments_deleted_at",
    ]
    actions = ["cancel"]

    @admin.display(description=gettext_lazy("run"), ordering="pk")
    def number(self, run: Run) -> str:
        return _("No. %(number)s") % {"number": run.pk}

    @admin.display(description=gettext_lazy("why it failed"))
    def failure(self, run: Run) -> str:
        failure = failure_of(run)
        return f"{failure.title}. {failure.advice}" if failure else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).select_related("source", "requested_by")

    def has_collect_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("collection.collect_source")

    @admin.action(description=gettext_lazy("Cancel the runs"), permissions=["collect"])
    def cancel(self, request: SignedInRequest, chosen: QuerySet[Run]) -> None:
        count = 0
        for run in chosen:
            try:
                cancel_run(run=run, by=request.user)
                count += 1
            except RuleViolation as refusal:
                messages.warning(request, f"{self.number(run)}: {refusal.message}")
        if count:
            said = ngettext("%(count)d run cancelled.", "%(count)d runs cancelled.", count)
            messages.success(request, said % {"count": count})


class OfARunAdmin(ReadOnlyAdmin):
    """What belongs to a run, listed with it."""

    list_select_related = ["run"]
    search_fields = ["=run__id"]
    # Counting millions of rows to say how many there are besides those shown is not worth the wait.
    show_full_result_count = False

    @admin.display(description=gettext_lazy("run"), ordering="run")
    def number(self, row: Any) -> str:
        return _("No. %(number)s") % {"number": row.run_id}


@admin.register(Segment)
class SegmentAdmin(OfARunAdmin):
    list_display = ["name", "number", "part", "seq", "rows", "size_shown", "landed_at"]
    search_fields = ["=run__id", "name", "sha256"]
    fields = ["name", "number", "part", "seq", "rows", "size_shown", "sha256", "landed_at"]

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def size_shown(self, segment: Segment) -> str:
        return format_size(segment.size)


@admin.register(Checkpoint)
class CheckpointAdmin(OfARunAdmin):
    list_display = ["number", "rank", "part", "seq", "is_complete", "updated_at"]
    list_filter = ["is_complete"]
    search_fields = ["=run__id", "part"]
    fields = ["number", "rank", "part", "seq", "is_complete", "cursor", "high", "lease_renewed_at", "updated_at"]


@admin.register(QueryVersion)
class QueryVersionAdmin(ReadOnlyAdmin):
    list_display = ["source", "digest", "made_at", "updated_at"]
    list_select_related = ["source"]
    search_fields = ["source__name", "digest"]
    fields = ["source", "digest", "sheet", "made_at", "updated_at"]


@admin.register(RunEvent)
class RunEventAdmin(OfARunAdmin):
    list_display = ["number", "at", "what"]
    list_filter = ["code"]
    fields = ["number", "at", "what"]

    @admin.display(description=gettext_lazy("what"))
    def what(self, event: RunEvent) -> str:
        return event_text(event)


@admin.register(Rejection)
class RejectionAdmin(OfARunAdmin):
    list_display = ["number", "part", "row", "reason", "why"]
    list_filter = ["reason"]
    fields = ["number", "part", "row", "reason", "why", "text"]

    @admin.display(description=gettext_lazy("why"))
    def why(self, rejection: Rejection) -> str:
        return reason_text(rejection)
