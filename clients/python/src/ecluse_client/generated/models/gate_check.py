from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.severity import Severity






T = TypeVar("T", bound="GateCheck")



@_attrs_define
class GateCheck:
    

    name: str
    """ What was compared. """
    passed: bool
    """ Whether it holds. """
    severity: Severity
    measured: str
    """ What was measured. """
    expected: str
    """ What was expected. """
    message: str
    """ What to do if it does not hold. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        name = self.name

        passed = self.passed

        severity = self.severity.value

        measured = self.measured

        expected = self.expected

        message = self.message


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "passed": passed,
            "severity": severity,
            "measured": measured,
            "expected": expected,
            "message": message,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        passed = d.pop("passed")

        severity = Severity(d.pop("severity"))




        measured = d.pop("measured")

        expected = d.pop("expected")

        message = d.pop("message")

        gate_check = cls(
            name=name,
            passed=passed,
            severity=severity,
            measured=measured,
            expected=expected,
            message=message,
        )


        gate_check.additional_properties = d
        return gate_check

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
