"""Running a benchmark: every case asked of every service studied, once, each answer kept as it comes.

A process that dies leaves the answers it kept: another asks only what is missing. A service that fails is one that
failed, which is a result.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.core.errors import EcluseError
from apps.core.leases import Held, Lease
from apps.core.work import carry_out, one_at_a_time
from apps.inference.adapters import Question
from apps.inference.audit_actions import AuditAction
from apps.inference.benchmarking.judging import score
from apps.inference.calling import ask_service
from apps.inference.enums import Capability, Judge, TrainingState
from apps.inference.exceptions import BenchmarkRefused
from apps.inference.failures import NoRoom, Unexpected
from apps.inference.models import AiService, Benchmark, BenchmarkCase, BenchmarkEntry, Measure, Need

# Beyond it, the vectors of an answer are not worth keeping.
LONGEST_ANSWER = 4_000


@transaction.atomic
def request_benchmark(
    *, need: Need, services: Sequence[AiService], set_aside: Mapping[str, str], by: User | None
) -> Benchmark:
    """Ask for a comparison of these services; `set_aside` are those that are not studied, by name, with the reason.

    Raises BenchmarkRefused if there is nothing or nobody to ask, if one is on both lists, or if this need is
    being compared already.
    """
    subject = f"inference.need:{need.pk}"
    functions = list(need.functions.prefetch_related("cases"))
    if not any(function.cases.all() for function in functions):
        raise BenchmarkRefused(
            _("Write at least one case first: a question whose good answer is known."), subject=subject
        )
    if not services:
        raise BenchmarkRefused(_("Choose at least one service to study."), subject=subject)
    if both := set_aside.keys() & {service.name for service in services}:
        message = _("“%(name)s” is both studied and set aside.") % {"name": min(both)}
        raise BenchmarkRefused(message, subject=subject)
    capabilities = {function.capability for function in functions}
    for service in services:
        if not capabilities & set(service.capabilities):
            message = _("“%(name)s” does nothing of what is needed: say why it is set aside instead.")
            raise BenchmarkRefused(message % {"name": service}, subject=subject)
    already = BenchmarkRefused(_("This need is being compared already."), subject=subject)
    with one_at_a_time("inference_benchmark_one_active_per_need", already):
        benchmark: Benchmark = Benchmark.objects.create(need=need, need_sheet=sheet_of(need), requested_by=by)
    BenchmarkEntry.objects.bulk_create(
        [
            *(BenchmarkEntry(benchmark=benchmark, service=each, name=each.name) for each in services),
            *(
                BenchmarkEntry(benchmark=benchmark, name=name, is_studied=False, reason=reason)
                for name, reason in set_aside.items()
            ),
        ]
    )
    record(action=AuditAction.BENCHMARK_REQUESTED, actor=by, subject=need, details={"benchmark": benchmark.pk})
    return benchmark


@transaction.atomic
def cancel_benchmark(*, benchmark: Benchmark, by: User | None) -> Benchmark:
    """Stop it after the question that is being asked. What was answered is kept. Raises BenchmarkRefused if over."""
    held: Benchmark = Benchmark.objects.select_for_update(of=("self",)).select_related("need").get(pk=benchmark.pk)
    if held.is_over:
        raise BenchmarkRefused(_("This benchmark is over already."), subject=f"inference.benchmark:{held.pk}")
    held.cancel_requested_at = timezone.now()
    if not held.is_held:
        held.state, held.finished_at = TrainingState.CANCELLED, held.cancel_requested_at
    held.save(update_fields=["cancel_requested_at", "state", "finished_at"])
    record(action=AuditAction.BENCHMARK_CANCELLED, actor=by, subject=held.need, details={"benchmark": held.pk})
    return held


@transaction.atomic
def conclude(*, benchmark: Benchmark, conclusion: str, by: User | None) -> None:
    """Write what people decide of it."""
    Benchmark.objects.filter(pk=benchmark.pk).update(conclusion=conclusion)
    record(
        action=AuditAction.BENCHMARK_CONCLUDED, actor=by, subject=benchmark.need, details={"benchmark": benchmark.pk}
    )


def run_benchmark(*, benchmark_id: int) -> Benchmark | None:
    """Ask all that was not asked yet. None if it does not wait, or if another process has it."""
    return carry_out(Benchmark.objects.waiting(), benchmark_id, do=_run, unexpected=Unexpected, no_room=NoRoom)


def sheet_of(need: Need) -> dict[str, Any]:
    """The need as it is now, as JSON: what its benchmarks were made for, whatever it becomes."""
    return {
        "name": need.name,
        "objectives": need.objectives,
        "context": need.context,
        "constraints": need.constraints,
        "hosting": need.hosting,
        "min_quality": need.min_quality,
        "max_p99_s": need.max_p99_s,
        "max_cost_eur": str(need.max_cost_eur),
        "functions": [{"name": each.name, "capability": each.capability} for each in need.functions.all()],
    }


def _run(lease: Lease[Benchmark], held: Held) -> dict[str, Any]:
    benchmark = lease.row
    if benchmark.started_at is None:
        with transaction.atomic():
            lease.lock()
            Benchmark.objects.filter(pk=benchmark.pk).update(started_at=timezone.now())
    cases = list(BenchmarkCase.objects.filter(function__need=benchmark.need).select_related("function"))
    entries = list(benchmark.entries.filter(is_studied=True).select_related("service__own_model"))
    done = set(Measure.objects.filter(entry__benchmark=benchmark).values_list("entry", "case"))
    # Each case is asked of all before the next: what changes during the run changes for all.
    for case in cases:
        for entry in entries:
            service = entry.service
            if service is None or case.function.capability not in service.capabilities or (entry.pk, case.pk) in done:
                continue
            held.check()
            if Benchmark.objects.filter(pk=benchmark.pk).exclude(cancel_requested_at=None).exists():
                return {"state": TrainingState.CANCELLED}
            _keep(lease=lease, measure=_ask(entry, service, case))
    return {"state": TrainingState.PASSED}


def _ask(entry: BenchmarkEntry, service: AiService, case: BenchmarkCase) -> Measure:
    function, asked_at = case.function, timezone.now()
    question = Question(capability=Capability(function.capability), given=case.given, options=function.options)
    try:
        answered = ask_service(service=service, question=question)
    except EcluseError as error:
        return Measure(entry=entry, case=case, asked_at=asked_at, seconds=_since(asked_at), error=error.code)
    return Measure(
        entry=entry,
        case=case,
        asked_at=asked_at,
        seconds=answered.seconds,
        score=score(Judge(case.judge), case.expected, answered.output),
        answer=answered.output if len(str(answered.output)) <= LONGEST_ANSWER else None,
        tokens_in=answered.tokens_in,
        tokens_out=answered.tokens_out,
        cost_eur=answered.cost_eur,
        energy_wh=None if service.energy_wh is None else float(service.energy_wh),
    )


@transaction.atomic
def _keep(*, lease: Lease[Benchmark], measure: Measure) -> None:
    lease.lock()
    measure.save(force_insert=True)


def _since(at: datetime) -> float:
    return (timezone.now() - at).total_seconds()
