from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset






T = TypeVar("T", bound="ExpectedRequest")



@_attrs_define
class ExpectedRequest:
    

    expected: int | Unset = UNSET
    """ The version that you saw there, 0 if none: if it is another by now, nothing is done. """





    def to_dict(self) -> dict[str, Any]:
        expected = self.expected


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if expected is not UNSET:
            field_dict["expected"] = expected

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        expected = d.pop("expected", UNSET)

        expected_request = cls(
            expected=expected,
        )

        return expected_request

