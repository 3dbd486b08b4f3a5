from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.hosting import Hosting
from typing import cast

if TYPE_CHECKING:
  from ..models.result_by_function import ResultByFunction





T = TypeVar("T", bound="Result")



@_attrs_define
class Result:
    

    name: str
    """ The service. """
    fits: bool
    """ Whether it fits the need. """
    lacks: list[str]
    """ Why it does not, if it does not. """
    cases: int
    """ How many questions it was asked. """
    failures: int
    """ How many it did not answer. """
    quality: float
    """ Share of right answers. """
    low: float
    """ Its interval (Wilson, 95 %): from. """
    high: float
    """ Its interval (Wilson, 95 %): to. """
    by_function: ResultByFunction
    """ The same, function by function. """
    p50: float
    """ Seconds within which half of the answers came. """
    p99: float
    """ Seconds within which 99 answers in 100 came. """
    cost_eur: str
    """ Euros for a thousand requests. """
    energy_wh: float | None
    """ Energy of a thousand requests, in Wh. """
    provider: str
    """ Who runs it. """
    hosting: Hosting
    prerequisites: str
    """ Prerequisites and dependencies. """
    eco_design: str
    """ Eco-responsibility. """
    energy_source: str
    """ Who says what its energy is. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.result_by_function import ResultByFunction # noqa: PLC0415
        name = self.name

        fits = self.fits

        lacks = self.lacks



        cases = self.cases

        failures = self.failures

        quality = self.quality

        low = self.low

        high = self.high

        by_function = self.by_function.to_dict()

        p50 = self.p50

        p99 = self.p99

        cost_eur = self.cost_eur

        energy_wh: float | None
        energy_wh = self.energy_wh

        provider = self.provider

        hosting = self.hosting.value

        prerequisites = self.prerequisites

        eco_design = self.eco_design

        energy_source = self.energy_source


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "fits": fits,
            "lacks": lacks,
            "cases": cases,
            "failures": failures,
            "quality": quality,
            "low": low,
            "high": high,
            "by_function": by_function,
            "p50": p50,
            "p99": p99,
            "cost_eur": cost_eur,
            "energy_wh": energy_wh,
            "provider": provider,
            "hosting": hosting,
            "prerequisites": prerequisites,
            "eco_design": eco_design,
            "energy_source": energy_source,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.result_by_function import ResultByFunction # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        fits = d.pop("fits")

        lacks = cast(list[str], d.pop("lacks"))


        cases = d.pop("cases")

        failures = d.pop("failures")

        quality = d.pop("quality")

        low = d.pop("low")

        high = d.pop("high")

        by_function = ResultByFunction.from_dict(d.pop("by_function"))




        p50 = d.pop("p50")

        p99 = d.pop("p99")

        cost_eur = d.pop("cost_eur")

        def _parse_energy_wh(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        energy_wh = _parse_energy_wh(d.pop("energy_wh"))


        provider = d.pop("provider")

        hosting = Hosting(d.pop("hosting"))




        prerequisites = d.pop("prerequisites")

        eco_design = d.pop("eco_design")

        energy_source = d.pop("energy_source")

        result = cls(
            name=name,
            fits=fits,
            lacks=lacks,
            cases=cases,
            failures=failures,
            quality=quality,
            low=low,
            high=high,
            by_function=by_function,
            p50=p50,
            p99=p99,
            cost_eur=cost_eur,
            energy_wh=energy_wh,
            provider=provider,
            hosting=hosting,
            prerequisites=prerequisites,
            eco_design=eco_design,
            energy_source=energy_source,
        )


        result.additional_properties = d
        return result

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
