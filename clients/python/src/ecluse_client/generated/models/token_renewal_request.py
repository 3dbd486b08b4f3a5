from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset






T = TypeVar("T", bound="TokenRenewalRequest")



@_attrs_define
class TokenRenewalRequest:
    

    lifetime_days: int | Unset = UNSET
    """ How many days until it expires. """





    def to_dict(self) -> dict[str, Any]:
        lifetime_days = self.lifetime_days


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if lifetime_days is not UNSET:
            field_dict["lifetime_days"] = lifetime_days

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        lifetime_days = d.pop("lifetime_days", UNSET)

        token_renewal_request = cls(
            lifetime_days=lifetime_days,
        )

        return token_renewal_request

