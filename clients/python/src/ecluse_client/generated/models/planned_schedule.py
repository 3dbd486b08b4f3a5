from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="PlannedSchedule")



@_attrs_define
class PlannedSchedule:
    

    cron: str
    """ Five fields: minute, hour, day, month, day of the week; may be empty. """
    time_zone: str
    """ The time zone of these hours. """
    is_active: bool
    """ Whether the clock starts it. """
    next_run_at: datetime.datetime | None
    """ When it comes next. """
    error: str
    """ Why the clock could not start it last time; empty if it could. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        cron = self.cron

        time_zone = self.time_zone

        is_active = self.is_active

        next_run_at: None | str
        if isinstance(self.next_run_at, datetime.datetime):
            next_run_at = self.next_run_at.isoformat()
        else:
            next_run_at = self.next_run_at

        error = self.error


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "cron": cron,
            "time_zone": time_zone,
            "is_active": is_active,
            "next_run_at": next_run_at,
            "error": error,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cron = d.pop("cron")

        time_zone = d.pop("time_zone")

        is_active = d.pop("is_active")

        def _parse_next_run_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_run_at_type_0 = datetime.datetime.fromisoformat(data)



                return next_run_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_run_at = _parse_next_run_at(d.pop("next_run_at"))


        error = d.pop("error")

        planned_schedule = cls(
            cron=cron,
            time_zone=time_zone,
            is_active=is_active,
            next_run_at=next_run_at,
            error=error,
        )


        planned_schedule.additional_properties = d
        return planned_schedule

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
