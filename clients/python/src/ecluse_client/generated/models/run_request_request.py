from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.requested_mode import RequestedMode
from ..types import UNSET, Unset






T = TypeVar("T", bound="RunRequestRequest")



@_attrs_define
class RunRequestRequest:
    

    mode: RequestedMode | Unset = UNSET
    since: str | Unset = UNSET
    """ From where a backfill reads, in the notation of the source’s cursor; empty otherwise. """
    until: str | Unset = UNSET
    """ Up to where a backfill reads, included; empty otherwise. """





    def to_dict(self) -> dict[str, Any]:
        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value


        since = self.since

        until = self.until


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if mode is not UNSET:
            field_dict["mode"] = mode
        if since is not UNSET:
            field_dict["since"] = since
        if until is not UNSET:
            field_dict["until"] = until

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _mode = d.pop("mode", UNSET)
        mode: RequestedMode | Unset
        if isinstance(_mode,  Unset):
            mode = UNSET
        else:
            mode = RequestedMode(_mode)




        since = d.pop("since", UNSET)

        until = d.pop("until", UNSET)

        run_request_request = cls(
            mode=mode,
            since=since,
            until=until,
        )

        return run_request_request

