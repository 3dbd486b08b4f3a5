from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.column_confidentiality import ColumnConfidentiality
from ..models.personal_data import PersonalData
from ..models.type_ import Type






T = TypeVar("T", bound="Column")



@_attrs_define
class Column:
    

    name: str
    """ Its name, in rows and in filters. """
    label: str
    """ What people call it. """
    description: str
    """ What it means. """
    type_: Type
    unit: str
    """ What it is measured in; empty if nothing. """
    is_key: bool
    """ Whether it identifies a row, with the other key columns. """
    is_required: bool
    """ Whether every row has a value there. """
    is_unique: bool
    """ Whether no two rows share a value. """
    personal_data: PersonalData
    confidentiality: ColumnConfidentiality
    mask: str
    """ Under which mask you read it; empty if as it is. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        name = self.name

        label = self.label

        description = self.description

        type_ = self.type_.value

        unit = self.unit

        is_key = self.is_key

        is_required = self.is_required

        is_unique = self.is_unique

        personal_data = self.personal_data.value

        confidentiality = self.confidentiality.value

        mask = self.mask


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "label": label,
            "description": description,
            "type": type_,
            "unit": unit,
            "is_key": is_key,
            "is_required": is_required,
            "is_unique": is_unique,
            "personal_data": personal_data,
            "confidentiality": confidentiality,
            "mask": mask,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        label = d.pop("label")

        description = d.pop("description")

        type_ = Type(d.pop("type"))




        unit = d.pop("unit")

        is_key = d.pop("is_key")

        is_required = d.pop("is_required")

        is_unique = d.pop("is_unique")

        personal_data = PersonalData(d.pop("personal_data"))




        confidentiality = ColumnConfidentiality(d.pop("confidentiality"))




        mask = d.pop("mask")

        column = cls(
            name=name,
            label=label,
            description=description,
            type_=type_,
            unit=unit,
            is_key=is_key,
            is_required=is_required,
            is_unique=is_unique,
            personal_data=personal_data,
            confidentiality=confidentiality,
            mask=mask,
        )


        column.additional_properties = d
        return column

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
