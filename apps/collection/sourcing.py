"""Sources as people keep them: made as drafts, changed, opened, closed, deleted; and the files that they name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import file_digest
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.audit_actions import AuditAction
from apps.collection.connectors.file.fetching import lake_name
from apps.collection.enums import SourceState
from apps.collection.exceptions import RunAlreadyActive, RunOver, SourceInUse, SourceRefused
from apps.collection.landing import delete_files_of_run
from apps.collection.models import Source, StoredFile
from apps.collection.planning import check_config
from apps.collection.requesting import cancel_run
from apps.collection.sealing import as_settings, seal, secrets_of, unseal, with_kept
from apps.core import lake

# What a person decides of a source. Its state changes by acts of its own, its kind never.
EDITABLE = (
    "name",
    "slug",
    "description",
    "config",
    "purpose",
    "legal_basis",
    "columns",
    "retention_days",
    "is_rejected_text_kept",
    "max_rejected_rows",
    "max_rejected_share",
    "mode",
    "key_columns",
    "parallel_parts",
    "max_rows",
    "max_minutes",
    "max_megabytes",
    "expected_columns",
    "on_missing_column",
    "on_new_column",
    "on_changed_type",
    "cron",
    "time_zone",
    "is_scheduled",
    "context",
    "actors",
    "technical_constraints",
    "access_conditions",
    "terms",
    "licence",
    "confidentiality",
)
COPIED_AT_ONCE = 1024 * 1024
# The address of a page has this name already.
RESERVED_SLUGS = frozenset({"nouvelle"})


@transaction.atomic
def keep_upload(*, file: "File[bytes] | BinaryIO", name: str) -> StoredFile:
    """Keep a file that someone sent, under its digest: the same one sent twice is kept once, under its last name."""
    file.seek(0)
    digest = file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # all that it needs is `readinto`
    # The row first: whoever forgets unused files at this moment waits for it, or has finished before the file is there.
    stored, _created = StoredFile.objects.update_or_create(
        digest=digest, defaults={"name": name[:255], "size": file.seek(0, 2), "stored_at": timezone.now()}
    )
    file.seek(0)
    with lake.writing(lake_name(digest)) as draft, draft.path.open("wb") as copy:
        while data := file.read(COPIED_AT_ONCE):
            copy.write(data)
    return stored


def remember_files(details: Iterable[Mapping[str, Any]]) -> list[StoredFile]:
    """The rows of the files that connectors left in the lake, made for those that are new; in a transaction."""
    return [
        # Stored now, so that whoever forgets unused files at this moment lets it be.
        StoredFile.objects.update_or_create(
            digest=found["digest"],
            defaults={"stored_at": timezone.now()},
            create_defaults={"name": str(found["name"])[:255], "size": found.get("size", 0)},
        )[0]
        for each in details
        for found in _files_in(each)
    ]


@transaction.atomic
def create_source(
    *, name: str, kind: str, config: Mapping[str, Any], by: User | None, slug: str = "", **fields: Any
) -> Source:
    """Make a draft, which whoever makes it follows. `fields` are others of EDITABLE.

    Raises SourceRefused, which says what is not valid.
    """
    source = Source(kind=kind, created_by=by, name=name, slug=slug or _free_slug(name))
    _set(source, {"config": config, **fields})
    if by:
        source.followers.add(by)
    record(action=AuditAction.SOURCE_CREATED, actor=by, subject=source, details={"kind": kind})
    return source


@transaction.atomic
def change_source(*, source: Source, changes: Mapping[str, Any], by: User | None) -> Source:
    """Change some of the fields of EDITABLE. A run that goes on ends with what it began with. Raises SourceRefused."""
    held: Source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    before = {name: getattr(held, name) for name in changes if name in EDITABLE}
    secrets_before = held.secrets
    _set(held, changes)
    changed = sorted(name for name, value in before.items() if getattr(held, name) != value)
    if held.secrets is not secrets_before and (held.secrets or secrets_before):
        changed = sorted({*changed, "secrets"})
    if changed:
        record(action=AuditAction.SOURCE_CHANGED, actor=by, subject=held, details={"fields": changed})
    return held


@transaction.atomic
def open_source(*, source: Source, by: User | None) -> Source:
    """Let a source be collected. Raises SourceRefused unless it says what the data is for and by what right."""
    held: Source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    if held.is_open:
        return held
    held.state = SourceState.OPEN
    _save(held)
    record(
        action=AuditAction.SOURCE_OPENED,
        actor=by,
        subject=held,
        details={"purpose": held.purpose, "legal_basis": held.legal_basis},
    )
    return held


@transaction.atomic
def close_source(*, source: Source, by: User | None) -> Source:
    """Collect it no more: what goes on is stopped too. What was collected stays, until its retention ends."""
    held: Source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    if not held.is_open:
        return held
    held.state = SourceState.CLOSED
    held.save(update_fields=["state", "updated_at"])
    if run := held.active_run():
        with suppress(RunOver):  # it ended by itself in between
            cancel_run(run=run, by=by)
    record(action=AuditAction.SOURCE_CLOSED, actor=by, subject=held)
    return held


@transaction.atomic
def delete_source(*, source: Source, by: User | None) -> None:
    """Delete a source with all that it collected, unless another just did.

    Raises SourceInUse, or RunAlreadyActive while it is collected.
    """
    held: Source | None = Source.objects.select_for_update().filter(pk=source.pk).first()
    if held is None:
        return
    subject = f"collection.source:{held.pk}"
    if held.active_run():
        raise RunAlreadyActive(_("This source is being collected: stop its run first."), subject=subject)
    runs = list(held.runs.values_list("pk", flat=True))
    record(action=AuditAction.SOURCE_DELETED, actor=by, subject=held, details={"runs": len(runs)})
    try:
        with transaction.atomic():
            held.runs.only("pk").delete()  # a plan may be of megabytes, and runs many
            held.delete()
    except ProtectedError:
        raise SourceInUse(
            _("A dataset reads this source: change or delete the dataset first."), subject=subject
        ) from None
    # Files go once nothing names them; if this process dies in between, `forget_old_runs` finds them.
    for run in runs:
        transaction.on_commit(partial(delete_files_of_run, run))


def _set(source: Source, changes: Mapping[str, Any]) -> None:
    """Set these fields. Among the settings, secrets that are not given stay as they are; `None` removes one."""
    if unknown := sorted(set(changes) - set(EDITABLE)):
        raise TypeError(f"Nobody changes these by hand: {', '.join(unknown)}")
    given = dict(changes)
    config = given.pop("config", source.config)
    for name, value in given.items():
        setattr(source, name, list(value) if isinstance(value, tuple) else value)
    config = with_kept(before=source.config, after=config, kept=unseal(source.secrets))
    _connector, checked = check_config(kind=source.kind, config={k: v for k, v in config.items() if v is not None})
    source.config, secrets = as_settings(checked), secrets_of(checked)
    if secrets != unseal(source.secrets):
        source.secrets = seal(secrets)
    if source.key_columns and source.columns and (left := set(source.key_columns) - set(source.columns)):
        message = _("These columns identify a record, and are not collected: %(columns)s.")
        said = message % {"columns": ", ".join(sorted(left))}
        raise SourceRefused(said, fields={"key_columns": said})
    _save(source)
    source.files.set(_named_files(source.config))


def _save(source: Source) -> None:
    if source.slug in RESERVED_SLUGS:
        message = _("This identifier is taken by a page: choose another.")
        raise SourceRefused(message, fields={"slug": message})
    _check(source)
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError:
        _check(source)  # its name was taken while this one was checked, by a second click most often
        raise


def _check(source: Source) -> None:
    try:
        source.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        raise SourceRefused(" ".join(fields.values()), fields=fields) from None


def _named_files(config: Any) -> Sequence[StoredFile]:
    digests = [found["digest"] for found in _files_in(config)]
    files = list(StoredFile.objects.filter(digest__in=digests))
    if len(files) < len(set(digests)):
        message = _("This file is no longer kept here: send it again.")
        raise SourceRefused(message, fields={"config": message})
    return files


def _files_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Wherever settings or parts name a file of the lake, they do it by its `digest`, with its `name` and `size`."""
    if isinstance(value, Mapping):
        if "digest" in value:
            yield value
        for each in value.values():
            yield from _files_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _files_in(each)


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:50] or "source"
    taken = {*RESERVED_SLUGS, *Source.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)}
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)
