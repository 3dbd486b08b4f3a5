"""The sheet of the query that a source is read with: made from the text and the plan, completed by its author, kept.

Sources of kinds that send no query have none: see `connectors.base.Queried`.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
from django.db import transaction

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.audit_actions import AuditAction
from apps.collection.connectors.base import Queried
from apps.collection.exceptions import QueryChanged
from apps.collection.models import QueryVersion, Source
from apps.collection.planning import check_config, find_connector
from apps.collection.queries import Optimisation, Plan, PlanTold, QuerySheet
from apps.collection.sealing import unseal

VERSIONS_KEPT = 50


def has_queries(kind: str) -> bool:
    return isinstance(find_connector(kind), Queried)


def make_sheet(*, source: Source, by: User | None) -> QueryVersion:
    """Ask the source for the plan of what is read today, and keep the sheet. Raises the errors of collection.

    What was written of this very query stays; of another one, the reasons that still hold are found again.
    """
    latest = source.query_versions.first()
    connector, checked = _connector_of(source)
    made = replace(connector.sheet(checked, latest.told if latest else None), timing=None)
    with transaction.atomic():
        # One at a time: what another writes of the same query meanwhile is not lost.
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        known = source.query_versions.select_for_update().filter(digest=_digest(made)).first()
        sheet = replace(known.told, plan=made.plan) if known else made
        return _keep(source=source, sheet=sheet, by=by)


@transaction.atomic
def explain_reasons(*, version: QueryVersion, purpose: str, reasons: Sequence[str], by: User | None) -> QueryVersion:
    """Write why each clause is there, in the order of the sheet."""
    held = QueryVersion.objects.select_for_update().get(pk=version.pk)
    sheet = held.told
    clauses = tuple(replace(clause, why=why) for clause, why in zip(sheet.clauses, reasons, strict=True))
    return _keep(source=held.source, sheet=replace(sheet, purpose=purpose, clauses=clauses), by=by)


def measure_query(*, version: QueryVersion, optimisation: str = "", by: User | None) -> QueryVersion:
    """Read with the query for a few seconds, and keep how long it took; nothing that is read is kept.

    With an `optimisation` that was just applied, the former measure is what it is compared with. Raises the errors of
    collection: QueryChanged if the source is no longer read with this version.
    """
    connector, checked = _connector_of(version.source)
    if _digest(connector.sheet(checked)) != version.digest:
        raise QueryChanged
    timing = connector.measure(checked)
    with transaction.atomic():
        sheet = QueryVersion.objects.select_for_update().get(pk=version.pk).told
        if optimisation:
            done = Optimisation(what=optimisation, before=sheet.timing, after=timing)
            sheet = replace(sheet, optimisations=(*sheet.optimisations, done))
        return _keep(source=version.source, sheet=replace(sheet, timing=timing), by=by)


def tell_plan(source: Source, plan: Plan | None) -> PlanTold:
    connector = find_connector(source.kind)
    return connector.tell(plan) if plan and isinstance(connector, Queried) else PlanTold()


def _connector_of(source: Source) -> tuple[Queried[Any], Any]:
    """Raises TypeError for a kind that sends no query: nobody is offered a sheet of it."""
    connector, checked = check_config(kind=source.kind, config=source.config | unseal(source.secrets))
    if not isinstance(connector, Queried):
        raise TypeError(f"A source of kind {source.kind} sends no query.")
    return connector, checked


@transaction.atomic
def _keep(*, source: Source, sheet: QuerySheet, by: User | None) -> QueryVersion:
    version, is_new = QueryVersion.objects.update_or_create(
        source=source, digest=_digest(sheet), defaults={"sheet": sheet.as_json()}
    )
    old = source.query_versions.values("pk")[VERSIONS_KEPT:]
    source.query_versions.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    details = {"version": version.digest[:8], "is_new": is_new}
    record(action=AuditAction.QUERY_SHEET_KEPT, actor=by, subject=source, details=details)
    return version


def _digest(sheet: QuerySheet) -> str:
    said = {"text": sheet.text, "parameters": sheet.parameters}
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
