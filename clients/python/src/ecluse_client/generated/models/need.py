from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.hosting import Hosting






T = TypeVar("T", bound="Need")



@_attrs_define
class Need:
    

    slug: str
    """ Its identifier, part of every address about it. """
    name: str
    """ Its name. """
    objectives: str
    """ What it must change, for whom, and how that is seen. """
    hosting: Hosting
    min_quality: float
    """ Right answers at least, between 0 and 1. """
    max_p99_s: float
    """ Seconds at most, for 99 answers in 100. """
    max_cost_eur: str
    """ Euros at most, for a thousand requests. """
    url: str
    """ Where to read more of it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        name = self.name

        objectives = self.objectives

        hosting = self.hosting.value

        min_quality = self.min_quality

        max_p99_s = self.max_p99_s

        max_cost_eur = self.max_cost_eur

        url = self.url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "slug": slug,
            "name": name,
            "objectives": objectives,
            "hosting": hosting,
            "min_quality": min_quality,
            "max_p99_s": max_p99_s,
            "max_cost_eur": max_cost_eur,
            "url": url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        objectives = d.pop("objectives")

        hosting = Hosting(d.pop("hosting"))




        min_quality = d.pop("min_quality")

        max_p99_s = d.pop("max_p99_s")

        max_cost_eur = d.pop("max_cost_eur")

        url = d.pop("url")

        need = cls(
            slug=slug,
            name=name,
            objectives=objectives,
            hosting=hosting,
            min_quality=min_quality,
            max_p99_s=max_p99_s,
            max_cost_eur=max_cost_eur,
            url=url,
        )


        need.additional_properties = d
        return need

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
