"""The services of others, what they cost, what they were asked, how they compared. No key is ever shown."""

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from apps.accounts.admin import ReadOnlyAdmin
from apps.core.numbers import format_number
from apps.inference.admin.shown import SeenWith, as_json
from apps.inference.models import (
    AiService,
    Benchmark,
    BenchmarkCase,
    BenchmarkEntry,
    Measure,
    Need,
    NeedFunction,
    ServiceDay,
    ServicePrice,
)


class OfServices(SeenWith):
    right = "inference.view_aiservice"


class OfNeeds(SeenWith):
    right = "inference.view_need"


class OfBenchmarks(SeenWith):
    right = "inference.view_benchmark"


@admin.register(AiService)
class AiServiceAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "hosting", "is_open", "provider", "checked_at", "last_error"]
    list_filter = ["kind", "hosting", "is_open"]
    search_fields = ["name", "slug", "provider"]
    fields = [
        "name",
        "slug",
        "kind",
        "capabilities",
        "url",
        "remote_model",
        "own_model",
        "has_key",
        "prices_told",
        "template",
        "answer_path",
        *AiService.SHEET,
        "is_open",
        "timeout_s",
        "requests_per_minute",
        "monthly_cap_eur",
        "failures",
        "reopens_at",
        "checked_at",
        "last_error",
        "created_by",
        "created_at",
        "changed_at",
    ]

    @admin.display(description=gettext_lazy("has a key"), boolean=True)
    def has_key(self, service: AiService) -> bool:
        return bool(service.api_key)

    # Not an inline: its table has headers without a text, and cells that are cut on narrow screens.
    @admin.display(description=gettext_lazy("prices"))
    def prices_told(self, service: AiService) -> SafeString:
        return format_html_join(
            mark_safe("<br>"),
            "{} : {} € ({})",
            (
                (price.get_unit_display(), format_number(float(price.eur), 4), date_format(price.since_on))
                for price in service.prices.all()
            ),
        )


@admin.register(ServicePrice)
class ServicePriceAdmin(OfServices):
    list_display = ["service", "unit", "eur", "since_on"]
    list_filter = ["unit"]
    list_select_related = ["service"]
    search_fields = ["service__name"]


@admin.register(ServiceDay)
class ServiceDayAdmin(OfServices):
    list_display = ["service", "asked_on", "requests", "errors", "tokens_in", "tokens_out", "cost_eur"]
    list_select_related = ["service"]
    search_fields = ["service__name"]
    date_hierarchy = "asked_on"


@admin.register(Need)
class NeedAdmin(ReadOnlyAdmin):
    list_display = ["name", "hosting", "min_quality", "max_p99_s", "max_cost_eur", "changed_at"]
    list_filter = ["hosting"]
    search_fields = ["name", "slug", "objectives"]


@admin.register(NeedFunction)
class NeedFunctionAdmin(OfNeeds):
    list_display = ["name", "need", "capability", "position"]
    list_filter = ["capability"]
    list_select_related = ["need"]
    search_fields = ["name", "need__name"]
    fields = ["need", "position", "name", "capability", "options_told"]

    @admin.display(description=gettext_lazy("options"))
    def options_told(self, function: NeedFunction) -> SafeString:
        return as_json(function.options)


@admin.register(BenchmarkCase)
class BenchmarkCaseAdmin(OfNeeds):
    list_display = ["id", "function", "position", "judge"]
    list_filter = ["judge"]
    list_select_related = ["function"]
    search_fields = ["function__name", "function__need__name"]
    fields = ["function", "position", "given_told", "expected_told", "judge"]

    @admin.display(description=gettext_lazy("what is asked"))
    def given_told(self, case: BenchmarkCase) -> SafeString:
        return as_json(case.given)

    @admin.display(description=gettext_lazy("answer expected"))
    def expected_told(self, case: BenchmarkCase) -> SafeString:
        return as_json(case.expected)


@admin.register(Benchmark)
class BenchmarkAdmin(ReadOnlyAdmin):
    list_display = ["id", "need", "state", "requested_by", "requested_at", "finished_at"]
    list_filter = ["state"]
    list_select_related = ["need", "requested_by"]
    search_fields = ["need__name"]
    fields = [
        "need",
        "sheet",
        "state",
        "conclusion",
        "requested_by",
        "requested_at",
        "started_at",
        "finished_at",
        "cancel_requested_at",
        "error_code",
        "lease_owner",
        "lease_until",
        "lease_count",
    ]

    @admin.display(description=gettext_lazy("need, as it was then"))
    def sheet(self, benchmark: Benchmark) -> SafeString:
        return as_json(benchmark.need_sheet)


@admin.register(BenchmarkEntry)
class BenchmarkEntryAdmin(OfBenchmarks):
    list_display = ["id", "name", "benchmark", "service", "is_studied"]
    list_filter = ["is_studied"]
    list_select_related = ["benchmark", "service"]
    search_fields = ["name", "benchmark__need__name"]
    fields = ["benchmark", "service", "name", "is_studied", "reason"]


@admin.register(Measure)
class MeasureAdmin(OfBenchmarks):
    list_display = ["id", "entry", "case", "asked_at", "seconds", "score", "cost_eur", "error"]
    list_select_related = ["entry", "case"]
    search_fields = ["entry__name"]
    fields = [
        "entry",
        "case",
        "asked_at",
        "seconds",
        "score",
        "answer_told",
        "tokens_in",
        "tokens_out",
        "cost_eur",
        "energy_wh",
        "error",
    ]

    @admin.display(description=gettext_lazy("answer"))
    def answer_told(self, measure: Measure) -> SafeString:
        return as_json(measure.answer)
