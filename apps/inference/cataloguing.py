"""Writing the catalogue of services and the needs: what people say of them, checked, with its trace."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.core.secrets import Secret
from apps.inference.adapters import ADAPTERS
from apps.inference.adapters.plain import PLACE
from apps.inference.audit_actions import AuditAction
from apps.inference.enums import Hosting, PriceUnit, ServiceKind
from apps.inference.exceptions import AiServiceRefused, BenchmarkRefused
from apps.inference.models import AiService, BenchmarkCase, Need, NeedFunction, ServicePrice


@transaction.atomic
def save_service(
    *, service: AiService, prices: Mapping[PriceUnit, Decimal | None], by: User | None, before: AiService | None = None
) -> AiService:
    """Keep what is said of a service, and its prices of today. `before` is how it was. What is asked of a model of this
    platform stays on it.

    Raises AiServiceRefused: its kind does not do what is said, its template is not JSON, or its key would be sent to
    another place than the one it was given for.
    """
    _check(service, before)
    if service.kind == ServiceKind.OWN:
        service.hosting = Hosting.HERE
    is_new = service.pk is None
    if is_new:
        service.created_by = by
    service.save()
    for unit, eur in prices.items():
        _set_price(service, unit, eur)
    action = AuditAction.AI_SERVICE_CREATED if is_new else AuditAction.AI_SERVICE_CHANGED
    record(action=action, actor=by, subject=service)
    return service


@transaction.atomic
def delete_service(*, service: AiService, by: User | None) -> None:
    """Raises AiServiceRefused if a benchmark studied it: close it instead, what was measured stays."""
    record(action=AuditAction.AI_SERVICE_DELETED, actor=by, subject=service)
    try:
        with transaction.atomic():
            service.delete()
    except ProtectedError:
        message = _("“%(name)s” was studied in a benchmark, which is kept: close it instead.") % {"name": service}
        raise AiServiceRefused(message, subject=f"inference.aiservice:{service.pk}") from None


@transaction.atomic
def save_need(*, need: Need, by: User | None) -> Need:
    is_new = need.pk is None
    if is_new:
        need.created_by = by
    need.save()
    record(action=AuditAction.NEED_CREATED if is_new else AuditAction.NEED_CHANGED, actor=by, subject=need)
    return need


@transaction.atomic
def write_functions(*, need: Need, functions: Sequence[Mapping[str, Any]], by: User | None) -> None:
    """Replace what is needed, with its cases: `{"name", "capability", "options", "cases": [{"given", "expected",
    "judge"}]}`. Benchmarks that were made keep their figures only while their cases stay: they are told apart by name
    and position, and those that are the same stay the same rows."""
    kept = []
    for position, each in enumerate(functions):
        function, _is_new = NeedFunction.objects.update_or_create(
            need=need,
            name=each["name"],
            defaults={"position": position, "capability": each["capability"], "options": each.get("options", {})},
        )
        kept.append(function.pk)
        _write_cases(function, each.get("cases", []))
    need.functions.exclude(pk__in=kept).delete()
    record(action=AuditAction.NEED_CHANGED, actor=by, subject=need)


@transaction.atomic
def delete_need(*, need: Need, by: User | None) -> None:
    """With its cases and its benchmarks. Raises BenchmarkRefused while one goes on."""
    if need.benchmarks.filter(finished_at=None).exists():
        raise BenchmarkRefused(
            _("A benchmark of this need goes on: cancel it first."), subject=f"inference.need:{need.pk}"
        )
    record(action=AuditAction.NEED_DELETED, actor=by, subject=need)
    need.delete()


def _write_cases(function: NeedFunction, cases: Sequence[Mapping[str, Any]]) -> None:
    before = {case.position: case for case in function.cases.all()}
    for position, each in enumerate(cases):
        said = {"given": each["given"], "expected": each["expected"], "judge": each["judge"]}
        case = before.pop(position, None)
        if case is not None and said == {name: getattr(case, name) for name in said}:
            continue
        if case is not None:  # another question: what was answered to the one before says nothing of it
            case.delete()
        BenchmarkCase.objects.create(function=function, position=position, **said)
    for case in before.values():
        case.delete()


def _check(service: AiService, before: AiService | None) -> None:
    subject = f"inference.aiservice:{service.pk}" if service.pk else ""
    able = {each.value for each in ADAPTERS[service.kind].capabilities}
    if unable := set(service.capabilities) - able:
        message = _("A service of this kind does not do: %(names)s.") % {"names": ", ".join(sorted(unable))}
        raise AiServiceRefused(message, subject=subject)
    if not service.capabilities:
        raise AiServiceRefused(_("Say what it does."), subject=subject)
    if service.kind == ServiceKind.HTTP:
        _check_template(service.template, subject)
    # One that was typed is a text until it is saved.
    is_key_kept = isinstance(service.api_key, Secret)
    if is_key_kept and before is not None and before.url != service.url:
        raise AiServiceRefused(
            _("Type the key again: it would be sent to another address than the one it was given for."), subject=subject
        )


def _check_template(template: str, subject: str) -> None:
    try:
        orjson.loads(template)
    except orjson.JSONDecodeError as error:
        message = _("The body of requests is not JSON: line %(line)s.") % {"line": error.lineno}
        raise AiServiceRefused(message, subject=subject) from None
    if PLACE not in template:
        raise AiServiceRefused(
            _("The body of requests says nowhere where what is asked goes: {{input}}."), subject=subject
        )


def _set_price(service: AiService, unit: PriceUnit, eur: Decimal | None) -> None:
    """From today on, if it is another than the one in force."""
    in_force = service.prices.filter(unit=unit, since_on__lte=timezone.localdate()).order_by("-since_on").first()
    if eur is None or (in_force and in_force.eur == eur):
        return
    ServicePrice.objects.update_or_create(
        service=service, unit=unit, since_on=timezone.localdate(), defaults={"eur": eur}
    )
