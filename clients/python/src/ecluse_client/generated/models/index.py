from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.resource import Resource





T = TypeVar("T", bound="Index")



@_attrs_define
class Index:
    

    name: str
    """ The name of the organisation that runs this instance. """
    version: str
    """ The version of the API. """
    documentation: str
    """ The reference, made for people. """
    openapi: str
    """ The reference, made for programs (OpenAPI 3.1). """
    error_codes: str
    """ Every error code, explained. """
    resources: list[Resource]
    """ What can be read without an identifier. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.resource import Resource # noqa: PLC0415
        name = self.name

        version = self.version

        documentation = self.documentation

        openapi = self.openapi

        error_codes = self.error_codes

        resources = []
        for resources_item_data in self.resources:
            resources_item = resources_item_data.to_dict()
            resources.append(resources_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "version": version,
            "documentation": documentation,
            "openapi": openapi,
            "error_codes": error_codes,
            "resources": resources,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.resource import Resource # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        documentation = d.pop("documentation")

        openapi = d.pop("openapi")

        error_codes = d.pop("error_codes")

        resources = []
        _resources = d.pop("resources")
        for resources_item_data in (_resources):
            resources_item = Resource.from_dict(resources_item_data)



            resources.append(resources_item)


        index = cls(
            name=name,
            version=version,
            documentation=documentation,
            openapi=openapi,
            error_codes=error_codes,
            resources=resources,
        )


        index.additional_properties = d
        return index

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
