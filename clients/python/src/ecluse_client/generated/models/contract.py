from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.reaction import Reaction
from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.expected_column import ExpectedColumn





T = TypeVar("T", bound="Contract")



@_attrs_define
class Contract:
    

    columns: list[ExpectedColumn] | Unset = UNSET
    """ The columns that were agreed; none: those of the last run that passed. """
    on_missing: Reaction | Unset = UNSET
    on_new: Reaction | Unset = UNSET
    on_changed: Reaction | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.expected_column import ExpectedColumn # noqa: PLC0415
        columns: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.columns, Unset):
            columns = []
            for columns_item_data in self.columns:
                columns_item = columns_item_data.to_dict()
                columns.append(columns_item)



        on_missing: str | Unset = UNSET
        if not isinstance(self.on_missing, Unset):
            on_missing = self.on_missing.value


        on_new: str | Unset = UNSET
        if not isinstance(self.on_new, Unset):
            on_new = self.on_new.value


        on_changed: str | Unset = UNSET
        if not isinstance(self.on_changed, Unset):
            on_changed = self.on_changed.value



        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
        })
        if columns is not UNSET:
            field_dict["columns"] = columns
        if on_missing is not UNSET:
            field_dict["on_missing"] = on_missing
        if on_new is not UNSET:
            field_dict["on_new"] = on_new
        if on_changed is not UNSET:
            field_dict["on_changed"] = on_changed

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.expected_column import ExpectedColumn # noqa: PLC0415
        d = dict(src_dict)
        _columns = d.pop("columns", UNSET)
        columns: list[ExpectedColumn] | Unset = UNSET
        if _columns is not UNSET:
            columns = []
            for columns_item_data in _columns:
                columns_item = ExpectedColumn.from_dict(columns_item_data)



                columns.append(columns_item)


        _on_missing = d.pop("on_missing", UNSET)
        on_missing: Reaction | Unset
        if isinstance(_on_missing,  Unset):
            on_missing = UNSET
        else:
            on_missing = Reaction(_on_missing)




        _on_new = d.pop("on_new", UNSET)
        on_new: Reaction | Unset
        if isinstance(_on_new,  Unset):
            on_new = UNSET
        else:
            on_new = Reaction(_on_new)




        _on_changed = d.pop("on_changed", UNSET)
        on_changed: Reaction | Unset
        if isinstance(_on_changed,  Unset):
            on_changed = UNSET
        else:
            on_changed = Reaction(_on_changed)




        contract = cls(
            columns=columns,
            on_missing=on_missing,
            on_new=on_new,
            on_changed=on_changed,
        )


        contract.additional_properties = d
        return contract

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
