from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.capability import Capability
from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.question_request_given import QuestionRequestGiven
  from ..models.question_request_options import QuestionRequestOptions





T = TypeVar("T", bound="QuestionRequest")



@_attrs_define
class QuestionRequest:
    

    capability: Capability
    given: QuestionRequestGiven
    """ “text” to chat and to classify, “texts” to embed, “rows” to predict. It leaves this site. """
    options: QuestionRequestOptions | Unset = UNSET
    """ “instructions”, “labels” to choose among, the JSON “schema” of the answer. """





    def to_dict(self) -> dict[str, Any]:
        from ..models.question_request_given import QuestionRequestGiven # noqa: PLC0415
        from ..models.question_request_options import QuestionRequestOptions # noqa: PLC0415
        capability = self.capability.value

        given = self.given.to_dict()

        options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options.to_dict()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "capability": capability,
            "given": given,
        })
        if options is not UNSET:
            field_dict["options"] = options

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.question_request_given import QuestionRequestGiven # noqa: PLC0415
        from ..models.question_request_options import QuestionRequestOptions # noqa: PLC0415
        d = dict(src_dict)
        capability = Capability(d.pop("capability"))




        given = QuestionRequestGiven.from_dict(d.pop("given"))




        _options = d.pop("options", UNSET)
        options: QuestionRequestOptions | Unset
        if isinstance(_options,  Unset):
            options = UNSET
        else:
            options = QuestionRequestOptions.from_dict(_options)




        question_request = cls(
            capability=capability,
            given=given,
            options=options,
        )

        return question_request

