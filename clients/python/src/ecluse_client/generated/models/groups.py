from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.groups_results_item import GroupsResultsItem





T = TypeVar("T", bound="Groups")



@_attrs_define
class Groups:
    

    version: int
    """ The version that these rows are of. """
    truncated: bool
    """ Whether there are more groups than were asked for. """
    results: list[GroupsResultsItem]
    """ The groups: objects with a member for each thing that was asked. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.groups_results_item import GroupsResultsItem # noqa: PLC0415
        version = self.version

        truncated = self.truncated

        results = []
        for results_item_data in self.results:
            results_item = results_item_data.to_dict()
            results.append(results_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "version": version,
            "truncated": truncated,
            "results": results,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.groups_results_item import GroupsResultsItem # noqa: PLC0415
        d = dict(src_dict)
        version = d.pop("version")

        truncated = d.pop("truncated")

        results = []
        _results = d.pop("results")
        for results_item_data in (_results):
            results_item = GroupsResultsItem.from_dict(results_item_data)



            results.append(results_item)


        groups = cls(
            version=version,
            truncated=truncated,
            results=results,
        )


        groups.additional_properties = d
        return groups

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
