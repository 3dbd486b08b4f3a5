from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.gate_state import GateState
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.gate_check import GateCheck





T = TypeVar("T", bound="Verdict")



@_attrs_define
class Verdict:
    

    state: GateState
    judged_at: datetime.datetime
    """ When it decided. """
    checks: list[GateCheck]
    """ What it looked at, what blocks first. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.gate_check import GateCheck # noqa: PLC0415
        state = self.state.value

        judged_at = self.judged_at.isoformat()

        checks = []
        for checks_item_data in self.checks:
            checks_item = checks_item_data.to_dict()
            checks.append(checks_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "state": state,
            "judged_at": judged_at,
            "checks": checks,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.gate_check import GateCheck # noqa: PLC0415
        d = dict(src_dict)
        state = GateState(d.pop("state"))




        judged_at = datetime.datetime.fromisoformat(d.pop("judged_at"))




        checks = []
        _checks = d.pop("checks")
        for checks_item_data in (_checks):
            checks_item = GateCheck.from_dict(checks_item_data)



            checks.append(checks_item)


        verdict = cls(
            state=state,
            judged_at=judged_at,
            checks=checks,
        )


        verdict.additional_properties = d
        return verdict

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
