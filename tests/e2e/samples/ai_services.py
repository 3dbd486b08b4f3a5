"""What to put in the addresses of the services of others: one that is asked, a need, benchmarks done and under way."""

from collections.abc import Callable, Iterator

from apps.accounts.models import User
from apps.inference.benchmarking.running import request_benchmark
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
from tests.e2e.samples.registry import OBJECTS, Arguments, sample
from tests.inference.ai_services.factories import make_benchmark, make_need, make_service

SERVICE, NEED, UNDER_WAY = "sample-service", "sample-need", "sample-need-compared"


def a_service() -> AiService:
    found = AiService.objects.filter(slug=SERVICE).first()
    return found or make_service(SERVICE)


def a_need() -> Need:
    """With a benchmark that is over, of two services."""
    found = Need.objects.filter(slug=NEED).first()
    if found:
        return found
    need = make_need(NEED, name="Orienter les signalements")
    make_benchmark(need, a_service(), make_service("sample-other", last_error="server_failed"))
    return need


def a_benchmark() -> Benchmark:
    found: Benchmark = a_need().benchmarks.get()
    return found


@sample("inference:ai_services", "inference:ai_service", "inference:ai_service_change", "inference:ai_service_check")
def a_service_that_is_asked(person: User) -> Iterator[Arguments]:
    a_need()
    yield {"slug": a_service().slug}


@sample("inference:ai_service_delete", "api-ai-service", "api-ai-service-ask")
def a_service_of_the_catalogue(person: User) -> Iterator[Arguments]:
    yield {"slug": a_service().slug}


@sample(
    "inference:needs",
    "inference:need",
    "inference:need_change",
    "inference:need_delete",
    "inference:benchmark_new",
    "api-ai-need",
)
def a_need_that_was_compared(person: User) -> Iterator[Arguments]:
    yield {"slug": a_need().slug}


@sample("inference:benchmark", "inference:benchmark_json", "api-ai-benchmark")
def a_benchmark_that_is_over(person: User) -> Iterator[Arguments]:
    yield {"slug": NEED, "pk": a_benchmark().pk}


@sample("inference:benchmark_cancel")
def a_benchmark_under_way(person: User) -> Iterator[Arguments]:
    need = make_need(UNDER_WAY, name="Résumer les comptes rendus")
    benchmark = request_benchmark(need=need, services=[a_service()], set_aside={}, by=person)
    yield {"slug": UNDER_WAY, "pk": benchmark.pk}
    need.delete()


def _first(model: type) -> Callable[[User], object]:
    return lambda person: a_need() and model.objects.first()  # type: ignore[attr-defined]


OBJECTS["inference.aiservice"] = lambda person: a_service()
OBJECTS["inference.need"] = lambda person: a_need()
OBJECTS["inference.benchmark"] = lambda person: a_benchmark()
for _model in (ServicePrice, ServiceDay, NeedFunction, BenchmarkCase, BenchmarkEntry, Measure):
    OBJECTS[_model._meta.label_lower] = _first(_model)
