from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.build_state import BuildState
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.quality_check import QualityCheck
  from ..models.set_aside import SetAside





T = TypeVar("T", bound="Judgement")



@_attrs_define
class Judgement:
    

    build: int | None
    """ Its number; null if you may not see builds. """
    version: int | None
    """ The version that it published; null if none. """
    state: BuildState
    judged_at: datetime.datetime
    """ When it was judged. """
    rows_read: int
    """ How many rows it read. """
    rows_kept: int
    """ How many it kept. """
    rows_set_aside: int
    """ How many it set aside. """
    checks: list[QualityCheck]
    """ The checks, in words. """
    reasons: list[SetAside]
    """ Why values were set aside; empty if you may not see builds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.quality_check import QualityCheck # noqa: PLC0415
        from ..models.set_aside import SetAside # noqa: PLC0415
        build: int | None
        build = self.build

        version: int | None
        version = self.version

        state = self.state.value

        judged_at = self.judged_at.isoformat()

        rows_read = self.rows_read

        rows_kept = self.rows_kept

        rows_set_aside = self.rows_set_aside

        checks = []
        for checks_item_data in self.checks:
            checks_item = checks_item_data.to_dict()
            checks.append(checks_item)



        reasons = []
        for reasons_item_data in self.reasons:
            reasons_item = reasons_item_data.to_dict()
            reasons.append(reasons_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "build": build,
            "version": version,
            "state": state,
            "judged_at": judged_at,
            "rows_read": rows_read,
            "rows_kept": rows_kept,
            "rows_set_aside": rows_set_aside,
            "checks": checks,
            "reasons": reasons,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.quality_check import QualityCheck # noqa: PLC0415
        from ..models.set_aside import SetAside # noqa: PLC0415
        d = dict(src_dict)
        def _parse_build(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        build = _parse_build(d.pop("build"))


        def _parse_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        version = _parse_version(d.pop("version"))


        state = BuildState(d.pop("state"))




        judged_at = datetime.datetime.fromisoformat(d.pop("judged_at"))




        rows_read = d.pop("rows_read")

        rows_kept = d.pop("rows_kept")

        rows_set_aside = d.pop("rows_set_aside")

        checks = []
        _checks = d.pop("checks")
        for checks_item_data in (_checks):
            checks_item = QualityCheck.from_dict(checks_item_data)



            checks.append(checks_item)


        reasons = []
        _reasons = d.pop("reasons")
        for reasons_item_data in (_reasons):
            reasons_item = SetAside.from_dict(reasons_item_data)



            reasons.append(reasons_item)


        judgement = cls(
            build=build,
            version=version,
            state=state,
            judged_at=judged_at,
            rows_read=rows_read,
            rows_kept=rows_kept,
            rows_set_aside=rows_set_aside,
            checks=checks,
            reasons=reasons,
        )


        judgement.additional_properties = d
        return judgement

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
