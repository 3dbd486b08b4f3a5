"""The back-office of datasets: everything to read, building and cancelling. Datasets are designed in their pages, where
what a recipe makes is seen before it is saved; nothing is written here but by acts."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.admin import ReadOnlyAdmin
from apps.accounts.requests import SignedInRequest
from apps.core.errors import RuleViolation
from apps.core.numbers import format_size
from apps.datasets.models import (
    Build,
    BuildOutput,
    Column,
    Dataset,
    Entity,
    Grant,
    Receipt,
    Recipe,
    RecipeDependency,
    SqlAccess,
    Version,
    VersionTable,
)
from apps.datasets.requesting import cancel_build, request_build
from apps.datasets.tasks import build_version
from apps.datasets.telling import failure_of


class SeenDatasetsAdmin(ReadOnlyAdmin):
    """Only what is of the datasets that this person may read; `of_dataset` leads to them."""

    of_dataset = "dataset"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = Dataset.objects.visible_to(request.user)
        return super().get_queryset(request).filter(**{f"{self.of_dataset}__in": seen})


class OfADatasetAdmin(SeenDatasetsAdmin):
    """What describes a dataset is seen by whoever sees datasets: there is no right of its own for it."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("datasets.view_dataset")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("datasets.view_dataset")


@admin.register(Dataset)
class DatasetAdmin(SeenDatasetsAdmin):
    of_dataset = "pk"
    list_display = ["name", "visibility", "version", "rows", "is_built_by_itself", "updated_at"]
    list_filter = ["visibility"]
    list_select_related = ["current_version"]
    search_fields = ["name", "slug", "description"]
    fields = [
        "name",
        "slug",
        "description",
        "licence",
        "visibility",
        "is_built_by_itself",
        "max_rejected_share",
        "version",
        "rows",
        "schema_version",
        "created_by",
        "created_at",
        "updated_at",
    ]
    actions = ["build_now"]

    @admin.display(description=gettext_lazy("version"))
    def version(self, dataset: Dataset) -> str:
        return _("No. %(number)s") % {"number": dataset.current_version.number} if dataset.current_version else "–"

    @admin.display(description=gettext_lazy("rows"), ordering="current_version__rows")
    def rows(self, dataset: Dataset) -> int | str:
        return dataset.current_version.rows if dataset.current_version else "–"

    def has_build_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("datasets.build_dataset")

    @admin.action(description=gettext_lazy("Build now"), permissions=["build"])
    def build_now(self, request: SignedInRequest, chosen: QuerySet[Dataset]) -> None:
        count = 0
        for dataset in chosen:
            try:
                _build(dataset, request)
                count += 1
            except RuleViolation as refusal:
                messages.warning(request, f"{dataset}: {refusal.message}")
        if count:
            said = ngettext("%(count)d build asked for.", "%(count)d builds asked for.", count)
            messages.success(request, said % {"count": count})


def _build(dataset: Dataset, request: SignedInRequest) -> None:
    with transaction.atomic():
        build = request_build(dataset=dataset, by=request.user)
        transaction.on_commit(lambda: build_version.delay(build.pk))


@admin.register(Entity)
class EntityAdmin(OfADatasetAdmin):
    list_display = ["name", "label", "dataset"]
    list_select_related = ["dataset"]
    search_fields = ["name", "label", "dataset__name"]
    fields = ["dataset", "position", "name", "label", "description", "foreign_keys", "uniques"]


@admin.register(Column)
class ColumnAdmin(OfADatasetAdmin):
    of_dataset = "entity__dataset"
    list_display = ["name", "label", "type", "is_key", "is_required", "is_unique", "personal_data", "dataset"]
    list_select_related = ["entity__dataset"]
    list_filter = ["type", "personal_data", "confidentiality"]
    search_fields = ["name", "label", "entity__dataset__name"]
    fields = [
        "dataset",
        "position",
        "name",
        "label",
        "description",
        "unit",
        "type",
        "is_key",
        "is_required",
        "is_unique",
        "max_length",
        "digits",
        "decimals",
        "is_indexed",
        "minimum",
        "maximum",
        "choices",
        "pattern",
        "personal_data",
        "confidentiality",
        "mask",
    ]

    @admin.display(description=gettext_lazy("dataset"), ordering="entity__dataset__name")
    def dataset(self, column: Column) -> Dataset:
        return column.entity.dataset


@admin.register(Recipe)
class RecipeAdmin(OfADatasetAdmin):
    of_dataset = "entity__dataset"
    list_display = ["entity", "dataset", "number", "updated_at"]
    list_select_related = ["entity__dataset"]
    search_fields = ["entity__name", "entity__dataset__name"]
    fields = ["dataset", "entity", "number", "document_shown", "updated_at"]

    @admin.display(description=gettext_lazy("dataset"), ordering="entity__dataset__name")
    def dataset(self, recipe: Recipe) -> Dataset:
        return recipe.entity.dataset

    @admin.display(description=gettext_lazy("recipe"))
    def document_shown(self, recipe: Recipe) -> SafeString:
        return _as_json(recipe.document)


@admin.register(Grant)
class GrantAdmin(OfADatasetAdmin):
    list_display = ["dataset", "holder", "level", "given_at"]
    list_select_related = ["dataset", "user", "group"]
    list_filter = ["level"]
    search_fields = ["dataset__name", "user__email", "group__name"]
    fields = ["dataset", "user", "group", "level", "given_at"]

    @admin.display(description=gettext_lazy("who reads"))
    def holder(self, grant: Grant) -> str:
        return grant.holder


@admin.register(SqlAccess)
class SqlAccessAdmin(OfADatasetAdmin):
    list_display = ["dataset", "holder", "role", "given_at"]
    list_select_related = ["dataset", "user", "group"]
    search_fields = ["dataset__name", "user__email", "group__name"]
    fields = ["dataset", "user", "group", "role", "given_at", "views_shown"]

    @admin.display(description=gettext_lazy("who reads"))
    def holder(self, access: SqlAccess) -> str:
        return access.holder

    @admin.display(description=gettext_lazy("role of PostgreSQL"))
    def role(self, access: SqlAccess) -> str:
        return access.role

    @admin.display(description=gettext_lazy("views"))
    def views_shown(self, access: SqlAccess) -> SafeString:
        return _as_json(access.views)


@admin.register(RecipeDependency)
class RecipeDependencyAdmin(OfADatasetAdmin):
    of_dataset = "recipe__entity__dataset"
    list_display = ["recipe", "source", "dataset"]
    list_select_related = ["recipe__entity", "source", "dataset"]
    search_fields = ["source__name", "dataset__name", "recipe__entity__name"]
    fields = ["recipe", "source", "dataset"]


@admin.register(Build)
class BuildAdmin(SeenDatasetsAdmin):
    list_display = ["build", "dataset", "state", "trigger", "requested_at", "finished_at", "rows_kept", "rows_rejected"]
    list_select_related = ["dataset"]
    list_filter = ["state", "trigger"]
    search_fields = ["=id", "dataset__name"]
    date_hierarchy = "requested_at"
    fields = [
        "dataset",
        "state",
        "phase",
        "trigger",
        "requested_by",
        "requested_at",
        "started_at",
        "finished_at",
        "rows_in",
        "rows_kept",
        "rows_rejected",
        "rows_left_out",
        "recipe_number",
        "schema_version",
        "restores",
        "note",
        "failure",
        "sql",
        "lease_count",
        "lease_renewed_at",
    ]
    actions = ["cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Build]:
        return super().get_queryset(request).select_related("dataset", "requested_by")

    @admin.display(description=gettext_lazy("build"), ordering="pk")
    def build(self, build: Build) -> str:
        return _("No. %(number)s") % {"number": build.pk}

    @admin.display(description=gettext_lazy("why it failed"))
    def failure(self, build: Build) -> str:
        failure = failure_of(build)
        return f"{failure.title}. {failure.advice}" if failure else "–"

    def has_build_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("datasets.build_dataset")

    @admin.action(description=gettext_lazy("Cancel the builds"), permissions=["build"])
    def cancel(self, request: SignedInRequest, chosen: QuerySet[Build]) -> None:
        count = 0
        for build in chosen:
            try:
                cancel_build(build=build, by=request.user)
                count += 1
            except RuleViolation as refusal:
                messages.warning(request, f"{self.build(build)}: {refusal.message}")
        if count:
            said = ngettext("%(count)d build cancelled.", "%(count)d builds cancelled.", count)
            messages.success(request, said % {"count": count})


@admin.register(BuildOutput)
class BuildOutputAdmin(SeenDatasetsAdmin):
    of_dataset = "build__dataset"
    list_display = ["build", "entity", "rows_in", "rows_kept", "rows_rejected", "rows_left_out"]
    list_select_related = ["build"]
    search_fields = ["=build__id", "entity", "build__dataset__name"]
    fields = ["build", "entity", "rows_in", "rows_kept", "rows_rejected", "rows_left_out", "reasons", "inputs"]


@admin.register(VersionTable)
class VersionTableAdmin(SeenDatasetsAdmin):
    of_dataset = "version__dataset"
    list_display = ["version", "entity", "rows", "size_shown", "table"]
    list_select_related = ["version"]
    search_fields = ["entity", "sha256", "version__dataset__name"]
    fields = ["version", "entity", "rows", "size_shown", "sha256", "snapshot", "table"]

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def size_shown(self, stored: VersionTable) -> str:
        return format_size(stored.size)


@admin.register(Version)
class VersionAdmin(SeenDatasetsAdmin):
    list_display = ["version", "dataset", "rows", "size_shown", "published_at", "replaced_at"]
    list_select_related = ["dataset"]
    search_fields = ["dataset__name"]
    date_hierarchy = "published_at"
    fields = [
        "dataset",
        "number",
        "build",
        "schema_version",
        "rows",
        "size_shown",
        "note",
        "published_at",
        "replaced_at",
        "manifest_shown",
    ]

    @admin.display(description=gettext_lazy("version"), ordering="number")
    def version(self, version: Version) -> str:
        return _("No. %(number)s") % {"number": version.number}

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def size_shown(self, version: Version) -> str:
        return format_size(version.size)

    @admin.display(description=gettext_lazy("manifest"))
    def manifest_shown(self, version: Version) -> SafeString:
        return _as_json(version.manifest)


def _as_json(value: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """What was received, when and from whom; the records themselves are read in versions, by whoever may."""

    list_display = ["dataset", "entity", "number", "count", "received_at", "received_by"]
    list_select_related = ["dataset", "received_by"]
    search_fields = ["dataset__name", "entity", "key"]
    fields = ["dataset", "entity", "number", "key", "digest", "count", "received_at", "received_by"]
