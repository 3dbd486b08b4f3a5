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

if TYPE_CHECKING:
  from ..models.price import Price





T = TypeVar("T", bound="AiServiceDetail")



@_attrs_define
class AiServiceDetail:
    

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
    address: str
    """ Where it is asked; empty for a model of this platform. """
    own_model: None | str
    """ The model of this platform that it is. """
    remote_model: str
    """ The model that is asked, as the service names it. """
    purpose: str
    """ What it is for. """
    transfers: str
    """ Transfers outside the European Union. """
    data_involved: str
    """ What is sent, and about whom. """
    access: str
    """ How access is had. """
    installation: str
    """ Installation and settings. """
    prerequisites: str
    """ Prerequisites and dependencies. """
    terms: str
    """ Terms of use and licence. """
    eco_design: str
    """ Eco-responsibility. """
    energy_wh: None | str
    """ Energy of a request, in Wh. """
    energy_source: str
    """ Who says so. """
    timeout_s: int
    """ Seconds that it is given to answer. """
    requests_per_minute: int
    """ Requests a minute at most, by all. """
    monthly_cap_eur: str
    """ Euros a month at most, for all. """
    prices: list[Price]
    """ What it costs. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.price import Price # noqa: PLC0415
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

        address = self.address

        own_model: None | str
        own_model = self.own_model

        remote_model = self.remote_model

        purpose = self.purpose

        transfers = self.transfers

        data_involved = self.data_involved

        access = self.access

        installation = self.installation

        prerequisites = self.prerequisites

        terms = self.terms

        eco_design = self.eco_design

        energy_wh: None | str
        energy_wh = self.energy_wh

        energy_source = self.energy_source

        timeout_s = self.timeout_s

        requests_per_minute = self.requests_per_minute

        monthly_cap_eur = self.monthly_cap_eur

        prices = []
        for prices_item_data in self.prices:
            prices_item = prices_item_data.to_dict()
            prices.append(prices_item)




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
            "address": address,
            "own_model": own_model,
            "remote_model": remote_model,
            "purpose": purpose,
            "transfers": transfers,
            "data_involved": data_involved,
            "access": access,
            "installation": installation,
            "prerequisites": prerequisites,
            "terms": terms,
            "eco_design": eco_design,
            "energy_wh": energy_wh,
            "energy_source": energy_source,
            "timeout_s": timeout_s,
            "requests_per_minute": requests_per_minute,
            "monthly_cap_eur": monthly_cap_eur,
            "prices": prices,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.price import Price # noqa: PLC0415
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

        address = d.pop("address")

        def _parse_own_model(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        own_model = _parse_own_model(d.pop("own_model"))


        remote_model = d.pop("remote_model")

        purpose = d.pop("purpose")

        transfers = d.pop("transfers")

        data_involved = d.pop("data_involved")

        access = d.pop("access")

        installation = d.pop("installation")

        prerequisites = d.pop("prerequisites")

        terms = d.pop("terms")

        eco_design = d.pop("eco_design")

        def _parse_energy_wh(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        energy_wh = _parse_energy_wh(d.pop("energy_wh"))


        energy_source = d.pop("energy_source")

        timeout_s = d.pop("timeout_s")

        requests_per_minute = d.pop("requests_per_minute")

        monthly_cap_eur = d.pop("monthly_cap_eur")

        prices = []
        _prices = d.pop("prices")
        for prices_item_data in (_prices):
            prices_item = Price.from_dict(prices_item_data)



            prices.append(prices_item)


        ai_service_detail = cls(
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
            address=address,
            own_model=own_model,
            remote_model=remote_model,
            purpose=purpose,
            transfers=transfers,
            data_involved=data_involved,
            access=access,
            installation=installation,
            prerequisites=prerequisites,
            terms=terms,
            eco_design=eco_design,
            energy_wh=energy_wh,
            energy_source=energy_source,
            timeout_s=timeout_s,
            requests_per_minute=requests_per_minute,
            monthly_cap_eur=monthly_cap_eur,
            prices=prices,
        )


        ai_service_detail.additional_properties = d
        return ai_service_detail

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
