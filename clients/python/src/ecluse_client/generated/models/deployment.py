from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.deployment_cause import DeploymentCause
from ..models.slot import Slot
from typing import cast
import datetime






T = TypeVar("T", bound="Deployment")



@_attrs_define
class Deployment:
    

    id: int
    """ Its number. """
    version: int
    """ The version that is deployed. """
    slot: Slot
    cause: DeploymentCause
    review: int | None
    """ The review that approved it. """
    deployed_at: datetime.datetime
    """ Since when. """
    withdrawn_at: datetime.datetime | None
    """ Until when; null while it is there. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        id = self.id

        version = self.version

        slot = self.slot.value

        cause = self.cause.value

        review: int | None
        review = self.review

        deployed_at = self.deployed_at.isoformat()

        withdrawn_at: None | str
        if isinstance(self.withdrawn_at, datetime.datetime):
            withdrawn_at = self.withdrawn_at.isoformat()
        else:
            withdrawn_at = self.withdrawn_at


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "version": version,
            "slot": slot,
            "cause": cause,
            "review": review,
            "deployed_at": deployed_at,
            "withdrawn_at": withdrawn_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        version = d.pop("version")

        slot = Slot(d.pop("slot"))




        cause = DeploymentCause(d.pop("cause"))




        def _parse_review(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        review = _parse_review(d.pop("review"))


        deployed_at = datetime.datetime.fromisoformat(d.pop("deployed_at"))




        def _parse_withdrawn_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                withdrawn_at_type_0 = datetime.datetime.fromisoformat(data)



                return withdrawn_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        withdrawn_at = _parse_withdrawn_at(d.pop("withdrawn_at"))


        deployment = cls(
            id=id,
            version=version,
            slot=slot,
            cause=cause,
            review=review,
            deployed_at=deployed_at,
            withdrawn_at=withdrawn_at,
        )


        deployment.additional_properties = d
        return deployment

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
