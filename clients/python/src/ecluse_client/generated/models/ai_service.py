from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.capability import Capability
from ..models.hosting import Hosting
from ..models.protocol import Protocol
from typing import cast
import datetime






T = TypeVar("T", bound="AiService")



@_attrs_define
class AiService:
    

    slug: str
    """ Its identifier, part of every address about it. """
    name: str
    """ Its name. """
    protocol: Protocol
    capabilities: list[Capability]
    """ What it may be asked. """
    provider: str
    """ Who runs it. """
    hosting: Hosting
    is_open: bool
    """ Whether it may be asked. """
    checked_at: datetime.datetime | None
    """ When it was last tried. """
    last_error: str
    """ The code of its last failure; empty if it answered. """
    reopens_at: datetime.datetime | None
    """ Until when it is left alone, if it kept failing. """
    url: str
    """ Where to read more of it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        name = self.name

        protocol = self.protocol.value

        capabilities = []
        for capabilities_item_data in self.capabilities:
            capabilities_item = capabilities_item_data.value
            capabilities.append(capabilities_item)



        provider = self.provider

        hosting = self.hosting.value

        is_open = self.is_open

        checked_at: None | str
        if isinstance(self.checked_at, datetime.datetime):
            checked_at = self.checked_at.isoformat()
        else:
            checked_at = self.checked_at

        last_error = self.last_error

        reopens_at: None | str
        if isinstance(self.reopens_at, datetime.datetime):
            reopens_at = self.reopens_at.isoformat()
        else:
            reopens_at = self.reopens_at

        url = self.url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "slug": slug,
            "name": name,
            "protocol": protocol,
            "capabilities": capabilities,
            "provider": provider,
            "hosting": hosting,
            "is_open": is_open,
            "checked_at": checked_at,
            "last_error": last_error,
            "reopens_at": reopens_at,
            "url": url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        protocol = Protocol(d.pop("protocol"))




        capabilities = []
        _capabilities = d.pop("capabilities")
        for capabilities_item_data in (_capabilities):
            capabilities_item = Capability(capabilities_item_data)



            capabilities.append(capabilities_item)


        provider = d.pop("provider")

        hosting = Hosting(d.pop("hosting"))




        is_open = d.pop("is_open")

        def _parse_checked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                checked_at_type_0 = datetime.datetime.fromisoformat(data)



                return checked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        checked_at = _parse_checked_at(d.pop("checked_at"))


        last_error = d.pop("last_error")

        def _parse_reopens_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                reopens_at_type_0 = datetime.datetime.fromisoformat(data)



                return reopens_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        reopens_at = _parse_reopens_at(d.pop("reopens_at"))


        url = d.pop("url")

        ai_service = cls(
            slug=slug,
            name=name,
            protocol=protocol,
            capabilities=capabilities,
            provider=provider,
            hosting=hosting,
            is_open=is_open,
            checked_at=checked_at,
            last_error=last_error,
            reopens_at=reopens_at,
            url=url,
        )


        ai_service.additional_properties = d
        return ai_service

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
