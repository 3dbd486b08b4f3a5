from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="VersionTable")



@_attrs_define
class VersionTable:
    

    entity: str
    """ The name of the entity. """
    rows: int
    """ How many rows it has. """
    size: int
    """ The size of its snapshot, in bytes. """
    sha256: str
    """ The digest of its snapshot. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        entity = self.entity

        rows = self.rows

        size = self.size

        sha256 = self.sha256


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "entity": entity,
            "rows": rows,
            "size": size,
            "sha256": sha256,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        entity = d.pop("entity")

        rows = d.pop("rows")

        size = d.pop("size")

        sha256 = d.pop("sha256")

        version_table = cls(
            entity=entity,
            rows=rows,
            size=size,
            sha256=sha256,
        )


        version_table.additional_properties = d
        return version_table

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
