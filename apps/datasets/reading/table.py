"""What one person may read of one version.

Filtering or sorting on a column tells as much as reading it: everything that names a column asks here first.
"""

from dataclasses import dataclass
from functools import cached_property

from apps.core.interface import Viewer
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.models import Version
from apps.datasets.schema import ROW_ID, ColumnSchema

# The schema of the database where the tables of the datasets are.
DATABASE_SCHEMA = "data"
READ_BY_RIGHT = frozenset({PersonalData.DIRECT, PersonalData.SENSITIVE})
ID = ColumnSchema(name=ROW_ID, type=ColumnType.INTEGER, is_key=True)


@dataclass(frozen=True)
class Table:
    """A version as its reader sees it: its visible columns, in order."""

    version: Version
    columns: tuple[ColumnSchema, ...]
    hidden: int = 0

    @classmethod
    def of(cls, version: Version, viewer: Viewer) -> "Table":
        """Raises nothing: whether they may see the dataset at all is for whoever loaded it (`visible_to`)."""
        columns = version.pinned_schema.columns
        by_right = [column for column in columns if column.personal_data in READ_BY_RIGHT]
        if not by_right or viewer.has_perm("datasets.view_personal_columns"):
            return cls(version=version, columns=columns)
        visible = tuple(column for column in columns if column not in by_right)
        return cls(version=version, columns=visible, hidden=len(by_right))

    @property
    def is_for_anyone(self) -> bool:
        """Whether no column is shown by right: those are for this reader alone, not for a cache on the way."""
        return all(column.personal_data not in READ_BY_RIGHT for column in self.columns)

    @cached_property
    def by_name(self) -> dict[str, ColumnSchema]:
        """The columns one may ask for, the identifier of the row first."""
        return {column.name: column for column in (ID, *self.columns)}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)
