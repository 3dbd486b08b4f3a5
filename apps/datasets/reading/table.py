"""What one person may read of one version.

Filtering or sorting on a column tells as much as reading it: everything that names a column asks here first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from apps.core.interface import Viewer
from apps.datasets.enums import ColumnType, Confidentiality, Mask
from apps.datasets.models import Version, VersionTable
from apps.datasets.reading.masks import as_masked, can_mask, mask_pads, masked
from apps.datasets.reading.sql import Dialect
from apps.datasets.schema import ROW_ID, ColumnSchema, EntitySchema, ForeignKey

# The schema of the database where the tables of the datasets are.
DATABASE_SCHEMA = "data"
ID = ColumnSchema(name=ROW_ID, type=ColumnType.INTEGER, is_key=True)


@dataclass(frozen=True)
class Sights:
    """What a reader who reads as far as `level` sees of an entity in a version: which columns are masked, which hidden;
    and whether all that is shown as it is, is so to anyone who reads the dataset.
    """

    masks: Mapping[str, Mask]
    hidden: frozenset[str]
    is_for_anyone: bool

    @property
    def veiled(self) -> frozenset[str]:
        """What is not shown as it is."""
        return self.hidden | frozenset(self.masks)


@dataclass(frozen=True)
class Table:
    """The rows of an entity in a version as their reader sees them: the visible columns, in order, as they are or under
    the masks that are told by name.

    They are read from the snapshot of the version if `is_snapshot`, else from its table in the database.
    """

    stored: VersionTable
    schema: EntitySchema
    columns: tuple[ColumnSchema, ...]
    hidden: int = 0
    is_snapshot: bool = False
    is_for_anyone: bool = False
    masks: Mapping[str, Mask] = field(default_factory=dict, hash=False)
    viewer: Viewer | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, version: Version, viewer: Viewer, entity: str = "", *, is_snapshot: bool = False) -> "Table":
        """That of the main entity if it is not said. Raises VersionTable.DoesNotExist if there is no such entity.

        Whether they may see the dataset at all is for whoever loaded it (`visible_to`).
        """
        return cls.reading(version.tables.of_entity(entity).get(), version, viewer, is_snapshot=is_snapshot)

    @classmethod
    def all_of(cls, version: Version, viewer: Viewer) -> "list[Table]":
        """Those of every entity."""
        return [cls.reading(stored, version, viewer) for stored in version.tables.all()]

    @classmethod
    def reading(cls, stored: VersionTable, version: Version, viewer: Viewer, *, is_snapshot: bool = False) -> "Table":
        stored.version = version
        schema = stored.schema
        sights = sights_of(version, schema, viewer)
        shown = (column for column in schema.columns if column.name not in sights.hidden)
        return cls(
            stored=stored,
            schema=schema,
            columns=tuple(
                as_masked(column, sights.masks[column.name]) if column.name in sights.masks else column
                for column in shown
            ),
            hidden=len(sights.hidden),
            is_snapshot=is_snapshot,
            is_for_anyone=sights.is_for_anyone,
            masks=sights.masks,
            viewer=viewer,
        )

    @property
    def version(self) -> Version:
        return self.stored.version

    @property
    def rows(self) -> int:
        return self.stored.rows

    @property
    def is_whole(self) -> bool:
        """Whether every column is read as it is."""
        return not (self.hidden or self.masks)

    def seen(self, place: str, dialect: Dialect) -> str:
        """Where its reader reads from, as trusted SQL: the rows of this place, under their masks."""
        if not self.masks:
            return place
        shown = [column for column in self.schema.columns if column.name in self.by_name]
        pads = mask_pads(self.version.dataset.slug)
        return masked(place, shown, self.masks, dialect=dialect, pads=pads)

    @cached_property
    def by_name(self) -> dict[str, ColumnSchema]:
        """The columns one may ask for, the identifier of the row first."""
        return {column.name: column for column in (ID, *self.columns)}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    @property
    def sight(self) -> tuple[str, ...]:
        """What is seen, and how: answers to two readers are the same if it is."""
        return tuple(self.sight_of(name) for name in self.by_name)

    def sight_of(self, name: str) -> str:
        """The name of a column, with the mask under which it is seen: its values are then others."""
        return f"{name}:{self.masks[name]}" if name in self.masks else name

    @property
    def key(self) -> tuple[ColumnSchema, ...]:
        """The columns that identify a row together, if all of them may be read as they are; none otherwise."""
        key = tuple(self.by_name[name] for name in self.schema.key if self._is_plain(name))
        return key if len(key) == len(self.schema.key) else ()

    @cached_property
    def relations(self) -> dict[str, ForeignKey]:
        """What may be followed from these rows, by name: the foreign keys all of whose columns may be read as they are,
        and those of the keys that they refer to.
        """
        return {
            each.name: each
            for each in self.schema.foreign_keys
            if all(self._is_plain(name) for name in each.columns) and self._refers_to_what_is_plain(each)
        }

    def related(self, name: str) -> "Table":
        """What the same reader sees of the table that this relation leads to."""
        assert self.viewer is not None  # noqa: S101 -- whoever reads has said who they are
        return Table.of(self.version, self.viewer, self.relations[name].entity, is_snapshot=self.is_snapshot)

    def _is_plain(self, name: str) -> bool:
        return name in self.by_name and name not in self.masks

    def _refers_to_what_is_plain(self, relation: ForeignKey) -> bool:
        other = self.version.pinned_schema.entity(relation.entity)
        return sights_of(self.version, other, self.viewer).veiled.isdisjoint(relation.references)


def sights_of(version: Version, schema: EntitySchema, viewer: Viewer) -> Sights:
    """What this person sees of the columns of an entity: the only place that decides it."""
    asked = [(column, list(_said_of(column, version, schema.name))) for column in schema.columns]
    confidential = [(column, said) for column, said in asked if any(each.level != _ANYONE for each in said)]
    if not confidential:
        return Sights(masks={}, hidden=frozenset(), is_for_anyone=True)
    level = version.dataset.level_for(viewer) or _ANYONE
    masks = {column: mask_for(level, *said) for column, said in confidential}
    return Sights(
        masks={column.name: mask for column, mask in masks.items() if mask and can_mask(mask, column)},
        hidden=frozenset(column.name for column, mask in masks.items() if mask and not can_mask(mask, column)),
        is_for_anyone=all(masks.values()),
    )


def mask_for(level: Confidentiality, *said: ColumnSchema) -> Mask | None:
    """What a reader who reads as far as `level` sees of a column; None if it is the column as it is.

    It may have been said several times, the latest last: the strictest holds.
    """
    masks = [column.mask for column in said if not level.covers(column.level)]
    if not masks:
        return None
    return Mask.HIDDEN if Mask.HIDDEN in masks else masks[-1]


_ANYONE = Confidentiality.PUBLIC


def _said_of(column: ColumnSchema, version: Version, entity: str) -> Iterator[ColumnSchema]:
    """The column in this version, then in the current one, which may say more of what is confidential."""
    yield column
    current: Version | None = version.dataset.current_version if version.replaced_at else None
    if current and entity in current.pinned_schema.names:
        yield from (each for each in current.pinned_schema.entity(entity).columns if each.name == column.name)
