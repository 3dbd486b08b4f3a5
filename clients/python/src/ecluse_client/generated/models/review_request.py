from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.review_decision import ReviewDecision
from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="ReviewRequest")



@_attrs_define
class ReviewRequest:
    

    decision: ReviewDecision
    answer: str | Unset = ''
    """ The class to learn; by default what the opinion says. """
    value: float | None | Unset = UNSET
    """ The number to learn; by default what the opinion says. """
    reason: str | Unset = ''
    """ Why it is refused. """





    def to_dict(self) -> dict[str, Any]:
        decision = self.decision.value

        answer = self.answer

        value: float | None | Unset
        if isinstance(self.value, Unset):
            value = UNSET
        else:
            value = self.value

        reason = self.reason


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "decision": decision,
        })
        if answer is not UNSET:
            field_dict["answer"] = answer
        if value is not UNSET:
            field_dict["value"] = value
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decision = ReviewDecision(d.pop("decision"))




        answer = d.pop("answer", UNSET)

        def _parse_value(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        value = _parse_value(d.pop("value", UNSET))


        reason = d.pop("reason", UNSET)

        review_request = cls(
            decision=decision,
            answer=answer,
            value=value,
            reason=reason,
        )

        return review_request

