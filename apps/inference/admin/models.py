"""Models, their trainings and their versions; training, cancelling and rolling back are acts."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.admin import ReadOnlyAdmin
from apps.accounts.requests import SignedInRequest
from apps.core.errors import RuleViolation
from apps.core.numbers import format_size
from apps.inference import deploying, requesting
from apps.inference.admin.shown import SeenWith, as_json
from apps.inference.models import Evaluation, Model, ModelVersion, TrainingRun
from apps.inference.standing import stand
from apps.inference.tasks import train_model


@admin.register(Model)
class ModelAdmin(ReadOnlyAdmin):
    list_display = ["name", "task", "risk", "audience", "dataset", "owner", "changed_at", "archived_at"]
    list_filter = ["task", "risk", "audience"]
    list_select_related = ["dataset", "owner"]
    search_fields = ["name", "slug", "description"]
    fields = [
        "name",
        "slug",
        "description",
        "purpose",
        "limits",
        "contact",
        "task",
        "risk",
        "audience",
        "owner",
        "dataset",
        "spec_number",
        "declaration",
        "created_at",
        "changed_at",
        "archived_at",
    ]
    actions = ["train_now", "roll_back"]

    @admin.display(description=gettext_lazy("declaration"))
    def declaration(self, model: Model) -> SafeString:
        return as_json(model.spec)

    def has_train_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inference.train_model")

    def has_deploy_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inference.deploy_model")

    @admin.action(description=gettext_lazy("Train now"), permissions=["train"])
    def train_now(self, request: SignedInRequest, chosen: QuerySet[Model]) -> None:
        count = sum(_attempt(request, model, _train) for model in chosen)
        if count:
            said = ngettext("%(count)d training asked for.", "%(count)d trainings asked for.", count)
            messages.success(request, said % {"count": count})

    @admin.action(description=gettext_lazy("Go back to the version before"), permissions=["deploy"])
    def roll_back(self, request: SignedInRequest, chosen: QuerySet[Model]) -> None:
        count = sum(_attempt(request, model, _roll_back) for model in chosen)
        if count:
            said = ngettext("%(count)d model is back.", "%(count)d models are back.", count)
            messages.success(request, said % {"count": count})


def _attempt(request: SignedInRequest, row: Any, act: Any) -> bool:
    """Whether it was done; the reason is said if it was refused."""
    try:
        act(row, request)
    except RuleViolation as refusal:
        messages.warning(request, f"{row}: {refusal.message}")
        return False
    return True


def _train(model: Model, request: SignedInRequest) -> None:
    with transaction.atomic():
        run = requesting.request_training(model=model, by=request.user)
        transaction.on_commit(lambda: train_model.delay(run.pk))


def _roll_back(model: Model, request: SignedInRequest) -> None:
    deploying.roll_back(model=model, by=request.user)


def _cancel(run: TrainingRun, request: SignedInRequest) -> None:
    requesting.cancel_training(training=run, by=request.user)


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnlyAdmin):
    list_display = ["id", "model", "state", "phase", "cause", "requested_by", "requested_at", "finished_at"]
    list_filter = ["state", "cause"]
    list_select_related = ["model", "requested_by"]
    search_fields = ["model__name", "model__slug"]
    fields = [
        "model",
        "state",
        "phase",
        "cause",
        "cause_told",
        "requested_by",
        "requested_at",
        "started_at",
        "finished_at",
        "dataset_version",
        "spec_number",
        "declaration",
        "seed",
        "code_digest",
        "lock_digest",
        "parameters",
        "rows_train",
        "rows_test",
        "cpu_seconds",
        "energy_j",
        "energy_method",
        "gate",
        "error_code",
        "told_at",
        "lease_owner",
        "lease_until",
        "lease_count",
    ]
    actions = ["cancel"]

    @admin.display(description=gettext_lazy("what exactly asked for it"))
    def cause_told(self, run: TrainingRun) -> SafeString:
        return as_json(run.cause_details)

    @admin.display(description=gettext_lazy("declaration"))
    def declaration(self, run: TrainingRun) -> SafeString:
        return as_json(run.spec)

    @admin.display(description=gettext_lazy("gate"))
    def gate(self, run: TrainingRun) -> SafeString:
        return as_json(run.verdict)

    def has_train_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inference.train_model")

    @admin.action(description=gettext_lazy("Cancel"), permissions=["train"])
    def cancel(self, request: SignedInRequest, chosen: QuerySet[TrainingRun]) -> None:
        count = sum(_attempt(request, run, _cancel) for run in chosen)
        if count:
            said = ngettext("%(count)d training cancelled.", "%(count)d trainings cancelled.", count)
            messages.success(request, said % {"count": count})


@admin.register(Evaluation)
class EvaluationAdmin(SeenWith):
    right = "inference.view_modelversion"
    list_display = ["training", "of_model", "sha256"]
    list_select_related = ["training__model"]
    search_fields = ["training__model__name", "sha256"]
    fields = ["training", "of_model", "metrics", "sha256", "report_told"]

    @admin.display(description=gettext_lazy("model"))
    def of_model(self, evaluation: Evaluation) -> str:
        return str(evaluation.training.model)

    @admin.display(description=gettext_lazy("report"))
    def report_told(self, evaluation: Evaluation) -> SafeString:
        return as_json(evaluation.report)


@admin.register(ModelVersion)
class ModelVersionAdmin(SeenWith):
    right = "inference.view_modelversion"
    list_display = ["__str__", "model", "format", "file_size", "created_at"]
    list_filter = ["format"]
    list_select_related = ["model"]
    search_fields = ["model__name", "model__slug", "sha256"]
    fields = [
        "model",
        "number",
        "stage",
        "training",
        "format",
        "file",
        "sha256",
        "file_size",
        "signed_fields",
        "libraries",
        "created_at",
    ]

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def file_size(self, version: ModelVersion) -> str:
        return format_size(version.size)

    @admin.display(description=gettext_lazy("stage"))
    def stage(self, version: ModelVersion) -> str:
        (stood,) = stand([version])
        return str(stood.stage.label)

    @admin.display(description=gettext_lazy("fields"))
    def signed_fields(self, version: ModelVersion) -> str:
        return ", ".join(version.signed.names)
