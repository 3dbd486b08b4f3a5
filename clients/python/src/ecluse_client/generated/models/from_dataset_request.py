from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset






T = TypeVar("T", bound="FromDatasetRequest")



@_attrs_define
class FromDatasetRequest:
    

    dataset: str
    """ The identifier of a dataset that you may read. """
    entity: str | Unset = ''
    """ The name of its entity; the main one if left out. """





    def to_dict(self) -> dict[str, Any]:
        dataset = self.dataset

        entity = self.entity


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "dataset": dataset,
        })
        if entity is not UNSET:
            field_dict["entity"] = entity

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        dataset = d.pop("dataset")

        entity = d.pop("entity", UNSET)

        from_dataset_request = cls(
            dataset=dataset,
            entity=entity,
        )

        return from_dataset_request

