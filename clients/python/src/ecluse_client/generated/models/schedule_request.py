from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset






T = TypeVar("T", bound="ScheduleRequest")



@_attrs_define
class ScheduleRequest:
    

    cron: str | Unset = UNSET
    """ Five fields: minute, hour, day of the month, month, day of the week; empty for never. """
    time_zone: str | Unset = UNSET
    """ The time zone of these hours, as Europe/Paris. """
    is_active: bool | Unset = UNSET
    """ Whether the clock starts it. """





    def to_dict(self) -> dict[str, Any]:
        cron = self.cron

        time_zone = self.time_zone

        is_active = self.is_active


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if cron is not UNSET:
            field_dict["cron"] = cron
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if is_active is not UNSET:
            field_dict["is_active"] = is_active

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cron = d.pop("cron", UNSET)

        time_zone = d.pop("time_zone", UNSET)

        is_active = d.pop("is_active", UNSET)

        schedule_request = cls(
            cron=cron,
            time_zone=time_zone,
            is_active=is_active,
        )

        return schedule_request

