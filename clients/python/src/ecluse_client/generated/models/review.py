from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.blank import Blank
from ..models.review_decision import ReviewDecision
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.comment import Comment





T = TypeVar("T", bound="Review")



@_attrs_define
class Review:
    

    id: int
    """ Its number. """
    version: int
    """ The version that is judged. """
    report_sha256: str
    """ The digest of the report that is read. """
    requested_at: datetime.datetime
    """ When it was asked for. """
    decision: Blank | ReviewDecision
    """ What was decided; empty while it is awaited. """
    decided_at: datetime.datetime | None
    """ When it was decided. """
    reason: str
    """ Why. """
    comments: list[Comment]
    """ What was said. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.comment import Comment # noqa: PLC0415
        id = self.id

        version = self.version

        report_sha256 = self.report_sha256

        requested_at = self.requested_at.isoformat()

        decision: str
        if isinstance(self.decision, ReviewDecision):
            decision = self.decision.value
        else:
            decision = self.decision.value


        decided_at: None | str
        if isinstance(self.decided_at, datetime.datetime):
            decided_at = self.decided_at.isoformat()
        else:
            decided_at = self.decided_at

        reason = self.reason

        comments = []
        for comments_item_data in self.comments:
            comments_item = comments_item_data.to_dict()
            comments.append(comments_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "version": version,
            "report_sha256": report_sha256,
            "requested_at": requested_at,
            "decision": decision,
            "decided_at": decided_at,
            "reason": reason,
            "comments": comments,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.comment import Comment # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        version = d.pop("version")

        report_sha256 = d.pop("report_sha256")

        requested_at = datetime.datetime.fromisoformat(d.pop("requested_at"))




        def _parse_decision(data: object) -> Blank | ReviewDecision:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                decision_type_0 = ReviewDecision(data)



                return decision_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            decision_type_1 = Blank(data)



            return decision_type_1

        decision = _parse_decision(d.pop("decision"))


        def _parse_decided_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                decided_at_type_0 = datetime.datetime.fromisoformat(data)



                return decided_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        decided_at = _parse_decided_at(d.pop("decided_at"))


        reason = d.pop("reason")

        comments = []
        _comments = d.pop("comments")
        for comments_item_data in (_comments):
            comments_item = Comment.from_dict(comments_item_data)



            comments.append(comments_item)


        review = cls(
            id=id,
            version=version,
            report_sha256=report_sha256,
            requested_at=requested_at,
            decision=decision,
            decided_at=decided_at,
            reason=reason,
            comments=comments,
        )


        review.additional_properties = d
        return review

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
