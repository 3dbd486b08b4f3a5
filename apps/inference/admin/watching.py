"""What models were asked hour by hour, how far it drifted, and how the watch was tried. Seen by whoever sees models."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from apps.inference.admin.shown import SeenWith, as_json
from apps.inference.models import DriftAlert, DriftReport, DriftTrial, TrafficHour


class OfVersion(SeenWith):
    """`of_model` says whose version it is: a version is but a number."""

    right = "inference.view_model"
    list_select_related = ["version__model"]
    search_fields = ["version__model__name", "version__model__slug"]

    @admin.display(description=gettext_lazy("model"))
    def of_model(self, row: Any) -> str:
        return str(row.version.model)


@admin.register(TrafficHour)
class TrafficHourAdmin(OfVersion):
    list_display = ["id", "of_model", "version", "slot", "hour_at", "rows"]
    list_filter = ["slot"]
    fields = ["of_model", "version", "slot", "hour_at", "rows", "requested", "counted"]

    @admin.display(description=gettext_lazy("requests"))
    def requested(self, hour: TrafficHour) -> SafeString:
        return as_json(hour.requests)

    @admin.display(description=gettext_lazy("counts"))
    def counted(self, hour: TrafficHour) -> SafeString:
        return as_json(hour.counts)


@admin.register(DriftReport)
class DriftReportAdmin(OfVersion):
    list_display = ["id", "of_model", "version", "window", "until_at", "rows", "is_enough"]
    list_filter = ["window", "is_enough"]
    fields = ["of_model", "version", "window", "until_at", "rows", "is_enough", "drifts_told", "gate"]

    @admin.display(description=gettext_lazy("drifts"))
    def drifts_told(self, report: DriftReport) -> SafeString:
        return as_json(report.drifts)

    @admin.display(description=gettext_lazy("gate"))
    def gate(self, report: DriftReport) -> SafeString:
        return as_json(report.verdict)


@admin.register(DriftAlert)
class DriftAlertAdmin(OfVersion):
    list_display = ["id", "of_model", "version", "window", "is_trial", "opened_at", "closed_at"]
    list_filter = ["window", "is_trial"]
    fields = ["of_model", "version", "window", "drifted_told", "is_trial", "opened_at", "closed_at", "told_at"]

    @admin.display(description=gettext_lazy("drifts"))
    def drifted_told(self, alert: DriftAlert) -> SafeString:
        return as_json(alert.drifted)


@admin.register(DriftTrial)
class DriftTrialAdmin(OfVersion):
    list_display = [
        "id",
        "of_model",
        "version",
        "state",
        "is_whole_chain",
        "requested_by",
        "requested_at",
        "finished_at",
    ]
    list_filter = ["state", "is_whole_chain"]
    list_select_related = ["version__model", "requested_by"]
    fields = [
        "of_model",
        "version",
        "learnt_from",
        "state",
        "altered",
        "is_whole_chain",
        "requested_by",
        "requested_at",
        "started_at",
        "finished_at",
        "rows",
        "drift_before",
        "drift_after",
        "gate",
        "alert",
        "error_code",
    ]

    @admin.display(description=gettext_lazy("version of the dataset"))
    def learnt_from(self, trial: DriftTrial) -> str:
        return f"{trial.dataset_version.dataset}, {trial.dataset_version.number}"

    @admin.display(description=gettext_lazy("alterations"))
    def altered(self, trial: DriftTrial) -> SafeString:
        return as_json(trial.alterations)

    @admin.display(description=gettext_lazy("drift before"))
    def drift_before(self, trial: DriftTrial) -> SafeString:
        return as_json(trial.before)

    @admin.display(description=gettext_lazy("drift after"))
    def drift_after(self, trial: DriftTrial) -> SafeString:
        return as_json(trial.after)

    @admin.display(description=gettext_lazy("gate"))
    def gate(self, trial: DriftTrial) -> SafeString:
        return as_json(trial.verdict)
