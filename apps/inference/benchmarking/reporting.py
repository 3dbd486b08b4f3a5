"""The report of a benchmark: from its rows to what pages, prints and programs are told."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from apps.inference.benchmarking.comparing import Asked, Limits, Result, Studied, advise, compare
from apps.inference.enums import Hosting
from apps.inference.models import AiService, Benchmark, BenchmarkEntry


@dataclass(frozen=True, kw_only=True)
class Line:
    """A service studied: its figures, and its sheet; `by_function` in the order of the need, None if it does not."""

    result: Result
    service: AiService
    by_function: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    benchmark: Benchmark
    lines: tuple[Line, ...]
    set_aside: tuple[BenchmarkEntry, ...]
    advice: str
    functions: tuple[str, ...]
    # How many answers were asked for, and came.
    asked: int
    expected: int

    def as_json(self) -> dict[str, Any]:
        return {
            "need": self.benchmark.need_sheet,
            "state": self.benchmark.state,
            "started_at": self.benchmark.started_at,
            "finished_at": self.benchmark.finished_at,
            "results": [
                {
                    **asdict(line.result),
                    "cost_eur": str(line.result.cost_eur),
                    "fits": line.result.fits,
                    "provider": line.service.provider,
                    "hosting": line.service.hosting,
                    "prerequisites": line.service.prerequisites,
                    "eco_design": line.service.eco_design,
                    "energy_source": line.service.energy_source,
                }
                for line in self.lines
            ],
            "set_aside": [{"name": entry.name, "reason": entry.reason} for entry in self.set_aside],
            "advice": self.advice,
            "conclusion": self.benchmark.conclusion,
        }


def report_of(benchmark: Benchmark) -> Report:
    """Four queries, whatever the number of services and cases."""
    entries = list(benchmark.entries.select_related("service").prefetch_related("measures__case__function"))
    sheet = benchmark.need_sheet
    limits = Limits(
        hosting=Hosting(sheet["hosting"]),
        min_quality=sheet["min_quality"],
        max_p99_s=sheet["max_p99_s"],
        max_cost_eur=Decimal(sheet["max_cost_eur"]),
    )
    services = {entry.name: entry.service for entry in entries if entry.is_studied and entry.service}
    results = compare([_studied(entry) for entry in entries if entry.name in services], limits)
    functions = tuple(each["name"] for each in sheet["functions"])
    lines = tuple(
        Line(
            result=each,
            service=services[each.name],
            by_function=tuple(each.by_function.get(name) for name in functions),
        )
        for each in results
    )
    cases = [
        (function.capability, function.cases.count()) for function in benchmark.need.functions.prefetch_related("cases")
    ]
    return Report(
        benchmark=benchmark,
        lines=lines,
        set_aside=tuple(entry for entry in entries if not entry.is_studied),
        advice=advise(results) if benchmark.is_over and results else "",
        functions=functions,
        asked=sum(line.result.cases for line in lines),
        expected=sum(
            count for service in services.values() for capability, count in cases if capability in service.capabilities
        ),
    )


def _studied(entry: BenchmarkEntry) -> Studied:
    measures = [
        Asked(
            function=measure.case.function.name,
            seconds=measure.seconds,
            score=measure.score,
            cost_eur=measure.cost_eur,
            energy_wh=measure.energy_wh,
        )
        for measure in entry.measures.all()
    ]
    hosting = entry.service.hosting if entry.service else Hosting.OUTSIDE
    return Studied(name=entry.name, hosting=Hosting(hosting), asked=measures)
