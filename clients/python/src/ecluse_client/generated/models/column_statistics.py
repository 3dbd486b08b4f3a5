from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.type_ import Type
from typing import cast

if TYPE_CHECKING:
  from ..models.bin_ import Bin
  from ..models.top import Top





T = TypeVar("T", bound="ColumnStatistics")



@_attrs_define
class ColumnStatistics:
    

    name: str
    """ Its name. """
    type_: Type
    rows: int
    """ How many rows there are. """
    filled: int
    """ How many have a value there. """
    distinct: int
    """ How many different values there are, within about 2 %. """
    lowest: Any
    """ The lowest value, or the shortest length of a text; null if unknown. """
    median: Any
    """ The value in the middle, or the length; null if unknown. """
    highest: Any
    """ The highest value, or the longest length; null if unknown. """
    top: list[Top]
    """ The most frequent values. """
    bins: list[Bin]
    """ How numbers are spread. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.bin_ import Bin # noqa: PLC0415
        from ..models.top import Top # noqa: PLC0415
        name = self.name

        type_ = self.type_.value

        rows = self.rows

        filled = self.filled

        distinct = self.distinct

        lowest = self.lowest

        median = self.median

        highest = self.highest

        top = []
        for top_item_data in self.top:
            top_item = top_item_data.to_dict()
            top.append(top_item)



        bins = []
        for bins_item_data in self.bins:
            bins_item = bins_item_data.to_dict()
            bins.append(bins_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "type": type_,
            "rows": rows,
            "filled": filled,
            "distinct": distinct,
            "lowest": lowest,
            "median": median,
            "highest": highest,
            "top": top,
            "bins": bins,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bin_ import Bin # noqa: PLC0415
        from ..models.top import Top # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        type_ = Type(d.pop("type"))




        rows = d.pop("rows")

        filled = d.pop("filled")

        distinct = d.pop("distinct")

        lowest = d.pop("lowest")

        median = d.pop("median")

        highest = d.pop("highest")

        top = []
        _top = d.pop("top")
        for top_item_data in (_top):
            top_item = Top.from_dict(top_item_data)



            top.append(top_item)


        bins = []
        _bins = d.pop("bins")
        for bins_item_data in (_bins):
            bins_item = Bin.from_dict(bins_item_data)



            bins.append(bins_item)


        column_statistics = cls(
            name=name,
            type_=type_,
            rows=rows,
            filled=filled,
            distinct=distinct,
            lowest=lowest,
            median=median,
            highest=highest,
            top=top,
            bins=bins,
        )


        column_statistics.additional_properties = d
        return column_statistics

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
