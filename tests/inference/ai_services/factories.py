"""Services of others, a need, and a benchmark of them: rows as the acts write them, nobody being asked."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.accounts.models import User
from apps.inference.benchmarking.running import request_benchmark
from apps.inference.cataloguing import save_need, write_functions
from apps.inference.enums import Capability, Hosting, PriceUnit, ServiceKind, TrainingState
from apps.inference.models import AiService, Benchmark, BenchmarkCase, Measure, Need

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FUNCTIONS: list[dict[str, Any]] = [
    {
        "name": "Orienter un signalement",
        "capability": "classify",
        "options": {"labels": ["Voirie", "Eau"], "instructions": "Choisis le service qui doit s’en charger."},
        "cases": [
            {"given": {"text": "une fuite d’eau rue du Bief"}, "expected": "Eau", "judge": "same"},
            {"given": {"text": "la voirie est abîmée"}, "expected": "Voirie", "judge": "same"},
        ],
    },
    {
        "name": "Résumer",
        "capability": "chat",
        "cases": [{"given": {"text": "Il a plu rue du Bief."}, "expected": ["pluie"], "judge": "contains"}],
    },
]


def make_service(slug: str = "petit", **more: Any) -> AiService:
    """One that may be asked, with its key, its prices, and a day of use."""
    said: dict[str, Any] = {
        "name": slug.capitalize(),
        "kind": ServiceKind.OPENAI,
        "capabilities": [Capability.CHAT, Capability.CLASSIFY],
        "url": "https://ia.example.org/v1",
        "remote_model": "petit-2603",
        "api_key": "sesame-never-shown",
        "provider": "Exemple SAS",
        "hosting": Hosting.EU,
        "purpose": "Orienter les signalements qui arrivent par écrit.",
        "energy_wh": Decimal("0.04"),
        "energy_source": "Mesure de l’hébergeur, mars 2026",
        "is_open": True,
        "checked_at": AT,
    }
    service = AiService.objects.create(slug=slug, **said | more)
    service.prices.create(unit=PriceUnit.TOKENS_IN, eur=Decimal("0.2"), since_on=AT.date())
    service.prices.create(unit=PriceUnit.TOKENS_OUT, eur=Decimal("0.6"), since_on=AT.date())
    service.days.create(asked_on=AT.date(), requests=120, errors=3, tokens_in=24_000, tokens_out=900, seconds=61.0)
    return service


def make_need(slug: str = "trier", **more: Any) -> Need:
    """A need of two functions and three cases."""
    said = {
        "name": f"Need {slug}",
        "objectives": "Orienter en une heure ce qui l’est en deux jours.",
        "context": "Quarante signalements par jour.",
        "constraints": "Rien ne sort de l’Union européenne.",
    }
    need = save_need(need=Need(slug=slug, **said | more), by=None)
    write_functions(need=need, functions=FUNCTIONS, by=None)
    return need


def make_benchmark(need: Need, *services: AiService, by: User | None = None) -> Benchmark:
    """One that is over: the first service answers all, each next one a case less; another was set aside."""
    benchmark = request_benchmark(need=need, services=services, set_aside={"Autre": "Pas de clé."}, by=by)
    cases = list(BenchmarkCase.objects.filter(function__need=need).order_by("function__position", "position"))
    for rank, entry in enumerate(benchmark.entries.filter(is_studied=True)):
        for number, case in enumerate(cases):
            is_right = number >= rank
            Measure.objects.create(
                entry=entry,
                case=case,
                asked_at=AT + timedelta(seconds=number),
                seconds=0.4 + rank + number / 10,
                score=1.0 if is_right else None,
                answer=case.expected if is_right else None,
                tokens_in=40,
                tokens_out=3,
                cost_eur=Decimal("0.00001") * (rank + 1),
                energy_wh=0.04,
                error="" if is_right else "server_failed",
            )
    Benchmark.objects.filter(pk=benchmark.pk).update(
        state=TrainingState.PASSED, started_at=AT, finished_at=AT + timedelta(minutes=1), conclusion="Le premier."
    )
    benchmark.refresh_from_db()
    return benchmark
