from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="ForeignKey")



@_attrs_define
class ForeignKey:
    

    name: str
    """ What it is called in “expand”. """
    label: str
    """ What people call it. """
    columns: list[str]
    """ The columns that refer. """
    entity: str
    """ The entity that they refer to. """
    references: list[str]
    """ The columns of its key. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        name = self.name

        label = self.label

        columns = self.columns



        entity = self.entity

        references = self.references




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "label": label,
            "columns": columns,
            "entity": entity,
            "references": references,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        label = d.pop("label")

        columns = cast(list[str], d.pop("columns"))


        entity = d.pop("entity")

        references = cast(list[str], d.pop("references"))


        foreign_key = cls(
            name=name,
            label=label,
            columns=columns,
            entity=entity,
            references=references,
        )


        foreign_key.additional_properties = d
        return foreign_key

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
