from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.column import Column
  from ..models.foreign_key import ForeignKey





T = TypeVar("T", bound="Entity")



@_attrs_define
class Entity:
    

    name: str
    """ Its name, part of every address about it. """
    label: str
    """ What people call it. """
    description: str
    """ What it is. """
    rows: int
    """ How many rows it has. """
    columns: list[Column]
    """ Its columns, in order, among those you may read. """
    hidden_columns: int
    """ How many columns you may not read. """
    key: list[str]
    """ The columns that identify a row together, if you may read them. """
    foreign_keys: list[ForeignKey]
    """ The relations that you may follow from its rows. """
    searched: list[str]
    """ The columns that “q” searches. """
    rows_url: str
    """ Where its rows are read. """
    row_by_key_url: str
    """ Where a row is read by its key. """
    aggregate_url: str
    """ Where its rows are told by groups. """
    statistics_url: str
    """ What its columns hold. """
    export_url: str
    """ Where the whole is downloaded; add “format”. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.column import Column # noqa: PLC0415
        from ..models.foreign_key import ForeignKey # noqa: PLC0415
        name = self.name

        label = self.label

        description = self.description

        rows = self.rows

        columns = []
        for columns_item_data in self.columns:
            columns_item = columns_item_data.to_dict()
            columns.append(columns_item)



        hidden_columns = self.hidden_columns

        key = self.key



        foreign_keys = []
        for foreign_keys_item_data in self.foreign_keys:
            foreign_keys_item = foreign_keys_item_data.to_dict()
            foreign_keys.append(foreign_keys_item)



        searched = self.searched



        rows_url = self.rows_url

        row_by_key_url = self.row_by_key_url

        aggregate_url = self.aggregate_url

        statistics_url = self.statistics_url

        export_url = self.export_url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "name": name,
            "label": label,
            "description": description,
            "rows": rows,
            "columns": columns,
            "hidden_columns": hidden_columns,
            "key": key,
            "foreign_keys": foreign_keys,
            "searched": searched,
            "rows_url": rows_url,
            "row_by_key_url": row_by_key_url,
            "aggregate_url": aggregate_url,
            "statistics_url": statistics_url,
            "export_url": export_url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.column import Column # noqa: PLC0415
        from ..models.foreign_key import ForeignKey # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        label = d.pop("label")

        description = d.pop("description")

        rows = d.pop("rows")

        columns = []
        _columns = d.pop("columns")
        for columns_item_data in (_columns):
            columns_item = Column.from_dict(columns_item_data)



            columns.append(columns_item)


        hidden_columns = d.pop("hidden_columns")

        key = cast(list[str], d.pop("key"))


        foreign_keys = []
        _foreign_keys = d.pop("foreign_keys")
        for foreign_keys_item_data in (_foreign_keys):
            foreign_keys_item = ForeignKey.from_dict(foreign_keys_item_data)



            foreign_keys.append(foreign_keys_item)


        searched = cast(list[str], d.pop("searched"))


        rows_url = d.pop("rows_url")

        row_by_key_url = d.pop("row_by_key_url")

        aggregate_url = d.pop("aggregate_url")

        statistics_url = d.pop("statistics_url")

        export_url = d.pop("export_url")

        entity = cls(
            name=name,
            label=label,
            description=description,
            rows=rows,
            columns=columns,
            hidden_columns=hidden_columns,
            key=key,
            foreign_keys=foreign_keys,
            searched=searched,
            rows_url=rows_url,
            row_by_key_url=row_by_key_url,
            aggregate_url=aggregate_url,
            statistics_url=statistics_url,
            export_url=export_url,
        )


        entity.additional_properties = d
        return entity

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
