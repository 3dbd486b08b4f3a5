from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.format_ import Format
from ..models.slot import Slot
from ..models.stage import Stage
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.model_version_detail_libraries import ModelVersionDetailLibraries
  from ..models.model_version_detail_metrics import ModelVersionDetailMetrics





T = TypeVar("T", bound="ModelVersionDetail")



@_attrs_define
class ModelVersionDetail:
    

    number: int
    """ Its number. """
    stage: Stage
    slots: list[Slot]
    """ Where it answers now. """
    metrics: ModelVersionDetailMetrics
    """ Its metrics, by name. """
    training: int
    """ The training that made it. """
    dataset_version: int | None
    """ The number of the version of the dataset that it learnt from. """
    created_at: datetime.datetime
    """ When it was made. """
    url: str
    """ Where to read more of it. """
    format_: Format
    sha256: str
    """ The digest of its file. """
    size: int
    """ The size of its file, in bytes. """
    libraries: ModelVersionDetailLibraries
    """ What it was made with. """
    signature: Any
    """ What it is given, what it answers. """
    report_sha256: str
    """ The digest of its evaluation report; empty if it has none. """
    report_url: str
    """ Where its evaluation report is read. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.model_version_detail_libraries import ModelVersionDetailLibraries # noqa: PLC0415
        from ..models.model_version_detail_metrics import ModelVersionDetailMetrics # noqa: PLC0415
        number = self.number

        stage = self.stage.value

        slots = []
        for slots_item_data in self.slots:
            slots_item = slots_item_data.value
            slots.append(slots_item)



        metrics = self.metrics.to_dict()

        training = self.training

        dataset_version: int | None
        dataset_version = self.dataset_version

        created_at = self.created_at.isoformat()

        url = self.url

        format_ = self.format_.value

        sha256 = self.sha256

        size = self.size

        libraries = self.libraries.to_dict()

        signature = self.signature

        report_sha256 = self.report_sha256

        report_url = self.report_url


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "number": number,
            "stage": stage,
            "slots": slots,
            "metrics": metrics,
            "training": training,
            "dataset_version": dataset_version,
            "created_at": created_at,
            "url": url,
            "format": format_,
            "sha256": sha256,
            "size": size,
            "libraries": libraries,
            "signature": signature,
            "report_sha256": report_sha256,
            "report_url": report_url,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.model_version_detail_libraries import ModelVersionDetailLibraries # noqa: PLC0415
        from ..models.model_version_detail_metrics import ModelVersionDetailMetrics # noqa: PLC0415
        d = dict(src_dict)
        number = d.pop("number")

        stage = Stage(d.pop("stage"))




        slots = []
        _slots = d.pop("slots")
        for slots_item_data in (_slots):
            slots_item = Slot(slots_item_data)



            slots.append(slots_item)


        metrics = ModelVersionDetailMetrics.from_dict(d.pop("metrics"))




        training = d.pop("training")

        def _parse_dataset_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        dataset_version = _parse_dataset_version(d.pop("dataset_version"))


        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        url = d.pop("url")

        format_ = Format(d.pop("format"))




        sha256 = d.pop("sha256")

        size = d.pop("size")

        libraries = ModelVersionDetailLibraries.from_dict(d.pop("libraries"))




        signature = d.pop("signature")

        report_sha256 = d.pop("report_sha256")

        report_url = d.pop("report_url")

        model_version_detail = cls(
            number=number,
            stage=stage,
            slots=slots,
            metrics=metrics,
            training=training,
            dataset_version=dataset_version,
            created_at=created_at,
            url=url,
            format_=format_,
            sha256=sha256,
            size=size,
            libraries=libraries,
            signature=signature,
            report_sha256=report_sha256,
            report_url=report_url,
        )


        model_version_detail.additional_properties = d
        return model_version_detail

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
