from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.opinion_request_inputs_type_0 import OpinionRequestInputsType0





T = TypeVar("T", bound="OpinionRequest")



@_attrs_define
class OpinionRequest:
    

    receipt: str
    """ The receipt that came with the answer. """
    is_right: bool | None
    """ Whether the answer is right; null if you do not know. """
    right_answer: str | Unset = ''
    """ The class that is right, where the answer is not. """
    right_value: float | None | Unset = UNSET
    """ The number that is right, where the answer is not. """
    answered: str | Unset = ''
    """ The class, or the number as a text, that the model answered: for whoever reviews. """
    comment: str | Unset = ''
    """ What you want to add. """
    inputs: None | OpinionRequestInputsType0 | Unset = UNSET
    """ What you had asked, by field, if it may be read and learnt from. """





    def to_dict(self) -> dict[str, Any]:
        from ..models.opinion_request_inputs_type_0 import OpinionRequestInputsType0 # noqa: PLC0415
        receipt = self.receipt

        is_right: bool | None
        is_right = self.is_right

        right_answer = self.right_answer

        right_value: float | None | Unset
        if isinstance(self.right_value, Unset):
            right_value = UNSET
        else:
            right_value = self.right_value

        answered = self.answered

        comment = self.comment

        inputs: dict[str, Any] | None | Unset
        if isinstance(self.inputs, Unset):
            inputs = UNSET
        elif isinstance(self.inputs, OpinionRequestInputsType0):
            inputs = self.inputs.to_dict()
        else:
            inputs = self.inputs


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "receipt": receipt,
            "is_right": is_right,
        })
        if right_answer is not UNSET:
            field_dict["right_answer"] = right_answer
        if right_value is not UNSET:
            field_dict["right_value"] = right_value
        if answered is not UNSET:
            field_dict["answered"] = answered
        if comment is not UNSET:
            field_dict["comment"] = comment
        if inputs is not UNSET:
            field_dict["inputs"] = inputs

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.opinion_request_inputs_type_0 import OpinionRequestInputsType0 # noqa: PLC0415
        d = dict(src_dict)
        receipt = d.pop("receipt")

        def _parse_is_right(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        is_right = _parse_is_right(d.pop("is_right"))


        right_answer = d.pop("right_answer", UNSET)

        def _parse_right_value(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        right_value = _parse_right_value(d.pop("right_value", UNSET))


        answered = d.pop("answered", UNSET)

        comment = d.pop("comment", UNSET)

        def _parse_inputs(data: object) -> None | OpinionRequestInputsType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                inputs_type_0 = OpinionRequestInputsType0.from_dict(data)



                return inputs_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OpinionRequestInputsType0 | Unset, data)

        inputs = _parse_inputs(d.pop("inputs", UNSET))


        opinion_request = cls(
            receipt=receipt,
            is_right=is_right,
            right_answer=right_answer,
            right_value=right_value,
            answered=answered,
            comment=comment,
            inputs=inputs,
        )

        return opinion_request

