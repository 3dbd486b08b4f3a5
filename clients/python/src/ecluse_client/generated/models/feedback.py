from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.feedback_state import FeedbackState
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.feedback_inputs_type_0 import FeedbackInputsType0





T = TypeVar("T", bound="Feedback")



@_attrs_define
class Feedback:
    

    id: int
    """ Its number. """
    prediction: UUID
    """ The answer that it is about. """
    version: int
    """ The version of the model that gave it. """
    answered: str
    """ What the model answered, where it is known. """
    is_right: bool | None
    """ Whether the answer is right; null if they do not know. """
    right_answer: str
    """ The class that is right, or the number as a text; empty if it was not said. """
    comment: str
    """ What they add. """
    inputs: FeedbackInputsType0 | None
    """ What was asked; null if it was not given. """
    given_at: datetime.datetime
    """ When it was given. """
    state: FeedbackState
    learnt_answer: str
    """ What may be learnt from it, once it is accepted. """
    reviewed_at: datetime.datetime | None
    """ When it was reviewed. """
    reason: str
    """ Why it was refused. """
    taught_at: datetime.datetime | None
    """ When its row was written; null while it was not. """
    fault: str
    """ Why its row could not be written. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.feedback_inputs_type_0 import FeedbackInputsType0 # noqa: PLC0415
        id = self.id

        prediction = str(self.prediction)

        version = self.version

        answered = self.answered

        is_right: bool | None
        is_right = self.is_right

        right_answer = self.right_answer

        comment = self.comment

        inputs: dict[str, Any] | None
        if isinstance(self.inputs, FeedbackInputsType0):
            inputs = self.inputs.to_dict()
        else:
            inputs = self.inputs

        given_at = self.given_at.isoformat()

        state = self.state.value

        learnt_answer = self.learnt_answer

        reviewed_at: None | str
        if isinstance(self.reviewed_at, datetime.datetime):
            reviewed_at = self.reviewed_at.isoformat()
        else:
            reviewed_at = self.reviewed_at

        reason = self.reason

        taught_at: None | str
        if isinstance(self.taught_at, datetime.datetime):
            taught_at = self.taught_at.isoformat()
        else:
            taught_at = self.taught_at

        fault = self.fault


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "prediction": prediction,
            "version": version,
            "answered": answered,
            "is_right": is_right,
            "right_answer": right_answer,
            "comment": comment,
            "inputs": inputs,
            "given_at": given_at,
            "state": state,
            "learnt_answer": learnt_answer,
            "reviewed_at": reviewed_at,
            "reason": reason,
            "taught_at": taught_at,
            "fault": fault,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.feedback_inputs_type_0 import FeedbackInputsType0 # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        prediction = UUID(d.pop("prediction"))




        version = d.pop("version")

        answered = d.pop("answered")

        def _parse_is_right(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        is_right = _parse_is_right(d.pop("is_right"))


        right_answer = d.pop("right_answer")

        comment = d.pop("comment")

        def _parse_inputs(data: object) -> FeedbackInputsType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                inputs_type_0 = FeedbackInputsType0.from_dict(data)



                return inputs_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FeedbackInputsType0 | None, data)

        inputs = _parse_inputs(d.pop("inputs"))


        given_at = datetime.datetime.fromisoformat(d.pop("given_at"))




        state = FeedbackState(d.pop("state"))




        learnt_answer = d.pop("learnt_answer")

        def _parse_reviewed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                reviewed_at_type_0 = datetime.datetime.fromisoformat(data)



                return reviewed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        reviewed_at = _parse_reviewed_at(d.pop("reviewed_at"))


        reason = d.pop("reason")

        def _parse_taught_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                taught_at_type_0 = datetime.datetime.fromisoformat(data)



                return taught_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        taught_at = _parse_taught_at(d.pop("taught_at"))


        fault = d.pop("fault")

        feedback = cls(
            id=id,
            prediction=prediction,
            version=version,
            answered=answered,
            is_right=is_right,
            right_answer=right_answer,
            comment=comment,
            inputs=inputs,
            given_at=given_at,
            state=state,
            learnt_answer=learnt_answer,
            reviewed_at=reviewed_at,
            reason=reason,
            taught_at=taught_at,
            fault=fault,
        )


        feedback.additional_properties = d
        return feedback

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
