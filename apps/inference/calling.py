"""Asking a service of others: within its rights, its pace, its cap, its health; what it took is added to its day.

answered = ask_service(service=service, question=Question(capability=Capability.CHAT, given={"text": "…"}))
"""

import time
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import EcluseError, PermanentFailure, TemporaryFailure
from apps.core.http import GuardedSession, guarded_session
from apps.core.numbers import format_number
from apps.inference.adapters import ADAPTERS, Adapter, Question, Reply, fault_of
from apps.inference.breaking import Breaker
from apps.inference.enums import ServiceKind
from apps.inference.exceptions import (
    AiServiceRefused,
    ServiceClosed,
    ServiceNotOpen,
    ServiceQuotaReached,
    SpendCapReached,
)
from apps.inference.models import AiService, ServiceDay
from apps.inference.pricing import cost_of, prices_on, tokens_in_text

MINUTE_S = 60


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a service answered, how long it took, in seconds, and what it cost. Tokens are estimated where the service
    does not count them (`are_tokens_estimated`)."""

    output: Any
    seconds: float
    tokens_in: int
    tokens_out: int
    are_tokens_estimated: bool
    cost_eur: Decimal


def ask_service(*, service: AiService, question: Question) -> Answered:
    """Ask it once. Raises ServiceNotOpen, AiServiceRefused if it does not do that or is
    not given what it takes, ServiceClosed, ServiceQuotaReached,
    SpendCapReached; what the adapter raises, once it is counted against the health of the service."""
    _let_pass(service, question, now=timezone.now())
    with _session(service) as session:
        started = time.perf_counter()
        try:
            reply = _adapter(service, session).ask(question)
        except EcluseError as error:
            _count(service=service, seconds=time.perf_counter() - started, error=error)
            raise
        seconds = time.perf_counter() - started
    answered = _priced(service, question, reply, seconds)
    _count(service=service, seconds=seconds, answered=answered)
    return answered


def check_service(*, service: AiService) -> None:
    """Whether it answers, for the least it may cost; its health says so from now on. Raises what it met."""
    with _session(service) as session:
        try:
            _adapter(service, session).check()
        except EcluseError as error:
            _note_health(service=service, error=error)
            raise
    _note_health(service=service, error=None)


def _let_pass(service: AiService, question: Question, *, now: datetime) -> None:
    subject = f"inference.aiservice:{service.pk}"
    if not service.is_open:
        raise ServiceNotOpen(_("“%(name)s” is not open: it may not be asked.") % {"name": service}, subject=subject)
    if question.capability not in service.capabilities:
        raise AiServiceRefused(_("“%(name)s” does not do that.") % {"name": service}, subject=subject)
    if fault := fault_of(question):
        raise AiServiceRefused(_("It cannot be asked: %(fault)s.") % {"fault": fault}, subject=subject)
    breaker = Breaker(failures=service.failures, reopens_at=service.reopens_at)
    if service.reopens_at is not None and breaker.is_closed(now=now):
        message = _("“%(name)s” kept failing: it is left alone for a while.") % {"name": service}
        raise ServiceClosed(message, subject=subject, retry_after=(service.reopens_at - now).total_seconds())
    spent, cap = service.spent_in(timezone.localdate(now)), service.monthly_cap_eur
    # What this request will cost is not known: the last one may pass the cap, by the price of one request.
    if spent >= cap and service.prices.exists():
        message = _("%(spent)s € were spent on “%(name)s” this month: it may not cost more than %(cap)s €.")
        told = {"spent": format_number(float(spent), 2), "name": service, "cap": format_number(float(cap), 2)}
        raise SpendCapReached(message % told, subject=subject)
    asked: int = cache.count(f"inference:ai-service:{service.pk}", 1, timeout=MINUTE_S)  # type: ignore[attr-defined]  # ours
    if asked > service.requests_per_minute:
        message = _("“%(name)s” may be asked %(count)s times a minute: wait for the next one.")
        told = {"name": service, "count": format_number(service.requests_per_minute)}
        raise ServiceQuotaReached(message % told, subject=subject, retry_after=float(MINUTE_S))


def _session(service: AiService) -> GuardedSession:
    session = guarded_session(total=float(service.timeout_s), tries=1)
    if service.api_key and service.kind != ServiceKind.OWN:
        session.authorise(service.url, headers={"Authorization": f"Bearer {service.api_key.reveal()}"})
    return session


def _adapter(service: AiService, session: GuardedSession) -> Adapter:
    return ADAPTERS[service.kind](service, session)


def _priced(service: AiService, question: Question, reply: Reply, seconds: float) -> Answered:
    is_estimated = reply.tokens_in is None or reply.tokens_out is None
    sent = orjson.dumps(question.given).decode() + str(question.options.get("instructions", ""))
    received = reply.output if isinstance(reply.output, str) else orjson.dumps(reply.output).decode()
    tokens_in = tokens_in_text(sent) if reply.tokens_in is None else reply.tokens_in
    tokens_out = tokens_in_text(received) if reply.tokens_out is None else reply.tokens_out
    prices = prices_on(service.prices.all(), timezone.localdate())
    return Answered(
        output=reply.output,
        seconds=seconds,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        are_tokens_estimated=is_estimated,
        cost_eur=cost_of(prices, tokens_in=tokens_in, tokens_out=tokens_out),
    )


@transaction.atomic
def _count(
    *, service: AiService, seconds: float, answered: Answered | None = None, error: EcluseError | None = None
) -> None:
    """Add this request to its day, whoever adds at the same time."""
    day = {"service": service, "asked_on": timezone.localdate()}
    ServiceDay.objects.bulk_create([ServiceDay(**day)], ignore_conflicts=True)
    ServiceDay.objects.filter(**day).update(
        requests=F("requests") + 1,
        errors=F("errors") + int(error is not None),
        tokens_in=F("tokens_in") + (answered.tokens_in if answered else 0),
        tokens_out=F("tokens_out") + (answered.tokens_out if answered else 0),
        cost_eur=F("cost_eur") + (answered.cost_eur if answered else Decimal()),
        seconds=F("seconds") + seconds,
    )
    _note_health(service=service, error=error)


@transaction.atomic
def _note_health(*, service: AiService, error: EcluseError | None) -> None:
    """What this try says of the service. What we asked wrongly says nothing against it."""
    now = timezone.now()
    held: AiService = AiService.objects.select_for_update().get(pk=service.pk)
    if error is None or isinstance(error, (TemporaryFailure, PermanentFailure)):
        before = Breaker(failures=held.failures, reopens_at=held.reopens_at)
        after = before.after(is_well=error is None, now=now)
        held.failures, held.reopens_at = after.failures, after.reopens_at
        held.last_error = error.code if error else ""
    held.checked_at = now
    held.save(update_fields=["failures", "reopens_at", "last_error", "checked_at"])
    service.failures, service.reopens_at = held.failures, held.reopens_at
