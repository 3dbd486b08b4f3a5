from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.preview_column import PreviewColumn
  from ..models.preview_detected import PreviewDetected
  from ..models.preview_rejection import PreviewRejection





T = TypeVar("T", bound="Preview")



@_attrs_define
class Preview:
    

    columns: list[PreviewColumn]
    """ Its columns. """
    rows: list[list[str]]
    """ Its first rows, at most 20: their values as texts, in the order of the columns, long ones cut. """
    rejected: list[PreviewRejection]
    """ The first records that cannot be read. """
    detected: PreviewDetected
    """ What was found out by itself: encoding, delimiter, names… """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.preview_column import PreviewColumn # noqa: PLC0415
        from ..models.preview_detected import PreviewDetected # noqa: PLC0415
        from ..models.preview_rejection import PreviewRejection # noqa: PLC0415
        columns = []
        for columns_item_data in self.columns:
            columns_item = columns_item_data.to_dict()
            columns.append(columns_item)



        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data


            rows.append(rows_item)



        rejected = []
        for rejected_item_data in self.rejected:
            rejected_item = rejected_item_data.to_dict()
            rejected.append(rejected_item)



        detected = self.detected.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "columns": columns,
            "rows": rows,
            "rejected": rejected,
            "detected": detected,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.preview_column import PreviewColumn # noqa: PLC0415
        from ..models.preview_detected import PreviewDetected # noqa: PLC0415
        from ..models.preview_rejection import PreviewRejection # noqa: PLC0415
        d = dict(src_dict)
        columns = []
        _columns = d.pop("columns")
        for columns_item_data in (_columns):
            columns_item = PreviewColumn.from_dict(columns_item_data)



            columns.append(columns_item)


        rows = []
        _rows = d.pop("rows")
        for rows_item_data in (_rows):
            rows_item = cast(list[str], rows_item_data)

            rows.append(rows_item)


        rejected = []
        _rejected = d.pop("rejected")
        for rejected_item_data in (_rejected):
            rejected_item = PreviewRejection.from_dict(rejected_item_data)



            rejected.append(rejected_item)


        detected = PreviewDetected.from_dict(d.pop("detected"))




        preview = cls(
            columns=columns,
            rows=rows,
            rejected=rejected,
            detected=detected,
        )


        preview.additional_properties = d
        return preview

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
