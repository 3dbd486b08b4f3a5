"""What changes between two versions of the tables of a dataset, as a plan that people read before it is carried out.

First what only adds (expand), then what fills or converts values (backfill), then what narrows or removes (contract):
in this order, whoever reads the old shape goes on until the last step. A value that does not convert sets its row
aside; it is never made to disappear silently.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.datasets.enums import ColumnType
from apps.datasets.merise.constraints import type_of
from apps.datasets.merise.domains import read_value
from apps.datasets.schema import ColumnSchema, DatasetSchema, EntitySchema


class ChangeKind(StrEnum):
    EXPAND = "expand"
    BACKFILL = "backfill"
    CONTRACT = "contract"


class Subject(StrEnum):
    """What it is that changes."""

    TABLE_ADDED = "table_added"
    TABLE_REMOVED = "table_removed"
    TABLE_RENAMED = "table_renamed"
    COLUMN_ADDED = "column_added"
    COLUMN_REMOVED = "column_removed"
    COLUMN_RENAMED = "column_renamed"
    TYPE_CHANGED = "type_changed"
    REQUIRED_ADDED = "required_added"
    REQUIRED_DROPPED = "required_dropped"
    DOMAIN_NARROWED = "domain_narrowed"
    DOMAIN_WIDENED = "domain_widened"
    KEY_CHANGED = "key_changed"
    UNIQUE_ADDED = "unique_added"
    UNIQUE_DROPPED = "unique_dropped"
    FOREIGN_KEY_ADDED = "foreign_key_added"
    FOREIGN_KEY_DROPPED = "foreign_key_dropped"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One step. `entity` and `columns` have their names of after, or of before for what is removed.

    `may_lose`: values are there no more, or less precise. `may_reject`: rows that do not fit are set aside.
    """

    kind: ChangeKind
    subject: Subject
    entity: str
    columns: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    may_lose: bool = False
    may_reject: bool = False


@dataclass(frozen=True, kw_only=True)
class Renames:
    """What has another name and is otherwise the same: tables, then columns by the name that their table had."""

    entities: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)


ORDER = list(ChangeKind)


def changes(before: DatasetSchema, after: DatasetSchema, *, renames: Renames | None = None) -> tuple[Change, ...]:
    """The plan from one to the other, in the order in which it is carried out.

    Nothing is guessed: what has another name and is not among `renames` is removed and added. Raises ValueError if one
    of them names what is not there.
    """
    renames = renames or Renames()
    _check(before, after, renames)
    found: list[Change] = []
    kept: set[str] = set()
    for old in before.entities:
        name = renames.entities.get(old.name, old.name)
        if name not in after.names:
            found.append(_change(ChangeKind.CONTRACT, Subject.TABLE_REMOVED, old.name, may_lose=True))
            continue
        kept.add(name)
        found += _changes_of_table(_renamed(old, renames), after.entity(name), old, renames)
    found += [
        _change(ChangeKind.EXPAND, Subject.TABLE_ADDED, new.name) for new in after.entities if new.name not in kept
    ]
    return tuple(sorted(found, key=lambda change: ORDER.index(change.kind)))


def tell(change: Change) -> str:
    """This change in a sentence, with what it may cost."""
    is_without_key = change.subject == Subject.KEY_CHANGED and not change.columns
    sentence = _(KEY_DROPPED if is_without_key else SENTENCES[change.subject]) % {
        "entity": change.entity,
        "columns": ", ".join(change.columns),
        "before": change.before,
        "after": change.after,
    }
    if change.may_lose:
        sentence += " " + (_("Values may be less precise.") if change.after else _("Its values are no longer there."))
    if change.may_reject:
        sentence += " " + _("Rows that do not fit are set aside.")
    return sentence


SENTENCES = {
    Subject.TABLE_ADDED: gettext_noop("Table “%(entity)s” is added."),
    Subject.TABLE_REMOVED: gettext_noop("Table “%(entity)s” is removed."),
    Subject.TABLE_RENAMED: gettext_noop("Table “%(before)s” is called “%(after)s”."),
    Subject.COLUMN_ADDED: gettext_noop("Column “%(columns)s” is added to “%(entity)s”."),
    Subject.COLUMN_REMOVED: gettext_noop("Column “%(columns)s” is removed from “%(entity)s”."),
    Subject.COLUMN_RENAMED: gettext_noop("Column “%(before)s” of “%(entity)s” is called “%(after)s”."),
    Subject.TYPE_CHANGED: gettext_noop(
        "Column “%(columns)s” of “%(entity)s” changes its type, from %(before)s to %(after)s."
    ),
    Subject.REQUIRED_ADDED: gettext_noop("Column “%(columns)s” of “%(entity)s” must be filled."),
    Subject.REQUIRED_DROPPED: gettext_noop("Column “%(columns)s” of “%(entity)s” may be left empty."),
    Subject.DOMAIN_NARROWED: gettext_noop("Column “%(columns)s” of “%(entity)s” takes fewer values."),
    Subject.DOMAIN_WIDENED: gettext_noop("Column “%(columns)s” of “%(entity)s” takes more values."),
    Subject.KEY_CHANGED: gettext_noop("The key of “%(entity)s” is now: %(columns)s."),
    Subject.UNIQUE_ADDED: gettext_noop("In “%(entity)s”, no two rows have the same: %(columns)s."),
    Subject.UNIQUE_DROPPED: gettext_noop("In “%(entity)s”, several rows may have the same: %(columns)s."),
    Subject.FOREIGN_KEY_ADDED: gettext_noop("In “%(entity)s”, each value of %(columns)s must be in “%(after)s”."),
    Subject.FOREIGN_KEY_DROPPED: gettext_noop("In “%(entity)s”, %(columns)s no longer refers to “%(before)s”."),
}

KEY_DROPPED = gettext_noop("“%(entity)s” has no key any more.")


def _change(kind: ChangeKind, subject: Subject, entity: str, **said: object) -> Change:
    return replace(Change(kind=kind, subject=subject, entity=entity), **said)  # type: ignore[arg-type] # fields of Change, by name


def _check(before: DatasetSchema, after: DatasetSchema, renames: Renames) -> None:
    for old, new in renames.entities.items():
        if old not in before.names or new not in after.names:
            raise ValueError(f"No table {old} before, or {new} after.")
    for (table, old), new in renames.columns.items():
        name = renames.entities.get(table, table)
        known = table in before.names and name in after.names
        if not known or old not in before.entity(table).names or new not in after.entity(name).names:
            raise ValueError(f"No column {old} of {table} before, or {new} after.")


def _renamed(old: EntitySchema, renames: Renames) -> EntitySchema:
    """The table of before under its names of after, so that what is left to compare is what really changes."""

    def name_of(column: str, entity: str = old.name) -> str:
        return renames.columns.get((entity, column), column)

    return replace(
        old,
        name=renames.entities.get(old.name, old.name),
        columns=tuple(replace(column, name=name_of(column.name)) for column in old.columns),
        foreign_keys=tuple(
            replace(
                each,
                columns=tuple(map(name_of, each.columns)),
                entity=renames.entities.get(each.entity, each.entity),
                references=tuple(name_of(column, each.entity) for column in each.references),
            )
            for each in old.foreign_keys
        ),
        uniques=tuple(tuple(map(name_of, names)) for names in old.uniques),
    )


def _changes_of_table(
    old: EntitySchema, new: EntitySchema, written: EntitySchema, renames: Renames
) -> Iterator[Change]:
    if written.name != new.name:
        yield _change(ChangeKind.CONTRACT, Subject.TABLE_RENAMED, new.name, before=written.name, after=new.name)
    for column in written.columns:
        name = renames.columns.get((written.name, column.name), column.name)
        said = {"columns": (name,)}
        if name != column.name:
            renamed = said | {"before": column.name, "after": name}
            yield _change(ChangeKind.CONTRACT, Subject.COLUMN_RENAMED, new.name, **renamed)
        if name not in new.names:
            yield _change(ChangeKind.CONTRACT, Subject.COLUMN_REMOVED, new.name, **said, may_lose=True)
        else:
            yield from _changes_of_column(old.column(name), new.column(name), new.name)
    for added in new.columns:
        if added.name not in old.names:
            kind = ChangeKind.BACKFILL if added.must_be_filled else ChangeKind.EXPAND
            said = {"columns": (added.name,)}
            yield _change(kind, Subject.COLUMN_ADDED, new.name, **said, may_reject=added.must_be_filled)
    yield from _changes_of_constraints(old, new)


def _changes_of_column(old: ColumnSchema, new: ColumnSchema, entity: str) -> Iterator[Change]:
    said = {"columns": (new.name,)}
    if type_of(old) != type_of(new):
        kind, may_lose, may_reject = _conversion(old, new)
        types = {"before": type_of(old), "after": type_of(new)}
        yield _change(kind, Subject.TYPE_CHANGED, entity, **said, **types, may_lose=may_lose, may_reject=may_reject)
    if new.must_be_filled and not old.must_be_filled:
        yield _change(ChangeKind.CONTRACT, Subject.REQUIRED_ADDED, entity, **said, may_reject=True)
    if old.must_be_filled and not new.must_be_filled:
        yield _change(ChangeKind.EXPAND, Subject.REQUIRED_DROPPED, entity, **said)
    if _domain(old) != _domain(new):
        if _is_narrower(old, new):
            yield _change(ChangeKind.CONTRACT, Subject.DOMAIN_NARROWED, entity, **said, may_reject=True)
        else:
            yield _change(ChangeKind.EXPAND, Subject.DOMAIN_WIDENED, entity, **said)


def _changes_of_constraints(old: EntitySchema, new: EntitySchema) -> Iterator[Change]:
    if old.key != new.key:
        is_dropped = not new.key
        kind = ChangeKind.EXPAND if is_dropped else ChangeKind.CONTRACT
        yield _change(kind, Subject.KEY_CHANGED, new.name, columns=new.key, may_reject=not is_dropped)
    before, after = _uniques(old), _uniques(new)
    for columns in sorted(after - before):
        yield _change(ChangeKind.CONTRACT, Subject.UNIQUE_ADDED, new.name, columns=columns, may_reject=True)
    for columns in sorted(before - after):
        if set(columns) <= set(new.names):
            yield _change(ChangeKind.EXPAND, Subject.UNIQUE_DROPPED, new.name, columns=columns)
    links = {(each.columns, each.entity, each.references) for each in old.foreign_keys}
    wanted = {(each.columns, each.entity, each.references) for each in new.foreign_keys}
    for columns, entity, _references in sorted(wanted - links):
        said = {"columns": columns, "after": entity, "may_reject": True}
        yield _change(ChangeKind.CONTRACT, Subject.FOREIGN_KEY_ADDED, new.name, **said)
    for columns, entity, _references in sorted(links - wanted):
        if set(columns) <= set(new.names):
            yield _change(ChangeKind.EXPAND, Subject.FOREIGN_KEY_DROPPED, new.name, columns=columns, before=entity)


def _uniques(table: EntitySchema) -> set[tuple[str, ...]]:
    return {(column.name,) for column in table.columns if column.is_unique} | set(table.uniques)


def _domain(column: ColumnSchema) -> tuple[str, str, frozenset[str], str]:
    return column.minimum, column.maximum, frozenset(column.choices), column.pattern


def _is_narrower(old: ColumnSchema, new: ColumnSchema) -> bool:
    """Whether a value that could be there may no longer be."""
    if new.pattern and new.pattern != old.pattern:
        return True
    if new.choices and not (old.choices and set(old.choices) <= set(new.choices)):
        return True
    if old.type != new.type:
        return bool(new.minimum or new.maximum)
    rises = new.minimum and (not old.minimum or read_value(new.minimum, new) > read_value(old.minimum, old))  # type: ignore[operator] # of one type
    falls = new.maximum and (not old.maximum or read_value(new.maximum, new) < read_value(old.maximum, old))  # type: ignore[operator] # of one type
    return bool(rises or falls)


# Between types: what may be lost, then whether a value may not convert. Others may not convert.
CONVERSIONS = {
    (ColumnType.INTEGER, ColumnType.FLOAT): (True, False),  # beyond 2^53
    (ColumnType.DECIMAL, ColumnType.FLOAT): (True, False),
    (ColumnType.FLOAT, ColumnType.DECIMAL): (True, True),
    (ColumnType.BOOLEAN, ColumnType.INTEGER): (False, False),
    (ColumnType.DATE, ColumnType.DATETIME): (False, False),
    (ColumnType.DATETIME, ColumnType.DATE): (True, False),
}
BIGINT_DIGITS = 19


def _conversion(old: ColumnSchema, new: ColumnSchema) -> tuple[ChangeKind, bool, bool]:
    """Of which kind the change of a type is, whether it may lose, whether it may reject."""
    match old.type, new.type:
        case ColumnType.TEXT, ColumnType.TEXT:
            is_shorter = bool(new.max_length) and not 0 < old.max_length <= new.max_length
            return (ChangeKind.CONTRACT, False, True) if is_shorter else (ChangeKind.EXPAND, False, False)
        case ColumnType.DECIMAL, ColumnType.DECIMAL:
            loses = new.decimals < old.decimals
            rejects = new.digits - new.decimals < old.digits - old.decimals
            return (ChangeKind.CONTRACT if loses or rejects else ChangeKind.EXPAND), loses, rejects
        case _any, ColumnType.TEXT:
            return ChangeKind.BACKFILL, False, bool(new.max_length)
        case ColumnType.INTEGER, ColumnType.DECIMAL:
            return ChangeKind.BACKFILL, False, new.digits - new.decimals < BIGINT_DIGITS
    may_lose, may_reject = CONVERSIONS.get((old.type, new.type), (False, True))
    return ChangeKind.BACKFILL, may_lose, may_reject
