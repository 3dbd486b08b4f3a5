"""Release notes: what the makers of a version say of it, before it is published or after, and what to begin from.

A note is read by whoever sees the dataset. So what is proposed is what a reader without any right of their own would
find: it names no column that somebody may not read.
"""

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.core.errors import EcluseError
from apps.core.gates import Check
from apps.core.numbers import format_number
from apps.datasets.audit_actions import AuditAction
from apps.datasets.differing import Difference, difference
from apps.datasets.enums import ColumnType
from apps.datasets.models import Build, Version
from apps.datasets.reading import Table
from apps.datasets.telling import verdict_of

LONGEST_NOTE = 4_000


@transaction.atomic
def write_note(*, build: Build, note: str, by: User | None) -> Build:
    """Say this of the version that a build publishes, or published. Empty text takes the note away."""
    held: Build = Build.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=build.pk)
    held.note = note.strip()
    held.save(update_fields=["note"])
    Version.objects.filter(build=held).update(note=held.note)
    record(action=AuditAction.VERSION_NOTED, actor=by, subject=held.dataset, details={"build": held.pk})
    return held


def proposed_note(version: Version) -> str:
    """What changed since the version before, a line for each thing, in the language of the moment.

    It compares the rows: seconds, for large tables. Of those that cannot be compared, it says how many there are.
    """
    if version.build.restores:
        return _("The rows of version %(number)s, published again.") % {"number": version.build.restores.number}
    if version.parent is None:
        return "\n".join(_all_rows(table) for table in Table.all_of(version, AnonymousUser()))
    version.parent.dataset = version.dataset
    before, after = (Table.all_of(each, AnonymousUser()) for each in (version.parent, version))
    lines = [*structure_changes(before, after), *_row_changes(before, after), *_check_changes(version.parent, version)]
    return "\n".join(lines) or _("The same rows as version %(number)s.") % {"number": version.parent.number}


def structure_changes(before: Sequence[Table], after: Sequence[Table]) -> list[str]:
    """What became of tables and of columns, of those that their reader may see."""
    old, new = ({table.schema.name: table for table in tables} for tables in (before, after))
    lines = [_("New table: %(name)s.") % {"name": new[name].schema.title} for name in new if name not in old]
    lines += [_("Table removed: %(name)s.") % {"name": old[name].schema.title} for name in old if name not in new]
    for name in new:
        if name in old:
            lines += _column_changes(old[name], new[name], table=new[name].schema.title if len(after) > 1 else "")
    return lines


def _column_changes(before: Table, after: Table, *, table: str) -> Iterator[str]:
    old, new = before.by_name, after.by_name
    for name in [*new, *(name for name in old if name not in new)]:
        column = new.get(name) or old[name]
        told = {"name": _in_table(column.title, table)}
        if name not in old:
            yield _("New column: %(name)s.") % told
        elif name not in new:
            yield _("Column removed: %(name)s.") % told
        elif old[name].type != new[name].type:
            types = {"old": ColumnType(old[name].type).label, "new": ColumnType(new[name].type).label}
            yield _("Column changed: %(name)s, %(old)s before, %(new)s now.") % (told | types)


def _row_changes(before: Sequence[Table], after: Sequence[Table]) -> Iterator[str]:
    old = {table.schema.name: table for table in before}
    for table in after:
        if table.schema.name not in old:
            continue
        try:
            found = difference(old[table.schema.name], table, shown=0)
        except EcluseError:  # it takes too long, or the file is no longer kept
            yield _all_rows(table)
            continue
        if not found.is_empty:
            yield f"{_in_table(_counted(found), table.schema.title if len(after) > 1 else '')}."


def _counted(found: Difference) -> str:
    counts = [
        ngettext("%(count)s row added", "%(count)s rows added", found.added) % {"count": format_number(found.added)},
        ngettext("%(count)s removed", "%(count)s removed", found.removed) % {"count": format_number(found.removed)},
    ]
    if found.changed:
        counts.append(
            ngettext("%(count)s changed", "%(count)s changed", found.changed) % {"count": format_number(found.changed)}
        )
    return ", ".join(counts)


def _check_changes(before: Version, after: Version) -> Iterator[str]:
    """The checks at the gate that hold in one of the versions, and not in the other."""
    held_before = {_identity(check): check.passed for check in _checks(before)}
    for check in _checks(after):
        if held_before.get(_identity(check), check.passed) == check.passed:
            continue
        told = {"name": _in_table(check.name, check.subject)}
        yield _("Holds again: %(name)s.") % told if check.passed else _("No longer holds: %(name)s.") % told


def _checks(version: Version) -> Sequence[Check]:
    verdict = verdict_of(version.build)
    return verdict.checks if verdict else ()


def _identity(check: Check) -> tuple[str, str, str]:
    return check.subject, check.name, check.label


def _all_rows(table: Table) -> str:
    count = ngettext("%(count)s row", "%(count)s rows", table.rows) % {"count": format_number(table.rows)}
    return _("%(name)s: %(count)s.") % {"name": table.schema.title, "count": count}


def _in_table(said: str, table: str) -> str:
    return _("%(said)s (%(table)s)") % {"table": table, "said": said} if table else said
