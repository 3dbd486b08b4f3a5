from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="Segment")



@_attrs_define
class Segment:
    

    part: str
    """ The part of the source that it holds. """
    rank: int
    """ Its rank in that part, from 0. """
    rows: int
    """ How many rows it has. """
    size: int
    """ Its size, in bytes. """
    sha256: str
    """ Its digest. """
    landed_at: datetime.datetime
    """ When it landed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        part = self.part

        rank = self.rank

        rows = self.rows

        size = self.size

        sha256 = self.sha256

        landed_at = self.landed_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "part": part,
            "rank": rank,
            "rows": rows,
            "size": size,
            "sha256": sha256,
            "landed_at": landed_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        part = d.pop("part")

        rank = d.pop("rank")

        rows = d.pop("rows")

        size = d.pop("size")

        sha256 = d.pop("sha256")

        landed_at = datetime.datetime.fromisoformat(d.pop("landed_at"))




        segment = cls(
            part=part,
            rank=rank,
            rows=rows,
            size=size,
            sha256=sha256,
            landed_at=landed_at,
        )


        segment.additional_properties = d
        return segment

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
