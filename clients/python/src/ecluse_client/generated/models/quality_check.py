from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.severity import Severity






T = TypeVar("T", bound="QualityCheck")



@_attrs_define
class QualityCheck:
    

    table: str
    """ The table that it is about; empty for a single one. """
    name: str
    """ What is looked at, in words. """
    passed: bool
    """ Whether it holds. """
    severity: Severity
    measured: str
    """ What was measured, in words. """
    expected: str
    """ What was expected, in words. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        table = self.table

        name = self.name

        passed = self.passed

        severity = self.severity.value

        measured = self.measured

        expected = self.expected


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "table": table,
            "name": name,
            "passed": passed,
            "severity": severity,
            "measured": measured,
            "expected": expected,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        table = d.pop("table")

        name = d.pop("name")

        passed = d.pop("passed")

        severity = Severity(d.pop("severity"))




        measured = d.pop("measured")

        expected = d.pop("expected")

        quality_check = cls(
            table=table,
            name=name,
            passed=passed,
            severity=severity,
            measured=measured,
            expected=expected,
        )


        quality_check.additional_properties = d
        return quality_check

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
