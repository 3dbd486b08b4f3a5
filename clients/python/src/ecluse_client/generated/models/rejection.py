from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.reason import Reason
from typing import cast

if TYPE_CHECKING:
  from ..models.rejection_details import RejectionDetails





T = TypeVar("T", bound="Rejection")



@_attrs_define
class Rejection:
    

    part: str
    """ The part of the source that it is in. """
    record: int
    """ Its rank in that part, from 1. """
    reason: Reason
    said: str
    """ Why, in a sentence. """
    details: RejectionDetails
    """ What the sentence is made of. """
    text: str
    """ The record as the source wrote it, where the source lets it be kept. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.rejection_details import RejectionDetails # noqa: PLC0415
        part = self.part

        record = self.record

        reason = self.reason.value

        said = self.said

        details = self.details.to_dict()

        text = self.text


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "part": part,
            "record": record,
            "reason": reason,
            "said": said,
            "details": details,
            "text": text,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rejection_details import RejectionDetails # noqa: PLC0415
        d = dict(src_dict)
        part = d.pop("part")

        record = d.pop("record")

        reason = Reason(d.pop("reason"))




        said = d.pop("said")

        details = RejectionDetails.from_dict(d.pop("details"))




        text = d.pop("text")

        rejection = cls(
            part=part,
            record=record,
            reason=reason,
            said=said,
            details=details,
            text=text,
        )


        rejection.additional_properties = d
        return rejection

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
