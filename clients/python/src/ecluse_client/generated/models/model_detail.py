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

if TYPE_CHECKING:
  from ..models.deployment import Deployment





T = TypeVar("T", bound="ModelDetail")



@_attrs_define
class ModelDetail:
    

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
    purpose: str
    """ What it is for. """
    limits: str
    """ What it must not be used for. """
    contact: str
    """ To whom an answer is contested. """
    spec: Any
    """ What it learns from, how, and how it is judged. """
    spec_number: int
    """ How many times that was changed, and once more. """
    deployments: list[Deployment]
    """ What is deployed now. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.deployment import Deployment # noqa: PLC0415
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

        purpose = self.purpose

        limits = self.limits

        contact = self.contact

        spec = self.spec

        spec_number = self.spec_number

        deployments = []
        for deployments_item_data in self.deployments:
            deployments_item = deployments_item_data.to_dict()
            deployments.append(deployments_item)




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
            "purpose": purpose,
            "limits": limits,
            "contact": contact,
            "spec": spec,
            "spec_number": spec_number,
            "deployments": deployments,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.deployment import Deployment # noqa: PLC0415
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

        purpose = d.pop("purpose")

        limits = d.pop("limits")

        contact = d.pop("contact")

        spec = d.pop("spec")

        spec_number = d.pop("spec_number")

        deployments = []
        _deployments = d.pop("deployments")
        for deployments_item_data in (_deployments):
            deployments_item = Deployment.from_dict(deployments_item_data)



            deployments.append(deployments_item)


        model_detail = cls(
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
            purpose=purpose,
            limits=limits,
            contact=contact,
            spec=spec,
            spec_number=spec_number,
            deployments=deployments,
        )


        model_detail.additional_properties = d
        return model_detail

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
