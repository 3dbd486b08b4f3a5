"""What models are asked, and what is said of their answers."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.admin import ReadOnlyAdmin
from apps.inference.models import Batch, Feedback, Prediction


@admin.register(Prediction)
class PredictionAdmin(ReadOnlyAdmin):
    list_display = ["predicted_at", "model", "version", "slot", "channel", "answer", "value", "confidence"]
    list_filter = ["slot", "channel", "model"]
    list_select_related = ["model", "version"]
    # Counting all of them would read every day.
    show_full_result_count = False
    fields = [
        "predicted_at",
        "model",
        "version",
        "slot",
        "channel",
        "by",
        "inputs",
        "answer",
        "value",
        "confidence",
        "latency_us",
    ]


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ["pk", "model", "version", "state", "requested_at", "rows_done", "rows_refused", "rows_total"]
    list_filter = ["state", "model"]
    list_select_related = ["model", "version"]
    fields = [
        "model",
        "version",
        "state",
        "table",
        "name",
        "size",
        "source_format",
        "result_format",
        "requested_by",
        "requested_at",
        "started_at",
        "finished_at",
        "rows_done",
        "rows_refused",
        "rows_total",
        "error_code",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(pk__in=Batch.objects.visible_to(request.user))


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ["prediction", "version", "answered", "is_right", "state", "given_at", "taught_at"]
    list_filter = ["state", "is_right"]
    list_select_related = ["version"]
    search_fields = ["prediction", "version__model__name"]
    # What was asked is read on the desk, beside what is needed to judge it.
    exclude = ["inputs"]
