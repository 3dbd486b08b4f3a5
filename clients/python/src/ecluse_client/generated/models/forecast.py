from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.period import Period
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.expected_period import ExpectedPeriod





T = TypeVar("T", bound="Forecast")



@_attrs_define
class Forecast:
    

    model: str
    """ The model. """
    version: int
    """ The version that answers. """
    dataset: str
    """ The dataset that the former numbers are read in. """
    dataset_version: int
    """ Its version. """
    period: Period
    last: datetime.date
    """ The first day of the last period whose number is known. """
    coverage: float | None
    """ Which share of the numbers to come is between “low” and “high”, by split conformal prediction: as was of the
    periods that the version was judged by. Null if it cannot be said. """
    past: int
    """ How many of the periods are over already, for the rows of the dataset stop before. If it is all of them, the
    rows are too old: collect and build the dataset to know what comes. """
    forecasts: list[ExpectedPeriod]
    """ The periods that follow, in order. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.expected_period import ExpectedPeriod # noqa: PLC0415
        model = self.model

        version = self.version

        dataset = self.dataset

        dataset_version = self.dataset_version

        period = self.period.value

        last = self.last.isoformat()

        coverage: float | None
        coverage = self.coverage

        past = self.past

        forecasts = []
        for forecasts_item_data in self.forecasts:
            forecasts_item = forecasts_item_data.to_dict()
            forecasts.append(forecasts_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "model": model,
            "version": version,
            "dataset": dataset,
            "dataset_version": dataset_version,
            "period": period,
            "last": last,
            "coverage": coverage,
            "past": past,
            "forecasts": forecasts,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.expected_period import ExpectedPeriod # noqa: PLC0415
        d = dict(src_dict)
        model = d.pop("model")

        version = d.pop("version")

        dataset = d.pop("dataset")

        dataset_version = d.pop("dataset_version")

        period = Period(d.pop("period"))




        last = datetime.date.fromisoformat(d.pop("last"))




        def _parse_coverage(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        coverage = _parse_coverage(d.pop("coverage"))


        past = d.pop("past")

        forecasts = []
        _forecasts = d.pop("forecasts")
        for forecasts_item_data in (_forecasts):
            forecasts_item = ExpectedPeriod.from_dict(forecasts_item_data)



            forecasts.append(forecasts_item)


        forecast = cls(
            model=model,
            version=version,
            dataset=dataset,
            dataset_version=dataset_version,
            period=period,
            last=last,
            coverage=coverage,
            past=past,
            forecasts=forecasts,
        )


        forecast.additional_properties = d
        return forecast

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
