from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.audience import Audience
from ..models.risk import Risk
from ..models.task import Task
from typing import cast






T = TypeVar("T", bound="Model")



@_attrs_define
class Model:
    

    slug: str
    """ Its identifier, part of every address about it. """
    name: str
    """ Its name. """
    description: str
    """ What it is. """
    task: Task
    risk: Risk
    audience: Audience
    dataset: str
    """ The dataset that it learns from. """
    champion: int | None
    """ The version that is in service. """
    is_archived: bool
    """ Whether nothing more is done to it. """
    url: str
    """ Where to read more of it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        name = self.name

        description = self.description

        task = self.task.value

        risk = self.risk.value

        audience = self.audience.value

        dataset = self.dataset

        champion: int | None
        champion = self.champion

        is_archived = self.is_archived

        url = self.url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "slug": slug,
            "name": name,
            "description": description,
            "task": task,
            "risk": risk,
            "audience": audience,
            "dataset": dataset,
            "champion": champion,
            "is_archived": is_archived,
            "url": url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        description = d.pop("description")

        task = Task(d.pop("task"))




        risk = Risk(d.pop("risk"))




        audience = Audience(d.pop("audience"))




        dataset = d.pop("dataset")

        def _parse_champion(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        champion = _parse_champion(d.pop("champion"))


        is_archived = d.pop("is_archived")

        url = d.pop("url")

        model = cls(
            slug=slug,
            name=name,
            description=description,
            task=task,
            risk=risk,
            audience=audience,
            dataset=dataset,
            champion=champion,
            is_archived=is_archived,
            url=url,
        )


        model.additional_properties = d
        return model

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
