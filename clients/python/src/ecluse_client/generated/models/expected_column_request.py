from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset






T = TypeVar("T", bound="ExpectedColumnRequest")



@_attrs_define
class ExpectedColumnRequest:
    

    name: str
    """ Its name, as the source writes it. """
    type_: str | Unset = UNSET
    """ What its values look like; empty: whatever. """





    def to_dict(self) -> dict[str, Any]:
        name = self.name

        type_ = self.type_


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "name": name,
        })
        if type_ is not UNSET:
            field_dict["type"] = type_

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        type_ = d.pop("type", UNSET)

        expected_column_request = cls(
            name=name,
            type_=type_,
        )

        return expected_column_request

