from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="Access")



@_attrs_define
class Access:
    

    is_well: bool
    """ Whether it can be read. """
    message: str
    """ What it answered, or what is wrong. """
    advice: str
    """ What to do about it; empty if all is well. """
    code: str
    """ The code of the error; empty if there is none. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        is_well = self.is_well

        message = self.message

        advice = self.advice

        code = self.code


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "is_well": is_well,
            "message": message,
            "advice": advice,
            "code": code,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        is_well = d.pop("is_well")

        message = d.pop("message")

        advice = d.pop("advice")

        code = d.pop("code")

        access = cls(
            is_well=is_well,
            message=message,
            advice=advice,
            code=code,
        )


        access.additional_properties = d
        return access

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
