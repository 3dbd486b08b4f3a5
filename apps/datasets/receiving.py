"""Rows that programs write: judged at once as a build would judge them, then kept until builds read them.

    programs ──▶ judged by the recipe and the entity ──▶ Receipt ──▶ each build reads them all ──▶ version

What is answered is kept: it is committed by then. What was written is never told apart from what is read: a build reads
the receipts up to a number, that it pins, and writes nothing in them; so a process may die anywhere, and no row is lost
or doubled. A program that does not know whether its request arrived sends it again under the same key.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.connectors.texts import as_text
from apps.core import lake
from apps.datasets.audit_actions import AuditAction
from apps.datasets.enums import RejectReason
from apps.datasets.exceptions import KeyReused, NotWritable, RowFault, RowsRefused
from apps.datasets.inputs import pseudonym_key, reading_others
from apps.datasets.models import Dataset, Entity, Receipt, Version
from apps.datasets.quarantine import BETWEEN, reason_label
from apps.datasets.recipes.checking import named_columns, origins_of
from apps.datasets.recipes.document import Recipe
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    from apps.datasets.engine import Reject

MAX_RECORDS = 500
LONGEST_TEXT = 100_000


def receive_rows(
    *, dataset: Dataset, entity: str, records: Sequence[Mapping[str, Any]], key: str, by: User | None
) -> tuple[Receipt, bool]:
    """Keep these records for the builds to come; whether they are new: the same request is kept once.

    Raises NotWritable if the recipe of the entity takes no record from programs, RowsRefused with all that is wrong in
    these, KeyReused if another request had this key.
    """
    digest = sha256(orjson.dumps(list(records), option=orjson.OPT_SORT_KEYS)).hexdigest()
    if before := _same(dataset, entity, key, digest):
        return before, False
    found = dataset.entities.select_related("recipe").prefetch_related("columns").filter(name=entity).first()
    written = _judged(dataset, found, records)
    with transaction.atomic():
        # One at a time, so that their numbers follow each other as they are committed.
        Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
        if before := _same(dataset, entity, key, digest):
            return before, False
        receipt: Receipt = dataset.receipts.create(
            entity=entity,
            number=dataset.receipts.last_numbers().get(entity, 0) + 1,
            key=key,
            digest=digest,
            records=written,
            count=len(written),
            received_by=by,
        )
        details = {"entity": entity, "receipt": receipt.number, "rows": receipt.count}
        record(action=AuditAction.ROWS_RECEIVED, actor=by, subject=dataset, details=details)
    return receipt, True


def fields_taken(dataset: Dataset) -> dict[str, Sequence[str]]:
    """The entities whose recipe takes rows from programs, and the fields that it reads of them."""
    taken: dict[str, Sequence[str]] = {}
    for entity in dataset.entities.select_related("recipe").exclude(recipe=None):
        recipe = Recipe.from_document(entity.recipe.document)
        if (rank := recipe.rank_of(f"received:{entity.name}")) is not None:
            taken[entity.name] = named_columns(recipe, rank)
    return taken


def _same(dataset: Dataset, entity: str, key: str, digest: str) -> Receipt | None:
    """The receipt of this very request, if it was received. Raises KeyReused."""
    before: Receipt | None = dataset.receipts.filter(entity=entity, key=key).first()
    if before and before.digest != digest:
        raise KeyReused(gettext_lazy("Another request was received under this key: choose a new one."))
    return before


def _judged(
    dataset: Dataset, entity: Entity | None, records: Sequence[Mapping[str, Any]]
) -> list[dict[str, str | None]]:
    """These records as the recipe reads them. Raises NotWritable, RowsRefused."""
    recipe = Recipe.from_document(entity.recipe.document) if entity and hasattr(entity, "recipe") else None
    rank = recipe.rank_of(f"received:{entity.name}") if entity and recipe else None
    if entity is None or recipe is None or rank is None:
        raise NotWritable(gettext_lazy("The recipe of this entity takes no row from programs."))
    known = named_columns(recipe, rank)
    if faults := [fault for row, each in enumerate(records) for fault in _unreadable(row, each, known)]:
        raise RowsRefused(faults)
    written = [{name: as_text(each.get(name)) for name in known} for each in records]
    if faults := list(_faults(dataset, recipe, rank, entity.schema, written)):
        raise RowsRefused(faults)
    return written


def _unreadable(row: int, given: Mapping[str, Any], known: Sequence[str]) -> Iterator[RowFault]:
    """What no recipe could read: names that it does not take, values that are no text, number, yes or no."""
    for name, value in given.items():
        if name not in known:
            message = _("There is no such field. There are: %(names)s.") % {"names": ", ".join(known)}
            yield RowFault(row=row, field=str(name), message=message)
        elif isinstance(value, list | dict):
            yield RowFault(row=row, field=name, message=_("Give a text, a number, true, false or null."))
        elif isinstance(value, str) and (len(value) > LONGEST_TEXT or "\0" in value):
            message = _("Write a text of at most %(most)d characters.") % {"most": LONGEST_TEXT}
            yield RowFault(row=row, field=name, message=message)


def _faults(
    dataset: Dataset, recipe: Recipe, rank: int, schema: EntitySchema, written: Sequence[Mapping[str, str | None]]
) -> Iterator[RowFault]:
    """What a build would set these rows aside for: the same engine says it, of these rows alone.

    What they refer to is looked for in the version of today.
    """
    from apps.datasets import engine

    with ExitStack() as stack:
        others = stack.enter_context(reading_others(recipe, dataset=dataset))
        inputs = [
            stack.enter_context(engine.landing(written if each == rank else (), named_columns(recipe, each)))
            for each in range(len(recipe.inputs))
        ]
        tried = engine.preview(
            recipe=recipe,
            schema=schema,
            inputs=inputs,
            others=others,
            referred=_referred(stack, schema, dataset.current_version),
            pseudonym_key=pseudonym_key(dataset.slug),
            limit=MAX_RECORDS,
        )
    origins = origins_of(recipe, rank)
    for reject in tried.rejects:
        yield from _told(reject, origins)


def _referred(stack: ExitStack, schema: EntitySchema, version: Version | None) -> dict[str, tuple[EntitySchema, Path]]:
    """The rows of the entities that this one refers to, as they are published."""
    wanted = {each.entity for each in schema.foreign_keys} - {schema.name}
    tables = version.tables.filter(entity__in=wanted).select_related("version") if version and wanted else ()
    return {each.entity: (each.schema, stack.enter_context(lake.reading(each.snapshot))) for each in tables}


def _told(reject: "Reject", origins: Mapping[str, str]) -> Iterator[RowFault]:
    """Each reason, at the field that its column was taken from."""
    for reason in reject.reasons:
        if not reason.code.is_fault:
            continue
        if reason.code == RejectReason.RULE_BROKEN:
            message = _("Breaks the rule “%(name)s”.") % {"name": reason.column}
            yield RowFault(row=reject.row - 1, message=message, code=reason.code)
            continue
        for column in reason.column.split(BETWEEN):
            field = origins.get(column, column)
            yield RowFault(row=reject.row - 1, field=field, message=reason_label(reason.code), code=reason.code)
