from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.slot import Slot
from ..types import UNSET, Unset






T = TypeVar("T", bound="DeploymentRequestRequest")



@_attrs_define
class DeploymentRequestRequest:
    

    slot: Slot
    expected: int | Unset = UNSET
    """ The version that you saw there, 0 if none: if it is another by now, nothing is done. """





    def to_dict(self) -> dict[str, Any]:
        slot = self.slot.value

        expected = self.expected


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "slot": slot,
        })
        if expected is not UNSET:
            field_dict["expected"] = expected

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        slot = Slot(d.pop("slot"))




        expected = d.pop("expected", UNSET)

        deployment_request_request = cls(
            slot=slot,
            expected=expected,
        )

        return deployment_request_request

