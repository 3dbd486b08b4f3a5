from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.check_status import CheckStatus
from ..types import UNSET, Unset






T = TypeVar("T", bound="Check")



@_attrs_define
class Check:
    

    name: str
    """ Its name, which never changes. """
    status: CheckStatus
    critical: bool | Unset = UNSET
    """ Whether the instance is out of service without it; for operators. """
    seconds: float | Unset = UNSET
    """ How long it took to answer; for operators. """
    problem: str | Unset = UNSET
    """ What it complains of; for operators. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        name = self.name

        status = self.status.value

        critical = self.critical

        seconds = self.seconds

        problem = self.problem


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "status": status,
        })
        if critical is not UNSET:
            field_dict["critical"] = critical
        if seconds is not UNSET:
            field_dict["seconds"] = seconds
        if problem is not UNSET:
            field_dict["problem"] = problem

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        status = CheckStatus(d.pop("status"))




        critical = d.pop("critical", UNSET)

        seconds = d.pop("seconds", UNSET)

        problem = d.pop("problem", UNSET)

        check = cls(
            name=name,
            status=status,
            critical=critical,
            seconds=seconds,
            problem=problem,
        )


        check.additional_properties = d
        return check

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
