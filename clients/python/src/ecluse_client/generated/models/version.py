from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.version_table import VersionTable





T = TypeVar("T", bound="Version")



@_attrs_define
class Version:
    

    number: int
    """ Its number: 1, 2, 3… """
    published_at: datetime.datetime
    """ When it was published. """
    rows: int
    """ How many rows it has. """
    schema_version: int
    """ Which version of the dictionary it follows: if it changed, columns may have too. """
    size: int
    """ The size of its snapshots, in bytes. """
    tables: list[VersionTable]
    """ Its entities, the main one first. """
    note: str
    """ What its makers say of it. """
    is_current: bool
    """ Whether it is the one that is read today. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.version_table import VersionTable # noqa: PLC0415
        number = self.number

        published_at = self.published_at.isoformat()

        rows = self.rows

        schema_version = self.schema_version

        size = self.size

        tables = []
        for tables_item_data in self.tables:
            tables_item = tables_item_data.to_dict()
            tables.append(tables_item)



        note = self.note

        is_current = self.is_current


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "number": number,
            "published_at": published_at,
            "rows": rows,
            "schema_version": schema_version,
            "size": size,
            "tables": tables,
            "note": note,
            "is_current": is_current,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.version_table import VersionTable # noqa: PLC0415
        d = dict(src_dict)
        number = d.pop("number")

        published_at = datetime.datetime.fromisoformat(d.pop("published_at"))




        rows = d.pop("rows")

        schema_version = d.pop("schema_version")

        size = d.pop("size")

        tables = []
        _tables = d.pop("tables")
        for tables_item_data in (_tables):
            tables_item = VersionTable.from_dict(tables_item_data)



            tables.append(tables_item)


        note = d.pop("note")

        is_current = d.pop("is_current")

        version = cls(
            number=number,
            published_at=published_at,
            rows=rows,
            schema_version=schema_version,
            size=size,
            tables=tables,
            note=note,
            is_current=is_current,
        )


        version.additional_properties = d
        return version

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
